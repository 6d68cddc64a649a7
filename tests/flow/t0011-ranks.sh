#!/bin/bash
# t0011 - 1 and 2 ranks: the same losses and weights, bit for bit
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
for r in 1 2; do
    ok "a run with $r ranks" \
        status_is 0 papline run "$T/c.yaml" --run "$T/run$r" \
        --set train.ranks=$r --set augment.variants=4 --set train.batch=15 \
        --set train.average_epochs=1 --set evaluate.model=average
done
ok "  at least 20 steps" test "$(wc -l <"$T/run1/train/$E/steps.csv")" -gt 20
for f in steps.csv history.csv model.safetensors last.safetensors \
    best-loss.safetensors average.safetensors average.csv; do
    ok "$f: same bytes of 1 and 2 ranks" \
        cmp "$T/run1/train/$E/$f" "$T/run2/train/$E/$f"
done
ok "what is evaluated is the average" \
    grep -q '"model": *"average"' "$T/run1/evaluate/$E/metrics.json"
hex=$(sha256sum <"$T/run1/train/$E/average.safetensors")
ok "  and what the page names" grep -q "<code>${hex:0:12}" \
    "$T/run1/report/index.html"
ok "  and what its bundle has" cmp "$T/run1/train/$E/average.safetensors" \
    "$T/run1/report/bundle/$E/models/model.safetensors"
finish
