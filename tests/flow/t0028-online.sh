#!/bin/bash
# t0028 - fresh variants in every epoch: by a thread, by workers, by two ranks,
# resumed, with workers killed: the same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
online() { # online <run> [--set ...]: training with fresh variants
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set train.augment=online --set train.augment_variants=2 \
        --set train.epochs=2 "${@:2}"
}
same() { # same <run>: as the first
    local f
    for f in steps.csv model.safetensors last.safetensors; do
        cmp "$T/a/train/$E/$f" "$T/$1/train/$E/$f" || return 1
    done
}
ok "an unknown recipe" status_is 2 papline plan "$T/c.yaml" \
    --set train.augment_recipe=lihgt
ok "is refused" says "did you mean light?"
ok "by a thread" online a
ok "nothing is stored" not test -e "$T/a/augment"
ok "by two workers" online b --set train.augment_workers=2
ok "same bytes" same b
ok "two ranks, a worker each" online c --set train.ranks=2 \
    --set train.augment_workers=1
ok "same bytes" same c
ok "another recipe" online d --set train.augment_recipe=strong
ok "other bytes" not same d

# Workers and then all of it killed in the middle.
online e --set train.augment_workers=2 --set train.checkpoint_seconds=0.01 \
    >"$T/log" 2>&1 &
run=$!
streams() { pgrep -f -- "--data $T/$1/data"; }
ok "workers" wait_for 60 streams e
ok "a checkpoint" wait_for 60 compgen -G "$T/e/train/$E.partial/checkpoint/*"
pkill -KILL -f -- "--data $T/e/data"
pkill -KILL -f -- "--run $T/e"
pkill -KILL -f -- "papline-train --join $T/e"
wait "$run" 2>/dev/null
ok "no process is left" wait_for 20 no_process_of "$T/e"
ok "nor a worker" wait_for 20 not streams e
ok "goes on after kill -9" online e
ok "same bytes" same e

mkdir "$T/w"
cp "$T/a/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
frozen() {
    online f --set 'train.regimes=[finetune]' --set "train.weights=$T/w" \
        >"$T/out" 2>&1
}
ok "frozen layers" frozen
ok "it is said that they are not kept" says "layers put out is not kept"
ok "and they are not" not test -e "$T/f/trunk"
finish
