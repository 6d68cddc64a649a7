#!/bin/bash
# t0024 - mixtures, averaged weights, balanced batches, kept epochs, a teacher:
# the same bytes by 1 and 2 ranks, killed or not, with the cache or without
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
C=mobilenetv2-contrastive-s1
often=(--set train.checkpoint_seconds=0.01) # of those that are killed
options() { # options <run> [--set ...]: two phases with all options
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set 'train.regimes=[contrastive]' --set train.encoder_epochs=2 \
        --set train.epochs=2 \
        --set train.mixup=0.2 --set train.ema=0.9 --set train.average_epochs=1 \
        --set train.sampler=balanced --set train.keep_every=2 \
        --set train.projection=two "${@:2}"
}
same() { # same <run>: as the first
    local f
    for f in steps.csv history.csv model.safetensors last.safetensors \
        best-loss.safetensors average.safetensors average.csv \
        epoch-00002.safetensors encoder/steps.csv encoder/model.safetensors \
        encoder/epoch-00002.safetensors; do
        cmp "$T/a/train/$C/$f" "$T/$1/train/$C/$f" || return 1
    done
}
ok "a training with all options runs" options a
ok "  and is whole" status_is 0 papline verify "$T/a"
ok "two ranks, nothing kept of frozen layers" options b \
    --set train.ranks=2 --set train.cache=off
ok "two ranks: the same bytes as one" same b
options c "${often[@]}" >"$T/log" 2>&1 &
ok "the encoder's checkpoint" has_checkpoint "$T/c/train/$C.partial/encoder"
kill_run "$T/c"
ok "killed, then by two ranks" goes_on options c --set train.ranks=2
ok "killed and gone on with: the same bytes" same c
dropout() { # dropout <run> [--set ...]: a head with it that had none
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set train.dropout=all --set train.epochs=1 "${@:2}"
}
ok "a head with dropout" dropout d
ok "  by two ranks" dropout e --set train.ranks=2
ok "  has the same bytes" cmp "$T/d/train/$E/model.safetensors" \
    "$T/e/train/$E/model.safetensors"
# from random weights, half by one rank, half by two
S=mobilenetv2-scratch-s1
taught() { # the first training, asked about its training cells as well
    options a --until evaluate --set evaluate.training=on &&
        grep -q ',train,' "$T/a/evaluate/$C/predictions.csv"
}
ok "a teacher" taught
others() { # others <run> [--set ...]
    papline run "$T/c.yaml" --run "$T/$1" --until train --set train.epochs=2 \
        --set "train.teacher=$T/a/evaluate/$C/predictions.csv" "${@:2}"
}
same_others() { # same_others <run>: as the run g
    local f
    for f in steps.csv history.csv model.safetensors last.safetensors; do
        cmp "$T/g/train/$S/$f" "$T/$1/train/$S/$f" || return 1
    done
}
ok "random weights and a teacher" others g
others h "${often[@]}" >"$T/log" 2>&1 &
ok "a checkpoint" has_checkpoint "$T/h/train/$S.partial"
kill_run "$T/h"
ok "killed, then by two ranks" goes_on others h --set train.ranks=2
ok "killed and gone on with: the same bytes" same_others h
ok "no mixtures" status_is 0 papline plan "$T/a" --set train.mixup=0
ok "  is another training" says "train.mixup 0.2 -> 0"
finish
