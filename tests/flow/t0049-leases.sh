#!/bin/bash
# t0049 - no work goes to processes that have gone
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
M=model.safetensors
# One try each, and a lease that this test would not outlive.
one=(--until train --set scheduler.tries=1 --set scheduler.lease=200
    --set preprocess.size=32)
trainings() { # trainings <run>: how many are done
    grep -c '"node-done".*"train/' "$T/$1/journal.jsonl"
}
lost() { grep -E '"unit-failed"|"worker-lost"' "$T/$1/journal.jsonl"; }
for ranks in 1 2; do
    ok "trainings of $ranks" status_is 0 papline run "$T/c.yaml" \
        "${one[@]}" --set "train.ranks=$ranks" --run "$T/ranks$ranks" \
        --set 'train.seeds=[1,2,3]'
    ok "  all are done" test "$(trainings ranks$ranks)" -eq 3
    ok "  no unit was lost" not lost ranks$ranks
done

# A worker that says that it is free behind the word to leave, as one does
# whose result, credit and end cross with it.
start() { # start <run> <command...>: trainings beside a peer
    papline run "$T/c.yaml" "${one[@]}" --run "$T/$1" \
        --set 'train.seeds=[1,2,3]' >"$T/log" 2>&1 &
    run=$!
    wait_for 60 step_is "$T/$1" preprocess running
}
start late
"$TOOLS/peer" "$T/late" hello=train drain=60000 credit=1 wait=1500 >"$T/peer"
ok "a worker is asked to leave" grep -qx drain "$T/peer"
ok "  and gets no unit" not grep -q ^unit "$T/peer"
ok "  the run ends well" ends_with 0 "$run"
ok "  all are done" test "$(trainings late)" -eq 3
ok "  no unit was lost" not lost late

start anew
ok "a worker that joined by hand gets a training" "$TOOLS/peer" "$T/anew" \
    hello=train credit=1 unit=60000
kill -TERM "$run"
ok "  which goes on when the run does" ends_with 75 "$run"
ok "  run again" status_is 0 papline run "$T/anew" "${one[@]}"
ok "  the same weights" cmp "$T/late/train/mobilenetv2-scratch-s3/$M" \
    "$T/anew/train/mobilenetv2-scratch-s3/$M"
finish
