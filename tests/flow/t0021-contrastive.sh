#!/bin/bash
# t0021 - contrastive: two phases, 1 and 2 ranks and after kill -9 the same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
C=mobilenetv2-contrastive-s1
cl() { # cl <run> [--set ...]; its output goes to $T/out.<run>
    papline run "$T/c.yaml" --run "$T/$1" --set 'train.regimes=[contrastive]' \
        --set train.encoder_epochs=2 --set train.epochs=2 \
        --set augment.variants=2 "${@:2}" >"$T/out.$1" 2>&1
}
same() { # same <run>: as the first
    local f
    for f in steps.csv model.safetensors encoder/steps.csv \
        encoder/model.safetensors encoder/last.safetensors; do
        cmp "$T/a/train/$C/$f" "$T/$1/train/$C/$f" || return 1
    done
}
ok "contrastive training runs" cl a
ok "  and is evaluated" grep -q "^$C *[0-9.]* %" "$T/out.a"
ok "the contrastive model is explained" \
    test -n "$(ls "$T/a/explain/$C/overlays")"
ok "contrastive training by two ranks" cl b --until train --set train.ranks=2
ok "two ranks: the same bytes as one" same b
# kill it at the end of the encoder's first epoch, then in the classifier's
often=(--set train.checkpoint_seconds=0.1)
cl c --until train "${often[@]}" &
for f in encoder/history.csv history.csv; do
    ok "killed in contrastive training: $f is there" \
        wait_for 60 test -s "$T/c/train/$C.partial/$f" -o \
        -d "$T/c/train/$C"
    kill_run "$T/c"
    cl c --until train "${often[@]}" &
done
ok "killed in contrastive training: the run ends" ends_with 0 $!
ok "killed and gone on with: the same bytes" same c
ok "more epochs" status_is 0 papline plan "$T/a" --set train.epochs=3
ok "  start anew" says "regime contrastive trains its encoder again"
ok "  from nothing that is kept" test ! -e "$T/a/checkpoints"
ok "another loss" status_is 0 papline plan "$T/a" --set \
    train.contrastive_loss=supcon
ok "  is another training" says "train.contrastive_loss n_pairs -> supcon"
ok "pretrained without weights" status_is 2 papline plan "$T/a" --set \
    train.encoder=weights
ok "  is refused" says "train.weights: is empty"
ok "a loss that is none" status_is 2 papline plan "$T/a" --set \
    train.contrastive_loss=nt_xent
mkdir "$T/w"
cp "$T/a/train/$C/model.safetensors" "$T/w/mobilenetv2.safetensors"
ok "contrastive training of a pretrained encoder" \
    cl d --until train --set train.encoder=weights \
    --set "train.weights=$T/w" --set train.contrastive_loss=triplet_semihard
finish
