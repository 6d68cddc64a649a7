#!/bin/bash
# t0033 - 1, 2 and 7 workers, killed at random, and the scheduler: same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
seed=${SEED:-$((SECONDS + $$))}
RANDOM=$seed
echo "# seed $seed"
big=(--until augment --set augment.unit=1 --set augment.variants=1000
    --set scheduler.lease=2 --set scheduler.tries=100)
ok "an unbroken run with one worker" \
    status_is 0 papline run "$T/c.yaml" "${big[@]}" \
    --run "$T/whole"

begun() { # begun <run>: it augments, or has ended
    step_is "$1" augment running || ! kill -0 "$run" 2>/dev/null
}
start() { # start <run> <workers>
    papline run "$T/c.yaml" "${big[@]}" --run "$1" \
        --set "augment.workers=$2" >>"$T/log" 2>&1 &
    run=$!
    wait_for 60 begun "$1"
}
kill_some() { # kill_some <run> <times>: a random worker each, at random times
    local all
    for _ in $(seq "$2"); do
        sleep "0.$((RANDOM % 30 + 10))"
        mapfile -t all < <(workers_of augment "$1")
        [ ${#all[@]} -eq 0 ] && continue
        kill -9 "${all[$((RANDOM % ${#all[@]}))]}" 2>/dev/null &&
            kills=$((kills + 1))
    done
}
for w in 2 7; do # 'ok' counts in n
    kills=0
    start "$T/run$w" $w
    kill_some "$T/run$w" 3
    ok "$w workers: some were killed" test "$kills" -ge 1
    if [ $w -eq 7 ]; then
        ok "the scheduler is killed, too" kill -9 "$run"
        wait "$run" 2>/dev/null
        wait_for 20 no_process_of "$T/run$w"
        start "$T/run$w" $w
        kill_some "$T/run$w" 3
    fi
    ok "$w workers: the run ends" ends_with 0 "$run"
    ok "  same bytes" same_store "$T/whole/augment" "$T/run$w/augment"
done

start "$T/sink" 2
sleep 0.3
ok "the sink is killed" pkill -9 -f "papline-augment --join $T/sink.*--sink"
ok "  the run ends" ends_with 0 "$run"
ok "  same bytes" same_store "$T/whole/augment" "$T/sink/augment"

ok "a soak of some thousand units" status_is 0 "$ROOT/tests/bench/soak.sh" \
    "$BIN/.." 4000 3 1 "$seed" "$T/soak"
ok "  none lost" says "none lost, doubled or set aside"
finish
