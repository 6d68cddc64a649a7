#!/bin/bash
# t0039 - test cells of one class alone: every figure has a value or a note;
# where it is wrong; several views of a cell
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s|method: random|method: csv\n  csv: $T/split.csv|
    s|per_class:.*|per_class: 0|; s|variants:.*|variants: 0|" "$T/c.yaml"
(
    echo file,split
    cd "$CELLS" && find . -name '*.bmp' | sed 's|^\./||' | sort |
        sed -E 's/.*Metaplastic.*[05]\.bmp$/&,test/
            s/[37]\.bmp$/&,validation/
            s/\.bmp$/&,train/'
) >"$T/split.csv"
ok "a run whose test cells are of one class" status_is 0 papline run "$T/c.yaml"
cd "$T/run/evaluate/$E" || exit 1
ok "  of one class alone" test "$(grep ,test, predictions.csv | cut -d, -f3 |
    sort -u)" = Metaplastic
ok "  recall of another is noted" grep -q \
    'recall of Parabasal is 0/0, counted as 0' metrics.json
ok "  the areas too" grep -q 'ROC-AUC is the mean of 0 of 5 classes' \
    metrics.json
ok "  and MCC" grep -q 'MCC is 0/0, counted as 0' metrics.json
ok "  and that two sides need both" grep -q 'cells of one side alone' \
    metrics.json
ok "  nothing in it is NaN" not grep -qiw nan metrics.json
ok "four quarters of size and of brightness" test \
    "$(grep -cE '^(size|brightness),[1-4],' errors.csv)" -eq 8
ok "  each cell is in one" test \
    "$(awk -F, '/^size/ {n += $5} END {print n}' errors.csv)" -eq \
    "$(grep -c ,test, predictions.csv)"
ok "pictures that were trained on, and new ones" test \
    "$(grep -c ^picture, errors.csv)" -eq 2
ok "  as many mistakes as there are" test "$(tail -n +2 mistakes.csv | wc -l)" \
    -eq "$(grep ,test, predictions.csv | awk -F, '$3 != $4' | wc -l)"
ok "  the most confident first" sort -c -t, -k4,4gr <(tail -n +2 mistakes.csv)
ok "  drawn if there are any" test \
    "$([ -s mistakes.png ]; echo $?)" -eq \
    "$([ "$(wc -l <mistakes.csv)" -gt 1 ]; echo $?)"
cp predictions.csv "$T/one.csv"
ok "a run evaluated by eight views" \
    status_is 0 papline run "$T/c.yaml" --until evaluate \
    --set evaluate.views=all
cd "$T/run/evaluate/$E" || exit 1
ok "  change probabilities" not cmp -s predictions.csv "$T/one.csv"
cp predictions.csv "$T/all.csv"
cd "$T" && rm -r "$T/run/evaluate"
ok "  once more" status_is 0 papline run "$T/c.yaml" --until evaluate \
    --set evaluate.views=all
ok "  to the same bytes" cmp "$T/all.csv" \
    "$T/run/evaluate/$E/predictions.csv"
finish
