#!/bin/bash
# t0006 - workers join late, by hand, and share the work
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
papline run "$T/c.yaml" --set augment.workers=0 --set augment.unit=1 \
    --set augment.variants=1000 --until augment >"$T/log" 2>&1 &
run=$!
ok "the run waits for workers" wait_for 60 step_is "$T/run" augment running
sleep 0.7
ok "  nothing is done yet" test "$(units_done "$T/run")" -eq 0
papline-augment --join "$T/run" >"$T/one" 2>&1 &
one=$!
ok "one worker starts the work" wait_for 20 some_units_done "$T/run" 2
papline-augment --join "$T/run" >"$T/two" 2>&1 &
two=$!
ok "the run ends" ends_with 0 "$run"
ok "the first worker was sent home" ends_with 0 "$one"
ok "  so was the second" ends_with 0 "$two"
ok "two workers had joined" test \
    "$(grep worker-join "$T/run/journal.jsonl" | grep -c '"augment"')" -eq 2
finish
