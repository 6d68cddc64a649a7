#!/bin/bash
# t0029 - train.reproducible strict: 1, 2 and 4 ranks, the same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
C=mobilenetv2-contrastive-s1
# batches of 17 cells, the last of fewer than there are parts
strict=(papline run "$T/c.yaml" --until train --set train.reproducible=strict
    --set train.batch=17 --set preprocess.size=32 --set train.encoder_epochs=1
    --set train.checkpoint_seconds=0.3)

for r in 1 2 4; do
    ok "strict training by $r ranks" \
        status_is 0 "${strict[@]}" --run "$T/run$r" \
        --set train.ranks=$r --set "train.regimes=[scratch, contrastive]"
done
steps=$(sed 1d "$T/run1/train/$E/steps.csv" | wc -l)
cells=$(grep -c ,train, "$T/run1/data/index.csv")
ok "the last batch is small" test "$((2 * cells - 17 * (steps - 1)))" -lt 4
for f in "$E"/{steps.csv,history.csv,model.safetensors,last.safetensors} \
    "$C"/{encoder/{steps.csv,model.safetensors},steps.csv,model.safetensors}; do
    for r in 2 4; do
        ok "$f: 1 and $r ranks" cmp "$T/run1/train/$f" "$T/run$r/train/$f"
    done
done

"${strict[@]}" --run "$T/moved" --set train.ranks=4 >"$T/log" 2>&1 &
run=$!
ok "a checkpoint" has_checkpoint "$T/moved/train/$E.partial"
kill "$run"
ok "stopped on 4 ranks" ends_with 75 "$run"
ok "gone on with 1 rank" goes_on "${strict[@]}" --run "$T/moved" \
    --set train.ranks=1
ok "  without a word of rounding" not grep -q rounding "$T/out"
for f in steps.csv history.csv model.safetensors last.safetensors; do
    ok "$f: the unbroken one's" cmp "$T/run1/train/$E/$f" "$T/moved/train/$E/$f"
done

ok "3 ranks are refused" status_is 2 "${strict[@]}" --run "$T/run3" \
    --set train.ranks=3
ok "  and why" says "train.reproducible strict has 1, 2 or 4, not 3"
ok "  nothing was begun" not test -e "$T/run3"
finish
