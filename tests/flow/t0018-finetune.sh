#!/bin/bash
# t0018 - fine-tuning: weights are found, brought in, and their content counts
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
F=mobilenetv2-finetune-s1
ft() { # ft <status> <verb> [--set ...]: the line with fine-tuning
    status_is "$1" papline "$2" "$T/c.yaml" \
        --set 'train.regimes=[finetune]' "${@:3}"
}
ok "fine-tuning without weights is refused" ft 2 plan
ok "  says what is missing" says "train.weights: is empty; mobilenetv2 needs"
mkdir "$T/w"
ok "an empty directory of weights is refused" \
    ft 2 run --set "train.weights=$T/w"
ok "  says where" \
    says "'$T/w' has no mobilenetv2*.safetensors or mobilenetv2*.h5"
ok "  says how to get them" says "papline weights fetch mobilenetv2"
ok "  nothing has run" not test -e "$T/run"
echo "no weights" >"$T/w/mobilenetv2_notop.h5"
ok "a file of weights that is none fails" ft 1 run --set "train.weights=$T/w"
ok "  says which" says "$T/w/mobilenetv2_notop.h5"
ok "  nothing has run" not test -e "$T/run/data"

# Weights of the same line from scratch, in Keras' format.
ok "weights are trained from scratch" \
    status_is 0 papline run "$T/c.yaml" --until train
ok "weights are exported as .h5" status_is 0 papline weights export \
    "$T/run/train/$E/model.safetensors" -o "$T/w/mobilenetv2_notop.h5"
ok "fine-tuning runs" ft 0 run --set "train.weights=$T/w"
ok "  it is evaluated and explained" says "$F"
ok "the weights are in the run" test -s \
    "$T/run/weights/mobilenetv2/mobilenetv2.safetensors"
ok "the fine-tuned run verifies" status_is 0 papline verify "$T/run"
ok "the fine-tuned model is explained" \
    test -n "$(ls "$T/run/explain/$F/overlays")"
ok "the plan of the same weights" ft 0 plan --set "train.weights=$T/w"
ok "the plan of the same weights runs nothing" not grep -q '^run' "$T/out"
mv "$T/w" "$T/w2"
ok "the plan of the weights in another directory" \
    ft 0 plan --set "train.weights=$T/w2"
ok "  is the same" not grep -q '^run' "$T/out"
ok "the model's features" status_is 0 papline features --size 64 -o "$T/f.npy" \
    --weights "$T/run/train/$F/model.safetensors" --images "$CELLS"
ok "the model for Keras" status_is 0 papline weights export \
    "$T/run/train/$F/model.safetensors" -o "$T/f.h5"
ok "other weights are imported" status_is 0 papline weights import "$T/f.h5" \
    -o "$T/w2/mobilenetv2.safetensors"
ok "  are seen" ft 0 plan --set "train.weights=$T/w2"
ok "  and the reason" says "weights changed"
finish
