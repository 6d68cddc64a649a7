#!/bin/bash
# t0008 - a changed parameter runs exactly the stages that it affects
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
ok "a first run does all" status_is 0 papline run "$T/c.yaml"

expect() { # expect <stages that run> <settings>
    local want=$1 got
    shift
    papline plan "$T/c.yaml" "$@" >"$T/out" 2>&1
    got=$(awk '$1 == "run" {split($2, a, "/"); printf "%s ", a[1]}' "$T/out")
    [ "$got" = "$want${want:+ }" ] || {
        echo "run: $got, wanted: $want"
        cat "$T/out"
        return 1
    }
}
rest="train evaluate explain report"
ok "  nothing" expect ""
ok "seed of the run" expect "preprocess augment $rest" --set run.seed=8
ok "preprocess.size runs all" \
    expect "preprocess augment $rest" --set preprocess.size=40
ok "the split runs all but drawing" \
    expect "preprocess augment $rest" --set split.test=0.3
ok "  with its reason" says "split.test 0.2 -> 0.3"
ok "augment.variants: from augmentation on" \
    expect "augment $rest" --set augment.variants=2
ok "  with its reason" says "augment.variants 1 -> 2"
ok "train.learning_rate: from training on" \
    expect "$rest" --set train.learning_rate=0.002
ok "explain.per_class: explaining and the report" \
    expect "explain report" --set explain.per_class=2
ok "evaluate.bootstrap: evaluation and the report" \
    expect "evaluate report" --set evaluate.bootstrap=50
ok "evaluate.model: explaining, too" \
    expect "evaluate explain report" --set evaluate.model=last
ok "a key that is not read runs nothing" expect "" --set train.momentum=0.5 \
    --set explain.intgrad_steps=7
ok "augment.workers runs nothing" expect "" --set augment.workers=3
ok "another seed: its experiment alone" expect "$rest" \
    --set 'train.seeds=[1,2]'
ok "  the first is reused" grep -qE "^reuse +train/$E" "$T/out"
ok "run with a change" status_is 0 papline run "$T/c.yaml" \
    --set explain.per_class=2
ok "  only explain and report start" test \
    "$(grep -c ': starts' "$T/out")" -eq 2
ok "  then nothing" expect "" --set explain.per_class=2
finish
