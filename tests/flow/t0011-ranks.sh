#!/bin/bash
# t0011 - 1 and 2 ranks: the same losses over the first 20 steps, to 1e-4
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
for r in 1 2; do
    ok "$r ranks" status_is 0 papline run "$T/c.yaml" --run "$T/run$r" \
        --set train.ranks=$r --set augment.variants=4 --set train.batch=15
done
ok "at least 20 steps" test "$(wc -l <"$T/run1/train/$E/steps.csv")" -gt 20
ok "same losses" awk -F, '
    FNR == NR { loss[$1 "," $2] = $3; next }
    FNR > 1 && FNR <= 21 {
        a = loss[$1 "," $2]; d = $3 - a; if (d < 0) d = -d
        if (a == "" || d > 1e-4 * a) { print $0, a; bad = 1 }
        n++
    }
    END { exit bad || n != 20 }' \
    "$T/run1/train/$E/steps.csv" "$T/run2/train/$E/steps.csv"
finish
