#!/bin/bash
# t0047 - fresh variants in balanced batches, where cells of a rare class come
# round again: the same bytes by 1 and 2 ranks, workers or not, killed or not
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
cp -r "$CELLS" "$T/cells"
rare=$(find "$T/cells" -mindepth 1 -maxdepth 1 -type d | sort | head -n 1)
find "$rare" -name '*.bmp' | sort | tail -n +7 | xargs rm
balanced() { # balanced <run> [--set ...]
    papline run "$T/c.yaml" --run "$T/$1" --until train \
        --set "dataset.path=$T/cells" --set train.augment=online \
        --set train.sampler=balanced --set train.epochs=2 "${@:2}"
}
same() { # same <run>: as the first
    local f
    for f in steps.csv model.safetensors last.safetensors; do
        cmp "$T/a/train/$E/$f" "$T/$1/train/$E/$f" || return 1
    done
}
ok "balanced fresh variants by a thread" balanced a
ok "two ranks, two workers each" balanced b --set train.ranks=2 \
    --set train.augment_workers=2
ok "two ranks with workers: the same bytes" same b
balanced c --set train.checkpoint_seconds=0.01 >"$T/log" 2>&1 &
ok "a checkpoint" has_checkpoint "$T/c/train/$E.partial"
kill_run "$T/c"
ok "killed within an epoch, then by two ranks" goes_on balanced c --set train.ranks=2
ok "killed and gone on with: the same bytes" same c
finish
