#!/bin/bash
# t0019 - cost-sensitive training goes on from the fine-tuned model
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
C=mobilenetv2-cost_sensitive-s1
cs() { # cs <status> <verb> [--set ...]
    status_is "$1" papline "$2" "$T/c.yaml" --set "train.weights=$T/w" \
        --set 'train.regimes=[cost_sensitive]' "${@:3}"
}
ok "weights are trained from scratch" \
    status_is 0 papline run "$T/c.yaml" --until train
mkdir "$T/w"
cp "$T/run/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
ok "a negative class weight is refused" \
    cs 2 plan --set 'train.class_weights=1, -1, 1, 1, 1'
ok "  is named" says "-1 is out of range"
ok "cost-sensitive training runs" cs 0 run
ok "  and is evaluated" says "$C"
ok "it goes on from fine-tuning" test -s \
    "$T/run/train/mobilenetv2-finetune-s1/model.safetensors"
page=$T/run/report/index.html
ok "  which is no experiment on the page" not grep -q "is incomplete" "$page"
ok "  and stands beside none" not grep -q "that does best" "$page"
ok "the plan with a cost matrix" \
    cs 0 plan --set 'train.costs=0 1 1 1 1; 9 0 9 9 9; 1 1 0 1 1; 1 1 1 0 1; 1 1 1 1 0'
ok "  concerns cost-sensitive training" says "train.costs  -> 0 1"
ok "  and leaves fine-tuning alone" grep -q '^reuse *train/.*-finetune' "$T/out"
ok "other class weights run" cs 0 run --set 'train.class_weights=1 2 3 4 5'
ok "weights by the test cells" \
    cs 0 run --set train.class_weights=balanced_test
ok "  say that labels leak" says "labels of test cells, which leak"
ok "  also on the page" grep -q "Test labels were used to train" \
    "$T/run/report/index.html"
ok "too few of them" cs 1 run --set 'train.class_weights=1 2 3'
ok "  are refused before training" says "3 numbers, there are 5 classes"
finish
