#!/bin/bash
# t0027 - a cell's size beside its picture: trained, evaluated, explained
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sized() { # sized <status> <verb> [--set ...]: the line with sizes
    status_is "$1" papline "$2" "$T/c.yaml" --set inputs.size=on \
        --set 'explain.methods=[gradcam, scorecam]' \
        --set evaluate.bootstrap=0 --set augment.variants=1 "${@:3}"
}
meta() { # meta <run> <key>: it is in the model's header
    head -c 20000 "$T/$1/train/$E/model.safetensors" | grep -qa "\"$2\""
}
ok "a run without sizes" status_is 0 papline run "$T/c.yaml" --run "$T/a" \
    --until train
ok "the model takes none" not meta a log_width_mean
ok "a run with sizes" sized 0 run --run "$T/b"
ok "the model says how it takes them" meta b log_width_mean
ok "the model with sizes has the deviation of heights" meta b log_height_sd
ok "the model with sizes is evaluated" test -s "$T/b/evaluate/$E/metrics.json"
ok "the model with sizes is explained" \
    test -n "$(ls "$T/b/explain/$E/overlays")"
ok "with sizes the losses are others" \
    not cmp -s "$T/a/train/$E/steps.csv" "$T/b/train/$E/steps.csv"
ok "the plan of the run with sizes" sized 0 plan --run "$T/b"
ok "the plan of the run with sizes runs nothing" not grep -q '^run' "$T/out"
ok "a training with sizes by 2 ranks" \
    sized 0 run --run "$T/c" --until train --set train.ranks=2
ok "sizes: 2 ranks have the bytes of one" \
    cmp "$T/b/train/$E/model.safetensors" \
    "$T/c/train/$E/model.safetensors"

mkdir "$T/w"
cp "$T/a/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
F=mobilenetv2-finetune-s1
ok "a training with sizes behind frozen layers" \
    sized 0 run --run "$T/d" --until train \
    --set "train.weights=$T/w" --set 'train.regimes=[cost_sensitive, contrastive]'
ok "a training with sizes that keeps nothing of frozen layers" \
    sized 0 run --run "$T/e" --until train --set train.cache=off \
    --set "train.weights=$T/w" --set 'train.regimes=[cost_sensitive]'
for f in finetune cost_sensitive; do
    ok "$f with sizes: kept and not kept are the same bytes" \
        cmp "$T/d/train/mobilenetv2-$f-s1/model.safetensors" \
        "$T/e/train/mobilenetv2-$f-s1/model.safetensors"
done
finish
