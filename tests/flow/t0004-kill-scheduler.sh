#!/bin/bash
# t0004 - kill -9 of the scheduler in mid-run; run again: same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
many() { # many <command...>: with a long augment stage, and no other
    "$@" --until augment --set augment.unit=1 --set augment.variants=600
}
few=(--set train.epochs=3 --set train.checkpoint_seconds=0.2)
ok "an unbroken run of many variants" \
    many status_is 0 papline run "$T/c.yaml" --run "$T/many"
ok "an unbroken run" \
    status_is 0 papline run "$T/c.yaml" "${few[@]}" --run "$T/whole"

start() {
    papline run "$T/c.yaml" "$@" --run "$T/run" >>"$T/log" 2>&1 &
    run=$!
}
many start
wait_for 60 step_is "$T/run" augment running
wait_for 20 some_units_done "$T/run" 5
ok "killed while augmenting" kill -9 "$run"
wait "$run" 2>/dev/null
ok "  its processes end with it" wait_for 20 no_process_of "$T/run"
ok "status says that it is gone" status_is 0 papline status "$T/run"
ok "  and what to do" says "run again"
ok "the run whose scheduler was killed while augmenting goes on" \
    many status_is 0 papline run "$T/c.yaml" --run "$T/run"
ok "augmented store: same bytes" same_store "$T/many/augment" "$T/run/augment"

start "${few[@]}"
wait_for 60 step_is "$T/run" train/$E running
ok "a checkpoint" has_checkpoint "$T/run/train/$E.partial"
ok "killed while training" kill -9 "$run"
wait "$run" 2>/dev/null
ok "  its processes end with it" wait_for 20 no_process_of "$T/run"
ok "the run whose scheduler was killed while training goes on" \
    goes_on papline run "$T/c.yaml" "${few[@]}" --run "$T/run"
ok "  reuses what was finished" grep -qE '^reuse +augment' "$T/out"
for f in train/$E/model.safetensors train/$E/last.safetensors \
    train/$E/history.csv evaluate/$E/predictions.csv; do
    ok "$f: same bytes as of the unbroken run" cmp "$T/whole/$f" "$T/run/$f"
done
finish
