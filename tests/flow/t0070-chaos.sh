#!/bin/bash
# t0070 - whatever is killed while many steps run, the files are the same
#
# KILLS processes in all (6) are sent SIGKILL at random moments: the scheduler,
# mpirun, ranks, sinks, workers.  `KILLS=200 SEEDS=8 bash tests/flow/t0070-*.sh`
# is the long form.
FLOW_LIMIT=${FLOW_LIMIT:-$((300 + ${KILLS:-0} * 20))}
export FLOW_LIMIT
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
kills=${KILLS:-6} seeds=${SEEDS:-3} seed=${SEED:-$((SECONDS + $$))}
RANDOM=$seed
echo "# seed $seed"
settings=(--set "train.seeds=[$(seq -s, "$seeds")]" --set train.epochs=4
    --set train.checkpoint_seconds=0.3 --set augment.workers=auto
    --set augment.unit=2 --set scheduler.tries=100 --set scheduler.lease=2)
OUTPUTS=(data augment train evaluate explain)

hashes() { # hashes <run>: of all files but those with times
    (cd "$1" && find "${OUTPUTS[@]}" -type f ! -name manifest.json \
        ! -name timing.csv ! -name .seen -print0 | sort -z | xargs -0 sha256sum)
}
victims() { # victims <run>: processes of it, the scheduler too
    pgrep -f -- "(--join $1( |\$)|papline run .*--run $1 )"
}

# Start the run again and again, and kill something each time it has gone on for
# a while, until so many are killed or it has ended.
chaos() { # chaos <run> <kills> <options...>
    local run=$1 wanted=$2 all pid status=1
    shift 2
    killed=0 started=0
    while [ "$started" -lt $((3 * wanted + 5)) ]; do
        papline run "$T/c.yaml" --run "$run" "${settings[@]}" "$@" \
            >>"$T/log" 2>&1 &
        pid=$!
        started=$((started + 1))
        while [ "$killed" -lt "$wanted" ] && kill -0 "$pid" 2>/dev/null; do
            sleep "0.$((RANDOM % 7 + 1))"
            mapfile -t all < <(victims "$run")
            [ ${#all[@]} -gt 0 ] || continue
            kill -KILL "${all[RANDOM % ${#all[@]}]}" 2>/dev/null &&
                killed=$((killed + 1))
        done
        wait "$pid"
        status=$?
        [ $status -ne 0 ] || return 0
    done
    return $status
}

check() { # check <name> <kills> <options...>
    local name=$1 wanted=$2
    shift 2
    ok "$name: a run that is not disturbed" status_is 0 papline run \
        "$T/c.yaml" --run "$T/whole-$name" "${settings[@]}" "$@"
    hashes "$T/whole-$name" >"$T/whole"
    ok "$name: one that is ends well" chaos "$T/$name" "$wanted" "$@"
    echo "# $killed killed, started $started times"
    ok "  some were killed" test "$killed" -ge $((wanted / 2))
    hashes "$T/$name" >"$T/disturbed"
    ok "  all files are the same" diff "$T/whole" "$T/disturbed"
    ok "  nothing was set aside" not grep -q '"unit-set-aside"\|"node-failed"' \
        "$T/$name/journal.jsonl"
}
check single $((kills * 2 / 3))
check ranks $((kills / 3)) --set train.ranks=2 --set 'train.seeds=[1,2]'
finish
