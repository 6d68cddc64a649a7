#!/bin/bash
# t0022 - frozen layers: kept or not, killed or not, 1 or 2 ranks: same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
F=mobilenetv2-finetune-s1
ft() { # ft <run> [--set ...]: fine-tuning up to training
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set "train.weights=$T/w" --set 'train.regimes=[finetune]' "${@:2}"
}
ok "weights are trained from scratch" \
    status_is 0 papline run "$T/c.yaml" --until train
mkdir "$T/w"
cp "$T/run/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
same() { # same <run>: as the first
    local f
    for f in steps.csv history.csv model.safetensors last.safetensors; do
        cmp "$T/a/train/$F/$f" "$T/$1/train/$F/$f" || return 1
    done
}
trunk_begun() { [ -s "$(echo "$T/$1"/trunk/*/chunks)" ]; }
ok "fine-tuning that keeps what frozen layers put out" ft a
ok "  it is there" trunk_begun a
ok "fine-tuning that keeps nothing" ft b --set train.cache=off
ok "  it is not" not test -e "$T/b/trunk"
ok "kept and not kept: the same bytes" same b
ok "fine-tuning by 2 ranks that keeps what frozen layers put out" \
    ft c --set train.ranks=2
ok "2 ranks: the same bytes as one" same c
ok "not kept, 2 ranks" ft d --set train.cache=off --set train.ranks=2
ok "2 ranks that keep nothing: the same bytes" same d

ft e >"$T/log" 2>&1 &
ok "the cache is begun" wait_for 60 trunk_begun e
kill_run "$T/e"
ok "goes on after kill -9" ft e
ok "another run of the same: the same bytes" same e
before=$(stat -c %Y "$T"/a/trunk/*/chunks)
ok "fine-tuning with another seed" ft a --set 'train.seeds=[2]'
ok "finds what is kept" test "$(ls -d "$T"/a/trunk/* | wc -l)" -eq 1
ok "  and leaves it alone" \
    test "$before" = "$(stat -c %Y "$T"/a/trunk/*/chunks)"

# A disk without room, if this user may mount one: training does without.
mkdir -p "$T/f"
cp -r "$T/a/." "$T/f"
rm -rf "$T/f/trunk" "$T/f/train"
mkdir "$T/f/trunk"
if mount -t tmpfs -o size=64k none "$T/f/trunk" 2>/dev/null; then
    trap 'umount "$T/f/trunk"; cleanup' EXIT
    ft f >"$T/log" 2>&1
    ok "fine-tuning without room to keep anything" test $? -eq 0
    ok "  says so" grep -q "no room to keep what frozen layers put out" "$T/log"
    ok "without room: the same bytes" same f
else
    echo "# not tried: a disk without room; this user may not mount one"
fi

# What may learn: the last blocks, at their own rates.
most() { # most <run> [--set ...]
    ft "$1" --set 'train.trainable=from block_15_expand' \
        --set train.cut=block_16_project_BN --set train.rate_decay=0.5 \
        --set train.optimizer=adamw --set train.epochs=6 "${@:2}"
}
same_most() { # same_most <run>: as i
    cmp "$T/i/train/$F/steps.csv" "$T/$1/train/$F/steps.csv" &&
        cmp "$T/i/train/$F/last.safetensors" \
            "$T/$1/train/$F/last.safetensors"
}
ok "the last blocks, slower" most i
ok "  what is frozen is kept" test "$(ls -d "$T"/i/trunk/* | wc -l)" -eq 1
ok "  and the last checkpoint" test \
    "$(find "$T/i/checkpoints" -mindepth 2 -printf '%f\n')" = 1.safetensors
ok "by 2 ranks that keep nothing" most j --set train.ranks=2 \
    --set train.cache=off
ok "2 ranks: the same bytes as one" same_most j
most k --set train.checkpoint_seconds=0.01 >"$T/log" 2>&1 &
ok "a checkpoint" has_checkpoint "$T/k/train/$F.partial"
kill_run "$T/k"
ok "goes on after kill -9, by 2 ranks" goes_on most k --set train.ranks=2
ok "killed and gone on with: the same bytes" same_most k
ok "fine-tuning with frozen_precision bf16" \
    ft g --set train.frozen_precision=bf16
ok "not kept, in 16 bits" ft h --set train.frozen_precision=bf16 --set train.cache=off
ok "bf16 by kept and unkept: the same bytes" \
    cmp "$T/g/train/$F/last.safetensors" "$T/h/train/$F/last.safetensors"
ok "  but not those of 32" \
    not cmp -s "$T/a/train/$F/last.safetensors" "$T/g/train/$F/last.safetensors"
ok "clean of a run that has trained" status_is 0 papline clean "$T/g"
ok "  removes what frozen layers put out" test -z "$(ls "$T/g/trunk")"
finish
