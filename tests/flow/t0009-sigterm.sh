#!/bin/bash
# t0009 - SIGTERM to any process: orderly end, status 75, work goes on later;
# a run whose parent ignores SIGCHLD ends
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
many() { # many <command...>: with a long augment stage, and no other
    "$@" --until augment --set augment.unit=1 --set augment.variants=600
}
set -- --set train.epochs=3 --set train.checkpoint_seconds=0.2
ok "a run without signals" \
    status_is 0 papline run "$T/c.yaml" "$@" --run "$T/whole"

start() {
    papline run "$T/c.yaml" "$@" --run "$T/run" >>"$T/log" 2>&1 &
    run=$!
}
many start
wait_for 60 step_is "$T/run" augment running
wait_for 20 some_units_done "$T/run" 3
kill -TERM "$run"
ok "the scheduler while augmenting: 75" ends_with 75 "$run"
ok "  no process is left" no_process_of "$T/run"
ok "  it says how to go on" grep -q "run the same command again" "$T/log"

start "$@"
wait_for 60 step_is "$T/run" train/$E running
ok "a checkpoint" has_checkpoint "$T/run/train/$E.partial"
kill -TERM "$run"
ok "the scheduler while training: 75" ends_with 75 "$run"
ok "  no process is left" no_process_of "$T/run"

start "$@"
wait_for 60 step_is "$T/run" train/$E running
wait_for 20 workers_of train "$T/run"
sleep 0.3
kill -TERM $(workers_of train "$T/run")
wait "$run"
ok "the ranks: the line still ends" status_is 0 papline run "$T/c.yaml" "$@" \
    --run "$T/run"
for f in model.safetensors last.safetensors; do
    ok "$f: same bytes as unbroken" cmp "$T/whole/train/$E/$f" \
        "$T/run/train/$E/$f"
done
ok "where SIGCHLD is ignored a run ends" \
    status_is 0 timeout --kill-after=1 60 env --ignore-signal=CHLD \
    papline run "$T/c.yaml" --until preprocess --run "$T/ignored"
finish
