#!/bin/bash
# t0003 - kill -9 of an augment worker loses nothing and doubles nothing
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
set -- --until augment --set augment.unit=1 --set augment.variants=600
ok "a run whose workers live" \
    status_is 0 papline run "$T/c.yaml" "$@" --run "$T/whole"

papline run "$T/c.yaml" "$@" --run "$T/run" --set augment.workers=2 \
    --set scheduler.lease=2 >"$T/log" 2>&1 &
run=$!
kills=0
wait_for 60 step_is "$T/run" augment running
for i in 1 2; do
    wait_for 20 some_units_done "$T/run" $((i * 5))
    w=$(workers_of augment "$T/run" | head -n 1)
    step_is "$T/run" augment running && kill -9 "$w" && kills=$((kills + 1))
done
ok "workers were killed in mid-run" test "$kills" -ge 1
ok "the run ends well" ends_with 0 "$run"
ok "the journal tells" grep -q worker-lost "$T/run/journal.jsonl"
ok "same bytes as the unbroken run" same_store "$T/whole/augment" \
    "$T/run/augment"
ok "  nothing was set aside" not grep -qvE ',(ok|status)$' \
    "$T/run/augment/index.csv"
finish
