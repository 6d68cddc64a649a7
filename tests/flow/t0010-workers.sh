#!/bin/bash
# t0010 - 1, 2 and 5 augment workers make the same bytes; so does one alone
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
for w in 1 2 5; do
    ok "a run with $w augment workers" \
        status_is 0 papline run "$T/c.yaml" --run "$T/run$w" \
        --until augment --set augment.variants=3 \
        --set augment.workers=$w --set augment.unit=$((w + 1))
done
for w in 2 5; do
    ok "$w workers: same store" same_store "$T/run1/augment" \
        "$T/run$w/augment"
done
ok "16 workers where few files may be open at first" status_is 0 bash -c \
    'ulimit -Sn 48 && exec "$@"' - papline run "$T/c.yaml" --run "$T/run16" \
    --until augment --set augment.variants=3 --set augment.workers=16 \
    --set augment.unit=1
ok "  same store" same_store "$T/run1/augment" "$T/run16/augment"
mv "$T/run1/augment" "$T/kept"
ok "papline-augment alone" status_is 0 papline-augment --run "$T/run1"
ok "  same store" same_store "$T/run1/augment" "$T/kept"
finish
