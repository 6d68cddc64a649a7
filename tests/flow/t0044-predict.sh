#!/bin/bash
# t0044 - papline predict: what evaluation said, bit for bit; its page; bad files
# and bad models
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
ok "a training, evaluated" status_is 0 papline run "$T/c.yaml" \
    --until evaluate --set preprocess.resize=lanczos \
    --set preprocess.aspect=keep --set preprocess.jpeg=60 \
    --set train.bn_momentum=0.5 --set train.learning_rate=0.003 \
    --set train.epochs=4 --set evaluate.coverage=0.6 \
    --set evaluate.neighbours=5
M=$T/run/train/$E/model.safetensors

# file, probabilities of a split, in the order of the evaluation; behind them
# are group and family
sed -n 's/^\([^,]*\),test,[^,]*,[^,]*,\(.*\),[^,]*,[^,]*$/\1,\2/p' \
    "$T/run/evaluate/$E/predictions.csv" >"$T/want"
mapfile -t files < <(cut -d, -f1 "$T/want")
cd "$CELLS" || exit 1
ok "pictures are predicted" \
    status_is 0 papline predict "$M" "${files[@]}" -o "$T/out.d"
ok "  a line for each" test "$(wc -l <"$T/out")" -eq $((${#files[@]} + 1))
sed -n '2,$s/^\([^,]*\),[^,]*,\(.*\),,ok$/\1,\2/p' "$T/out.d/predictions.csv" \
    >"$T/got"
ok "  the probabilities of predictions.csv, bit for bit" \
    cmp "$T/want" "$T/got"

ok "products in bf16" status_is 0 papline predict "$M" "${files[@]}" \
    --precision bf16 -o "$T/bf16.csv"
ok "  are others" not cmp -s "$T/bf16.csv" "$T/out.d/predictions.csv"
ok "  to probabilities within .05" awk -F, '
    FNR == 1 { next }
    NR == FNR { for (i = 3; i <= 7; i++) p[$1, i] = $i; n++; next }
    { for (i = 3; i <= 7; i++) { d = $i - p[$1, i]
                                 if (d > .05 || d < -.05) bad = 1 } m++ }
    END { exit bad || n == 0 || n != m }' \
    "$T/out.d/predictions.csv" "$T/bf16.csv"
ok "another precision is refused" status_is 2 papline predict "$M" \
    "${files[0]}" --precision bf8

echo no >"$T/bad.png"
: >"$T/empty.jpg"
ok "what cannot be read is set aside" status_is 1 papline predict "$M" \
    "$T/bad.png" "${files[0]}" "$T/empty.jpg" "$T/lost.bmp" --json
ok "  and counted" says "3 of 4 pictures were set aside"
ok "  with the reason" says '"set_aside": "'
ok "  which names the file" says "lost.bmp"
ok "  the others are predicted" grep -q '"probability": {"' "$T/out"
ok "  a line each" test "$(grep -c '^{' "$T/out")" -eq 4

ok "a directory, with explanations" status_is 0 papline predict "$M" \
    "$(dirname "${files[0]}")" --explain gradcam -o "$T/pictures"
n_files=$(find "$(dirname "${files[0]}")" -name '*.bmp' | wc -l)
ok "  a picture each" test "$(find "$T/pictures" -name '*.png' | wc -l)" \
    -eq "$n_files"
ok "  other explainers too" status_is 0 papline predict "$M" "${files[0]}" \
    --explain lime -o "$T/lime"
ok "  several of them" status_is 0 papline predict "$M" "${files[0]}" \
    --explain layercam --explain gradcampp --class Parabasal -o "$T/two"
ok "  a picture each" test "$(find "$T/two" -name '*_gradcampp.png' -o -name '*_layercam.png' | wc -l)" -eq 2
ok "  of another class" status_is 0 papline predict "$M" "${files[0]}" \
    --explain gradcampp --class Metaplastic -o "$T/other"
ok "  another picture" not cmp -s "$T"/two/*_gradcampp.png "$T"/other/*.png
ok "a class that is none" status_is 2 papline predict "$M" "${files[0]}" \
    --explain lime --class Parabasel -o "$T/no"
ok "  says the nearest" says "did you mean 'Parabasal'?"

# --- a list, standard input, a bundle -----------------------------------------
cut -d, -f1 "$T/want" >"$T/list"
{ sed 's/$/\r/' "$T/list" && echo && echo "$T/lost.bmp"; } >"$T/list.txt"
ok "a list" status_is 1 papline predict "$M" "$T/list.txt" -o "$T/of-list.csv"
ok "  what is not there is counted" says "1 of $((${#files[@]} + 1)) pictures were set aside"
ok "  the others are as they are by name" cmp <(sed '$d' "$T/of-list.csv") "$T/out.d/predictions.csv"
ok "standard input" status_is 0 papline predict "$M" - -o "$T/of-input.csv" <"$T/list"
ok "  likewise" cmp "$T/of-input.csv" "$T/out.d/predictions.csv"
ok "a list that is not there" status_is 1 papline predict "$M" "$T/none.txt"
ok "  is named" says "none.txt"
ok "bundles" status_is 0 papline report "$T/run"
ok "a bundle decides" status_is 0 papline predict "$T/run/report/bundle/$E" - \
    --threshold stored --sets --calibrated --unlike -o "$T/decided.csv" <"$T/list"
member() { # member <name of part> <name>: the first such number of metrics.json
    sed -n "/\"$1\": {/,\$s/.*\"$2\": \([0-9.]*\).*/\1/p" \
        "$T/run/evaluate/$E/metrics.json" | head -n 1
}
counted() { # counted <column> <word>
    awk -F, -v c="$1" -v w="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i }
        NR > 1 && $k == w { n++ } END { print n + 0 }' "$T/decided.csv"
}
ok "  raises as many cells as the evaluation" test "$(counted raised yes)" -eq \
    $(($(member at_threshold hits) + $(member at_threshold alarms)))
ok "  refers as many" test "$(counted refer yes)" -eq \
    $(($(member sets empty) + $(member sets more)))
ok "  which are not all" test "$(counted refer no)" -gt 0
ok "  temperature leaves the classes as they are" cmp \
    <(cut -d, -f2 "$T/decided.csv") <(cut -d, -f2 "$T/out.d/predictions.csv")
ok "  and changes probabilities" not cmp -s \
    <(cut -d, -f3 "$T/decided.csv") <(cut -d, -f3 "$T/out.d/predictions.csv")
distances() { # distances <file>: of its test cells, by name of column
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) k[$i] = i }
        NR > 1 && (!k["split"] || $k["split"] == "test") { print $k["distance"], $k["beyond"] }' "$1"
}
distances "$T/run/evaluate/$E/neighbours.csv" >"$T/distances"
ok "  finds cells as far from the training cells as the evaluation" test "$(paste "$T/distances" \
    <(distances "$T/decided.csv") | awk '$1 - $3 > -2e-6 && $1 - $3 < 2e-6 && $2 == $4' | wc -l)" \
    -eq ${#files[@]}
page() { # page <option...>: of two pictures, and one that is none
    status_is 1 papline predict "$T/run/report/bundle/$E" "${files[@]:0:2}" "$T/<b>&.png" \
        -o "$T/page.html" "$@"
}
ok "a page of pictures" page --threshold stored --sets --calibrated --unlike --explain gradcam \
    --explain lime
ok "  has the maps of both methods" test "$(grep -c '<image id="m[01]-[01]"' "$T/page.html")" -eq 4
ok "  has contours that a segmentation found" grep -qE \
    '"contours":\["M[^"]+Z","M[^"]+Z"\],"segmented":true' "$T/page.html"
ok "  names what is set aside" grep -q '&lt;b&gt;&amp;.png: ' "$T/page.html"
ok "  loads nothing" not grep -qE '(src|href)="?(https?:|//|\.|/)|url\([^#]|@import' "$T/page.html"
if command -v python3 >/dev/null; then
    ok "  its addresses lead somewhere" python3 "$ROOT/tests/flow/page_structure.py" \
        "$T/page.html" pictures aside words
else
    n=$((n + 1))
    echo "ok $n # skip no python3 to read the page"
fi
ok "a model decides nothing" status_is 2 papline predict "$M" "${files[0]}" --sets
ok "  says what does" says "RUN/report/bundle/EXPERIMENT"
many=()
for k in {1..400}; do many+=("${files[0]}"); done
"$BIN/papline" predict "$M" "${many[@]}" --explain lime \
    -o "$T/stopped" >"$T/log" 2>&1 &
stopped=$!
ok "pictures are explained" wait_for 60 compgen -G "$T/stopped/*.png"
kill -TERM $stopped
ok "a signal stops it" ends_with 75 $stopped
ok "  and it says where" grep -qE "after [0-9]+ of 400 pictures" "$T/log"
ok "an explainer that is none" status_is 2 papline predict "$M" "${files[0]}" \
    --explain gradcan -o "$T/no"
ok "  says which there are" says "gradcam"
ok "pictures need a place" status_is 2 papline predict "$M" "${files[0]}" \
    --explain gradcam
ok "  says so" says "needs -o DIR"
ok "a place that is not there" status_is 2 papline predict "$M" "${files[0]}" \
    --explain gradcam -o "$T/nowhere/page.html"
ok "  is named" says "there is no directory '$T/nowhere'"
ok "  before anything is computed" not grep -q predicted "$T/out"
ok "a picture is no model" status_is 1 papline predict "${files[0]}" \
    "${files[0]}"
ok "  says what to give" says "train/EXPERIMENT/model.safetensors"
head -c 100000 "$M" >"$T/cut.safetensors"
ok "half a model is refused" status_is 1 papline predict "$T/cut.safetensors" \
    "${files[0]}"
ok "  is named" says "cut.safetensors"
ok "predicting no picture is refused" status_is 2 papline predict "$M"
ok "no picture in a directory" status_is 2 papline predict "$M" "$T/run/data"
finish
