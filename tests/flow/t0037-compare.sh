#!/bin/bash
# t0037 - experiments of a run against each other, and under two splits
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s|^  bn_momentum.*|&\n  seeds: [1, 2]|
    s|per_class:.*|per_class: 0|; s|variants:.*|variants: 0|
    s|path:.*|path: $T/cells|" "$T/c.yaml"
papline-draw --out "$T/cells" --per-class 64 --seed 7 2>/dev/null
go() { # go <run> <setting>...
    local run=$1
    shift
    status_is 0 papline run "$T/c.yaml" --run "$T/$run" --until evaluate "$@"
}
S=mobilenetv2-scratch
ok "a run of two experiments, split by cell" go run
ok "  compared" status_is 0 papline compare "$T/run" $S-s1 $S-s2
ok "  with each other" grep -qE "^$S-s1 +$S-s2 " "$T/out"
ok "  with p-values of the family" says "all pairs taken together (1)"
ok "  pairs.csv" grep -q "^$S-s1,$S-s2," "$T/run/compare/pairs.csv"
ok "  experiments.csv" test \
    "$(wc -l <"$T/run/compare/experiments.csv")" -eq 3
cp "$T/run/compare/pairs.csv" "$T/pairs.csv"
ok "all experiments are compared without names" \
    status_is 0 papline compare "$T/run"
ok "  the same to the byte" cmp "$T/pairs.csv" "$T/run/compare/pairs.csv"
ok "outputs are as they were" status_is 0 papline verify "$T/run"

ok "a run split by group" go by-group --set split.method=group \
    --set split.test=0.3 --set split.validation=0.3
ok "  beside the first" status_is 0 papline compare "$T/run" --with \
    "$T/by-group"
ok "  each experiment thrice: both and their difference" test \
    "$(grep -cE " (random|group|differ) " "$T/out")" -eq 6
ok "  splits.csv" test "$(wc -l <"$T/run/compare/splits.csv")" -eq 5
ok "  by group no test cell is of a picture that was trained on" test \
    "$(grep ',group,' "$T/run/compare/splits.csv" | cut -d, -f10 |
        sort -u)" = 0

ok "a run of three folds, by cell" go folds --set split.folds=3 \
    --set 'train.seeds=[1]'
ok "  beside the first" status_is 0 papline compare "$T/run" --with "$T/folds"
ok "  has all its cells" test "$(grep -cE "^$S-s1 +random +3 +320 " \
    "$T/out")" -eq 1
ok "  and the other way round" status_is 0 papline compare "$T/folds" --with \
    "$T/run"
shared() { # shared: test cells whose class and group another cell trains, by fold
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        { k = $c["label"] "," $c["group"]; if ($c["group"] == "") next
          n[k, $c["fold"]]++; f[NR] = $c["fold"]; key[NR] = k }
        END { for (r in f) if (n[key[r], (f[r] + 2) % 3]) t++; print t + 0 }' \
        "$T/folds/data/index.csv"
}
ok "  shared are those of the fold that trains when they are tested" test \
    "$(grep "^$S-s1,.*,3$" "$T/folds/compare/splits.csv" | cut -d, -f10)" = \
    "$(shared)"
ok "  which are many" test "$(shared)" -gt 32

# --- stored predictions of folds ---------------------------------------------
pooled() { # pooled <name>: of report/folds.csv
    awk -F, -v name="pooled_$1" 'NR == 1 { for (i = 1; i <= NF; i++)
        if ($i == name) c = i } NR == 2 { print $c }' "$T/folds/report/folds.csv"
}
hundredths() { awk -v x="$1" 'BEGIN { printf "%.1f", 100 * x }'; }
ok "the page of the folds" status_is 0 papline report "$T/folds"
missed=$(sed -n 's/.*Of 128 abnormal test cells \([0-9]*\) w.*/\1/p' \
    "$T/folds/report/index.html" | head -n 1)
ok "predictions of all folds are scored" status_is 0 papline score \
    "$T/folds/evaluate/$S-s1" --set run.seed=7
ok "  as the page says" says "$(pooled correct) of 320; 95 % interval \
$(hundredths "$(pooled low)") to $(hundredths "$(pooled high)") %"
ok "  with what it missed" says "$((128 - missed)) of 128; "
cp "$T/out" "$T/scored"
ok "  and stored" status_is 0 papline score "$T/folds/evaluate/$S-s1" \
    --set run.seed=7 -o "$T/stored" --without 0
ok "  in a file a fold" test "$(cat "$T"/stored/f?.csv | grep -c ',test,')" -eq 320
ok "  with the same accuracy" says "$(grep ' accuracy ' "$T/scored")"
ok "  beside that without the first fold" says \
    "$(cat "$T"/stored/f[12].csv | grep -c ',test,') test cells of folds 1, 2"
sed "s/,test,\([^,]*\),[^,]*,/,test,\1,\1,/" -i.was "$T"/stored/f1.csv
ok "against better ones" status_is 0 papline score "$T/stored" \
    "$T/folds/evaluate/$S-s1" --set run.seed=7
wrong=$(awk -F, '$2 == "test" && $3 != $4' "$T/stored/f1.csv.was" | wc -l)
ok "  these alone are right where they were made so" says "$wrong : 0 "
ok "other cells are no pair" status_is 2 papline score "$T/stored" \
    "$T/by-group/evaluate/$S-s1"
cp -r "$T/folds/evaluate/$S-s1-f2" "$T/folds/evaluate/$S-s1-f3"
sed -i 's/^  bn_momentum:.*/  bn_momentum: 0.5/' "$T/folds/run.yaml"
ok "a fold too many is not pooled" status_is 2 papline score \
    "$T/folds/evaluate/$S-s1/"
ok "  it is left from another configuration" says \
    "evaluate/$S-s1-f3 is left from another configuration"
ok "  and the others are not of the present one" says \
    "evaluate/$S-s1-f1 is not what run.yaml plans now"
ok "two variants of a training" go tried --set 'train.seeds=[1]' \
    --set 'train.variants={plain: {}, mixed: {mixup: 0.2}}'
model() { # model <run> <experiment>
    echo "$T/$1/train/$2/model.safetensors"
}
ok "  one without other values is the training without variants" cmp \
    "$(model run $S-s1)" "$(model tried $S-plain-s1)"
ok "  the other is another" not cmp -s "$(model tried $S-mixed-s1)" \
    "$(model tried $S-plain-s1)"
ok "  ranked" status_is 0 papline compare "$T/tried" --on validation \
    -o "$T/tried.md"
ok "  by what" says "validation cells in"
ok "  as a table" test "$(grep -cE "^\| [12] \| $S-(plain|mixed)-s1 \|" \
    "$T/tried.md")" -eq 2
ok "  validation.csv" test "$(wc -l <"$T/tried/compare/validation.csv")" -eq 3
ok "  the page" status_is 0 papline report "$T/tried"
ok "  names the variants" grep -q '<td>scratch</td><td>mixed</td>' \
    "$T/tried/report/index.html"
ok "  a run goes on with them" status_is 0 papline plan "$T/tried"
ok "  having nothing to do" not grep -qE '^run +(train|evaluate)/' "$T/out"
ok "  one value is set anew" status_is 0 papline plan "$T/tried" \
    --set train.variants.mixed.mixup=0.4
ok "  for its variant alone" test "$(grep -cE '^run +train/' "$T/out")" -eq 1
ok "  with the reason" says "train.mixup 0.2 -> 0.4"
ok "what was best, trained again without variants" go tried --set 'train.seeds=[1]' \
    --set 'train.variants={}' --set train.mixup=0.2
ok "  is the same to the byte" cmp \
    "$(model tried $S-mixed-s1)" "$(model tried $S-s1)"
ok "  the others are no longer planned" status_is 0 papline clean "$T/tried" \
    --dry-run
ok "  and named" says "train/$S-plain-s1"
ok "  compared" status_is 0 papline compare "$T/tried"
for v in plain mixed; do
    ok "  $v is left from another configuration" says \
        "evaluate/$S-$v-s1 is left from another configuration"
done
ok "  the planned one is not" not grep -q "evaluate/$S-s1 is left" "$T/out"

ok "one experiment is none to compare" status_is 2 papline compare "$T/run" \
    $S-s1
ok "  said so" says "two are needed"
ok "an unknown experiment is refused" \
    status_is 2 papline compare "$T/run" $S-s1 $S-s9
ok "  with the nearest" says "did you mean $S-s"
ok "comparing no run is refused" status_is 2 papline compare "$T/nowhere"
rm -r "$T/run/evaluate/$S-s2"
cp -r "$T/by-group/evaluate/$S-s2" "$T/run/evaluate/"
ok "experiments of other test cells are refused" \
    status_is 2 papline compare "$T/run" $S-s1 $S-s2
ok "  named" says "$S-s2"
finish
