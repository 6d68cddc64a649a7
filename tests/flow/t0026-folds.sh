#!/bin/bash
# t0026 - cross-validation: folds, one cache, one table
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
kf() { # kf <status> <verb> [--set ...]: the line in folds
    status_is "$1" papline "$2" "$T/c.yaml" --set split.method=group \
        --set "dataset.path=$T/cells" \
        --set 'train.regimes=[finetune]' --set evaluate.bootstrap=0 \
        --set "train.weights=$T/w" --set augment.variants=0 \
        --set 'explain.methods=[gradcam]' --set explain.faith_steps=4 \
        --set explain.cells=all "${@:3}"
}
clusters() { # the cells as clusters of four
    local class cell i
    for class in "$CELLS"/*; do
        i=0
        mkdir -p "$T/cells/${class##*/}"
        for cell in $(find "$class" -name '*.bmp' | sort); do
            cp "$cell" "$(printf '%s/%s/%03d_%02d.bmp' "$T/cells" \
                "${class##*/}" $((i / 4 + 1)) $((i % 4 + 1)))"
            i=$((i + 1))
        done
    done
}
ok "cells of five clusters" clusters
ok "two folds are refused" kf 2 plan --set split.folds=2
ok "  of two none would train" \
    says "split.folds: of 2, one tests and the other validates"
ok "folds of a column" kf 2 plan --set split.folds=3 --set split.method=csv \
    --set layout.csv=x.csv
ok "  are refused" says "a column of layout.csv is one split, not folds"

ok "weights are trained from scratch" \
    status_is 0 papline run "$T/c.yaml" --until train
mkdir "$T/w"
cp "$T/run/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
F=mobilenetv2-finetune-s1
ok "a run in three folds" kf 0 run --set split.folds=3 --run "$T/kf"
ok "  their cells are told by class" test "$(grep -cE \
    ': [0-9]+, [0-9]+, [0-9]+ in folds 0 to 2$' "$T/out")" -eq 5
ok "  and what size and colour tell" says "of the test cells of all folds"
cells_of() { # cells_of <fold>: how many it tests
    grep -c ',test,' "$T/kf/evaluate/$F-f$1/predictions.csv"
}
for f in 0 1 2; do
    ok "fold $f is explained" test -s "$T/kf/explain/$F-f$f/scores.csv"
    ok "  all of its cells" grep -q ",all,.*,$(cells_of $f)," \
        "$T/kf/explain/$F-f$f/faithfulness.csv"
    ok "  none of a cluster that trained" grep -q '^picture,trained,,,0,0,' \
        "$T/kf/evaluate/$F-f$f/errors.csv"
done
ok "folds are not of one size" test "$(for f in 0 1 2; do cells_of $f; done |
    sort -u | wc -l)" -gt 1
ok "all folds are one experiment" status_is 2 papline compare "$T/kf"
ok "  which is none to compare" says "1 experiment to compare, two are needed"
ok "folds test other cells" status_is 2 papline compare "$T/kf" $F-f0 $F-f1
ok "  which comparing says" says "another split or dataset"
tests_of() { # tests_of: numbers of test cells in baseline.json, pooled last
    sed -n 's/.*"n_test": \([0-9]*\).*/\1/p' "$T/kf/data/baseline.json" | sort -n
}
ok "the baseline is of each fold and of all" cmp <(tests_of) \
    <({ for f in 0 1 2; do cells_of $f; done; echo 100; } | sort -n)
ok "frozen layers are kept once" test "$(ls -d "$T"/kf/trunk/* | wc -l)" -eq 1
column() { # column <name> <csv>: its values
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++)
        if ($i == name) c = i } NR > 1 { print $c }' "$2"
}
tested() { # the cells that the folds test, each once
    local f
    for f in 0 1 2; do
        awk -F, '$2 == "test" { print $1 }' "$T/kf/evaluate/$1-f$f/predictions.csv"
    done | sort
}
ok "every cell is tested once" cmp <(tested "$F") \
    <(column file "$T/kf/data/index.csv" | sort)
torn() { # groups with cells in several folds
    paste -d, <(column label "$T/kf/data/index.csv") \
        <(column group "$T/kf/data/index.csv") \
        <(column fold "$T/kf/data/index.csv") | sort -u |
        cut -d, -f1,2 | uniq -d
}
ok "no group is in two folds" test -z "$(torn)"
ok "a table over folds" grep -q "^$F,3,3," "$T/kf/report/folds.csv"
ok "the page has it" grep -q "Over all folds" "$T/kf/report/index.html"
ok "  its headline is of all folds" \
    grep -qE "of the test cells of all folds are \
classified right: [0-9]+ of 100; .*; single folds " "$T/kf/report/index.html"
ok "  its classes are told by fold" \
    grep -q 'class="num">fold 2</th><th .*>used' \
    "$T/kf/report/index.html"
ok "  and in stats.json" \
    test "$(grep -c '"folds": \[' "$T/kf/data/stats.json")" \
    -eq 5
insertion_of() { # insertion_of <fold>: its cells in the table of explainers
    sed -n "s/^mobilenetv2,finetune,1,$1,all,gradcam,faithfulness,insertion,\
[^,]*,[^,]*,[^,]*,\([0-9]*\),.*/\1/p" "$T/kf/report/explainers.csv"
}
for f in 0 1 2; do
    ok "fold $f is in the table of explainers" test "$(insertion_of $f)" = \
        "$(cells_of $f)"
done
ok "the run in folds verifies" status_is 0 papline verify "$T/kf"
ok "the plan of the run in folds" kf 0 plan --set split.folds=3 --run "$T/kf"
ok "the plan of the run in folds runs nothing" not grep -q '^run' "$T/out"
C=mobilenetv2-cost_sensitive-s1 V=soft_vote-members-s7
ok "cost-sensitive in each fold, and both together" kf 0 run \
    --set split.folds=3 --set "train.regimes=[finetune, cost_sensitive]" \
    --set 'evaluate.ensembles=[soft_vote, fuzzy_rank]' \
    --set "evaluate.ensemble_members=[$F, $C]" --run "$T/kf" --until evaluate
ok "  goes on from the same fold's model" grep -q "\"train/$F-f2\"" \
    "$T/kf/train/$C-f2/manifest.json"
ok "an ensemble is of one fold" cmp <(printf '%s\n' member,weight "$F-f1,1" \
    "$C-f1,1") "$T/kf/evaluate/$V-f1/members.csv"
ok "an ensemble tests each cell once in all folds" \
    cmp <(tested $V) <(tested "$F")
ok "the page of the run in folds" status_is 0 papline report "$T/kf"
ok "ensembles are pooled" test "$(grep -cE "^(soft_vote|fuzzy_rank)-members-s7,\
3,3,.*,100,[0-9]+,[0-9.]+,[0-9.]+,[0-9.]+,[0-9.]+$" \
    "$T/kf/report/folds.csv")" -eq 2
ok "compared over all folds" status_is 0 papline compare "$T/kf"
ok "  which is every cell" says "100 test cells of all 3 folds in 25 groups"
ok "every two of the four" test "$(wc -l <"$T/kf/compare/pairs.csv")" -eq 7
ok "  as pairs" grep -q "^$C,$F," "$T/kf/compare/pairs.csv"
ok "  with the same cache" test "$(ls -d "$T"/kf/trunk/* | wc -l)" -eq 1
ok "variants of all folds are made" \
    kf 0 run --set split.folds=3 --set augment.variants=1 \
    --run "$T/kf" --until augment
ok "  of all cells" test "$(($(wc -l <"$T/kf/augment/index.csv")))" -eq \
    "$(wc -l <"$T/kf/data/index.csv")"

# --- a table of folds, none of which tests -----------------------------------
paste -d, <(column file "$T/kf/data/index.csv") \
    <(column fold "$T/kf/data/index.csv") |
    sed -n 's/,1$/,0/p; s/,2$/,1/p' >"$T/rows"
{ echo file,fold && cat "$T/rows"; } >"$T/folds.csv"
inner() { # inner <status> <verb> [--set ...]: two folds that validate
    kf "$1" "$2" --run "$T/in" --set split.method=csv \
        --set "split.csv=$T/folds.csv" --set split.test=0 --set split.folds=2 \
        "${@:3}"
}
ok "as many folds as the table has" inner 2 plan --set split.folds=3
ok "  are wanted" says "no file is in fold 2, but split.folds is 3"
ok "or more" inner 2 plan --set split.folds=1
ok "  than one" says "folds.csv:1: column 'fold' gives folds"
{ cat "$T/folds.csv" && echo nobody.bmp,0; } >"$T/more.csv"
ok "what the data do not have" \
    inner 1 run --until preprocess --set "split.csv=$T/more.csv"
ok "  is refused by line" \
    says "more.csv:$(wc -l <"$T/more.csv"): 'nobody.bmp' is no picture"
ok "a run in two folds that validate" inner 0 run
ok "  whose figures are said to be of validation" says \
    "accuracy on the validation split"
ok "  beside what size and colour tell of it" says \
    "baseline (size and mean colour alone)"
ok "  what the table lacks is left out" says "$((100 - $(wc -l <"$T/rows"))) \
pictures are left out, as split.csv does not name them"
ok "  and counted" grep -q \
    "\"not_in_split_csv\": $((100 - $(wc -l <"$T/rows")))" "$T/in/data/stats.json"
ok "  clusters are not parted" not says "of cluster images in more than one fold"
ok "  folds are those of the table" cmp "$T/rows" <(paste -d, \
    <(column file "$T/in/data/index.csv") <(column fold "$T/in/data/index.csv"))
validated() { # validated: file and fold of all predictions
    local f
    for f in 0 1; do
        tail -n +2 "$T/in/evaluate/$F-f$f/predictions.csv" |
            sed -n "s/,validation,.*/,$f/p"
    done | sort
}
ok "  each cell is validated once" cmp <(validated) <(sort "$T/rows")
ok "  and none tests" not grep -q ',test,' \
    "$T/in/evaluate/$F-f0/predictions.csv"
ok "  nothing fitted is told" test "$(grep -cE \
    '"(test|temperature|binary|costs|sets)"' \
    "$T/in/evaluate/$F-f0/metrics.json")" -eq 0
ok "  validation is pooled" grep -qE "^$F,2,2,.*,$(wc -l <"$T/rows"),[0-9]+," \
    "$T/in/report/folds.csv"
ok "  the page says so" grep -q "No cell tests" "$T/in/report/index.html"
ok "  and what was left out" grep -q "pictures are left out</strong>" \
    "$T/in/report/index.html"
ok "  and is of validation" grep -q "of the validation cells of all folds are" \
    "$T/in/report/index.html"
ok "  so do the models' cards" grep -q "On the validation split: accuracy" \
    "$T/in/report/bundle/$F-f1/docs/README.md"
ok "  validation cells are explained" grep -q ",all,.*,$(grep -c ',0$' \
    "$T/rows")," "$T/in/explain/$F-f0/faithfulness.csv"
ok "  the run verifies" status_is 0 papline verify "$T/in"
finish
