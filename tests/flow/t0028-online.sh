#!/bin/bash
# t0028 - fresh variants in every epoch: by a thread, by workers, by two ranks,
# resumed, with workers killed: the same bytes; also by a recipe of one's own
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
online() { # online <run> [--set ...]: training with fresh variants
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set train.augment=online --set train.augment_variants=2 \
        --set train.epochs=2 "${@:2}"
}
same() { # same <run> [<other>]: as the first
    local f
    for f in steps.csv model.safetensors last.safetensors; do
        cmp "$T/${2:-a}/train/$E/$f" "$T/$1/train/$E/$f" || return 1
    done
}
ok "an unknown recipe" status_is 2 papline plan "$T/c.yaml" \
    --set train.augment_recipe=lihgt
ok "  is refused" says "did you mean light?"
ok "fresh variants by a thread" online a
ok "no stored variants are made" not test -e "$T/a/augment"
online b --set train.augment_workers=2 >"$T/online" 2>&1
ok "fresh variants by two workers" test $? -eq 0
ok "  which end when it does" not grep -q "did not end when" "$T/online"
ok "same bytes" same b
ok "two ranks, a worker each" online c --set train.ranks=2 \
    --set train.augment_workers=1
ok "same bytes" same c
ok "another recipe of fresh variants" online d --set train.augment_recipe=strong
ok "other bytes" not same d

# A recipe of one's own: its content counts, wherever it is.
cp "$ROOT/configs/recipes/light.yaml" "$T/copy.yaml"
planned() { # planned <run> <recipe> <word>: what becomes of its training
    papline plan "$T/c.yaml" --run "$T/$1" --set train.augment=online \
        --set train.augment_variants=2 --set train.epochs=2 \
        --set "train.augment_recipe=$2" | grep -q "^$3 *train/$E "
}
ok "a copy of the recipe is no other" planned a "$T/copy.yaml" reuse
cd "$T" || exit 1
printf 'each:\n- affine: {rotate: [-90, 90]}\n- noise: {scale: 3}\n' >mine.yaml
ok "one's own, by a relative path" online g --set train.augment_recipe=mine.yaml
ok "other bytes" not same g
ok "two ranks, a worker each" online h --set train.ranks=2 \
    --set train.augment_workers=1 --set train.augment_recipe=./mine.yaml
ok "same bytes" same h g
(echo "# elsewhere"; cat mine.yaml) >"$T/w.yaml"
ok "another name and comment" planned g "$T/w.yaml" reuse
sed 's/scale: 3/scale: 4/' mine.yaml >"$T/w.yaml"
ok "another number of fresh variants" planned g "$T/w.yaml" run
printf 'each:\n- affine: {rotat: 3}\n' >bad.yaml
ok "a bad recipe of fresh variants" \
    status_is 2 papline run "$T/c.yaml" --run "$T/new" \
    --set train.augment_recipe=bad.yaml
ok "  is refused with line and spelling" \
    says "bad.yaml:2: affine: there is no 'rotat'; did you mean rotate?"
ok "a bad recipe is refused before anything began" test ! -e "$T/new"

# Stopped, then gone on with by the stage alone, when the file is gone.
online i --set train.augment_recipe=mine.yaml --set train.augment_workers=1 \
    --set train.checkpoint_seconds=0.01 >"$T/log" 2>&1 &
ok "a checkpoint" has_checkpoint "$T/i/train/$E.partial"
kill_run "$T/i"
rm mine.yaml
ok "a killed training goes on without the recipe's file" \
    goes_on papline-train --run "$T/i" --experiment "$E"
ok "same bytes" same i g

# Workers and then all of it killed in the middle.
online e --set train.augment_workers=2 --set train.checkpoint_seconds=0.01 \
    >"$T/log" 2>&1 &
streams() { pgrep -f -- "--stream .* $T/$1/data"; }
ok "workers stream to a training" wait_for 60 streams e
ok "a checkpoint" has_checkpoint "$T/e/train/$E.partial"
pkill -KILL -f -- "--stream .* $T/e/data"
kill_run "$T/e"
ok "no worker of the killed training is left" wait_for 20 not streams e
ok "the killed training with workers goes on" goes_on online e
ok "same bytes" same e

mkdir "$T/w"
cp "$T/a/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
frozen() {
    online f --set 'train.regimes=[finetune]' --set "train.weights=$T/w" \
        >"$T/out" 2>&1
}
ok "fresh variants before frozen layers" frozen
ok "  it is said that they are not kept" says "layers put out is not kept"
ok "  and they are not" not test -e "$T/f/trunk"
finish
