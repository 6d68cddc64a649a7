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
ok "without sizes" status_is 0 papline run "$T/c.yaml" --run "$T/a" \
    --until train
ok "the model takes none" not meta a log_width_mean
ok "with sizes" sized 0 run --run "$T/b"
ok "the model says how it takes them" meta b log_width_mean
ok "heights too" meta b log_height_sd
ok "it is evaluated" test -s "$T/b/evaluate/$E/metrics.json"
ok "and explained" test -n "$(ls "$T/b/explain/$E/overlays")"
ok "other losses" not cmp -s "$T/a/train/$E/steps.csv" "$T/b/train/$E/steps.csv"
ok "again" sized 0 plan --run "$T/b"
ok "all is current" not grep -q '^run' "$T/out"
ok "2 ranks" sized 0 run --run "$T/c" --until train --set train.ranks=2
ok "same bytes" cmp "$T/b/train/$E/model.safetensors" \
    "$T/c/train/$E/model.safetensors"

mkdir "$T/w"
cp "$T/a/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
F=mobilenetv2-finetune-s1
ok "frozen layers" sized 0 run --run "$T/d" --until train \
    --set "train.weights=$T/w" --set 'train.regimes=[cost_sensitive, contrastive]'
ok "not kept" sized 0 run --run "$T/e" --until train --set train.cache=off \
    --set "train.weights=$T/w" --set 'train.regimes=[cost_sensitive]'
for f in finetune cost_sensitive; do
    ok "$f: same bytes" cmp "$T/d/train/mobilenetv2-$f-s1/model.safetensors" \
        "$T/e/train/mobilenetv2-$f-s1/model.safetensors"
done
finish
