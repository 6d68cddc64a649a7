#!/bin/bash
# t0072 - stopped and continued: all processes of a run, or a worker or a sink
# alone; a worker that was lost goes on
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
args=(--until train --set scheduler.lease=2 --set train.epochs=20
    --set train.stop_patience=0 --set train.checkpoint_seconds=1)
long=14 # more than six leases
same() { cmp "$T/plain/train/$E/model.safetensors" \
    "$T/$1/train/$E/model.safetensors"; }
begin() { # begin <run>: until it trains
    papline run "$T/c.yaml" "${args[@]}" --run "$T/$1" >"$T/log" 2>&1 &
    run=$!
    wait_for 60 test -e "$T/$1/train/$E.partial/checkpoint/0.safetensors"
    worker=$(workers_of train "$T/$1")
}
told() { grep -q "\"$2\"" "$T/$1/journal.jsonl"; } # told <run> <event>
started_once() {
    [ "$(grep '"process-start"' "$T/$1/journal.jsonl" |
        grep -c '"train/')" -eq 1 ]
}
stop_until() { # stop_until <pid> <command...>: whoever else continues it
    local end=$((SECONDS + 60)) process=$1
    shift
    until "$@" || [ $SECONDS -ge $end ]; do
        kill -STOP "$process"
        sleep 0.1
    done
    "$@"
}
ends_soon() { # ends_soon <status>: long before it would lose patience
    local begun=$SECONDS
    ends_with "$1" "$run" && [ $((SECONDS - begun)) -lt 25 ]
}

ok "a run" status_is 0 papline run "$T/c.yaml" "${args[@]}" --run "$T/plain"

begin all
kill -STOP "$run" "$worker"
sleep $long
kill -CONT "$run" "$worker"
ok "one that was stopped for long, with its worker" ends_with 0 "$run"
ok "  lost nobody" not told all worker-lost
ok "  took no lease back" not grep -q "within its lease" "$T/log"
ok "  started nothing again" started_once all
ok "  same weights" same all

begin worker
ok "a worker that is stopped for long is lost" stop_until "$worker" \
    told worker worker-lost
kill -CONT "$worker"
ok "  is heard again" wait_for 20 told worker worker-back
ok "  goes on with its unit" wait_for 20 grep -q "and goes on" "$T/log"
ok "  its progress is shown" wait_for 20 grep -q '"note": ".*epoch' \
    "$T/worker/status.json"
ok "  the run ends well" ends_with 0 "$run"
ok "  started nothing again" started_once worker
ok "  same weights" same worker

begin asked
stop_until "$worker" told asked worker-lost
kill -TERM "$run"
sleep 1
kill -CONT "$worker"
ok "a lost worker can be asked to leave" ends_soon 75
ok "  run again" status_is 0 papline run "$T/c.yaml" "${args[@]}" \
    --run "$T/asked"
ok "  same weights" same asked

# One that keeps its connection does not say hello again.
papline run "$T/c.yaml" --until augment --set augment.workers=0 \
    --set scheduler.lease=1 --run "$T/quiet" >"$T/log" 2>&1 &
run=$!
ok "a run that waits for workers" wait_for 60 step_is "$T/quiet" augment running
"$TOOLS/peer" "$T/quiet" hello=augment credit=1 unit=20000 wait=8000 beat=mine \
    wait=300 >"$T/peer"
ok "  one is silent for long" told quiet worker-lost
ok "  is heard again by its heartbeat" told quiet worker-back
ok "  goes on with its unit" grep -q "and goes on" "$T/log"
ok "  what it says counts" not grep -q "ignored a message" "$T/log"
sink=$(pgrep -f -- "papline-augment --join $T/quiet --sink")
ok "  its sink, stopped, is lost" stop_until "$sink" told quiet \
    "worker-lost.*:$sink"
kill -CONT "$sink"
ok "  is heard again" wait_for 10 told quiet 'worker-back.*augment.sink'
ok "  an honest worker does the rest" status_is 0 papline-augment \
    --join "$T/quiet"
ok "  the run ends well" ends_with 0 "$run"
ok "  same bytes" same_store "$T/plain/augment" "$T/quiet/augment"
finish
