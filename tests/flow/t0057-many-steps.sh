#!/bin/bash
# t0057 - steps run beside each other, and make what they make one by one
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
three=(--set 'train.seeds=[1,2,3]' --set train.epochs=5)
trained=(train evaluate explain)
one_core=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
running() { # running <run> <stage>: how many steps of the stage
    grep -A1 "\"name\": \"$2/" "$1/status.json" | grep -c '"running"'
}
two_run() { [ "$(running "$T/many" train)" -ge 2 ]; }
same_outputs() { # same_outputs <run>: as one by one, but for times
    local s f
    for s in "${trained[@]}"; do
        for f in $(cd "$T/single/$s" && find . -type f ! -name manifest.json \
            ! -name timing.csv ! -name .seen); do
            cmp "$T/single/$s/$f" "$1/$s/$f" || return 1
        done
    done
}
one_thread() { # one_thread <run>: so many has each of its trainings
    local pid
    for pid in $(workers_of train "$1"); do
        grep -zqx OMP_NUM_THREADS=1 "/proc/$pid/environ" || return 1
    done
}
ok "on one core" taskset -c "$one_core" "$BIN/papline" run "$T/c.yaml" \
    --run "$T/single" "${three[@]}"
[ "$(nproc)" -ge 2 ] || { echo "# skipped: one core"; finish; }

papline run "$T/c.yaml" --run "$T/many" "${three[@]}" \
    --set train.checkpoint_seconds=0.3 >"$T/log" 2>&1 &
run=$!
ok "two trainings run at a time" wait_for 60 two_run
ok "  with one thread each" wait_for 10 one_thread "$T/many"
ok "  status says on how many cores" status_is 0 papline status "$T/many"
ok "  a running step has one" grep -qE 'running +train/.* 1 core$' "$T/out"
kill -KILL $(workers_of train "$T/many") 2>/dev/null
ok "both are killed" wait_for 30 grep -q '"worker-lost"' "$T/many/journal.jsonl"
ok "  and go on" wait_for 60 two_run
kill -KILL "$run"
wait "$run" 2>/dev/null
ok "the scheduler is killed, and the run goes on" status_is 0 \
    papline run "$T/many"
ok "  all files are those of one by one" same_outputs "$T/many"
ok "  the journal has the cores of a step" grep -q '"cores":"1"' \
    "$T/many/journal.jsonl"
finish
