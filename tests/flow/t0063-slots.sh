#!/bin/bash
# t0063 - programs on the ranks of one mpirun: status, signals, dying ranks; two
# ranks in slots train as two of mpirun do; papline run as several ranks
. "$(dirname "$0")/lib.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 T
cat >"$T/serve" <<'EOF'
#!/bin/bash
slot_process() { papline-slot list | awk -v n="$1" '$1 == n { print $5 }'; }
lives() { grep -q '^State:[[:blank:]]*[^ZX]' "/proc/$1/status" 2>/dev/null; }
export -f slot_process lives
exec mpirun --oversubscribe -n 4 papline-slot serve bash -c "$1"
EOF
chmod +x "$T/serve"
lives() { grep -q '^State:[[:blank:]]*[^ZX]' "/proc/$1/status" 2>/dev/null; }
serve=$T/serve # SCRIPT: as the program of rank 0, with three slots
has_line() { # has_line <text>: of what rank 0's program said
    grep -qxF -- "$1" "$T/out" || { cat "$T/out"; return 1; }
}

ok "three slots serve a program" status_is 5 "$serve" '
    echo "slots $(papline-slot list | wc -l)"
    papline-slot start 1 sh -c "exit 7"; echo "exit $?"
    papline-slot start 2 sh -c "kill -9 \$\$"; echo "killed $?"
    papline-slot start 3 nonesuch; echo "nonesuch $?"
    papline-slot start 4 true; echo "no slot $?"
    papline-slot start 1,2 true; echo "no training $?"
    papline-slot start 1 --env A=b --output "$T/said" \
        sh -c "echo \$A \$PMIX_RANK \$OMPI_COMM_WORLD_RANK"
    exit 5'
ok "  they are listed" has_line "slots 3"
ok "  a program's status" has_line "exit 7"
ok "  of a signal" has_line "killed 137"
ok "  of none" has_line "nonesuch 127"
ok "  a slot that there is not" has_line "no slot 2"
ok "  several train, nothing else" has_line "no training 2"
ok "  it has its variables and is no rank" test "$(cat "$T/said")" = b

ok "a program in a slot" status_is 0 "$serve" '
    papline-slot start 1 bash -c "trap \"exit 9\" TERM; touch $T/a
        while :; do sleep 0.05; done" & p=$!
    until [ -e "$T/a" ]; do sleep 0.05; done
    kill -TERM $p; wait $p; echo "asked $?"
    papline-slot start 2 sh -c "echo \$\$ >$T/b; exec sleep 60" & p=$!
    until [ -s "$T/b" ]; do sleep 0.05; done
    kill -KILL $p
    for i in $(seq 100); do lives "$(cat "$T/b")" || break
        sleep 0.05; done
    [ "$i" -lt 100 ] && echo gone'
ok "  gets signals" has_line "asked 9"
ok "  dies with its command" has_line gone

ok "a slot that dies ends all: start again" status_is 75 "$serve" '
    papline-slot start 2 sh -c "echo \$\$ >$T/c; exec sleep 60" &
    until [ -s "$T/c" ]; do sleep 0.05; done
    kill -9 "$(slot_process 2)"; sleep 60'
ok "  it is told" says "rank 2 was ended by signal 9"
ok "  its program too" wait_for 10 not lives "$(cat "$T/c")"
ok "so does rank 0" status_is 75 "$serve" 'kill -9 $PPID; sleep 60'
ok "and its program" status_is 75 "$serve" 'kill -9 $$'

small_config "$T/c.yaml"
ok "data to train on" status_is 0 papline run "$T/c.yaml" --until augment
cp -r "$T/run" "$T/plain"
ok "two ranks of mpirun train" status_is 0 \
    mpirun --oversubscribe -n 2 papline-train --run "$T/plain"
ok "two slots train, and again" status_is 0 "$serve" '
    papline-slot start 1,2 --output "$T/log" papline-train --run "$T/run" &&
    mv "$T/run/train" "$T/once" &&
    papline-slot start 3,1 --output "$T/log" papline-train --run "$T/run"'
for f in model.safetensors history.csv; do
    ok "$f: same bytes" cmp "$T/plain/train/$E/$f" "$T/once/$E/$f"
    ok "  the second time too" cmp "$T/plain/train/$E/$f" "$T/run/train/$E/$f"
done
rm -rf "$T/run/train"
ok "two slots train until they are told to stop" status_is 0 "$serve" '
    export R=$T/run
    sed -i "s/^  epochs: 1$/  epochs: 400/
        s/stop_patience: .*/stop_patience: 0/" "$R/run.yaml"
    papline-slot start 1,2 papline-train --run "$R" & p=$!
    until [ -d "$R"/train/*.partial ]; do sleep 0.05; done
    papline-slot start 2,3 papline-train --run "$R"; echo "busy $?"
    kill -TERM $p; wait $p; echo "stopped $?"'
ok "  one that trains takes no other" has_line "busy 75"
ok "  with a checkpoint" has_line "stopped 75"

several() { # several <status> <words of papline>: as three ranks
    status_is "$1" mpirun --oversubscribe -n 3 papline "${@:2}"
}
once() { # once <text>: it is said, not by several
    [ "$(grep -c -- "$1" "$T/out")" -eq 1 ] || { cat "$T/out"; return 1; }
}
ok "three ranks plan" several 0 plan "$T/c.yaml" --run "$T/new"
ok "  once" once "^run  *preprocess"
ok "three ranks that are misspelt" several 2 plam
ok "  once" once "did you mean"
ok "three ranks run" several 0 run "$T/c.yaml" --run "$T/new" --until augment
ok "  once" once "augment: done"
ok "  as one" cmp "$T/plain/data/images.npy" "$T/new/data/images.npy"
ok "  a bad configuration" several 2 run "$T/c.yaml" --set "run.seed=x"
ok "  once" once "run.seed"
ok "one rank is none of several" status_is 0 \
    mpirun -n 1 papline run "$T/c.yaml" --run "$T/new" --until augment
mpirun --oversubscribe -n 3 papline run "$T/c.yaml" --run "$T/new" \
    --set train.epochs=400 --set train.stop_patience=0 >"$T/log" 2>&1 &
run=$!
wait_for 60 step_is "$T/new" "train/$E" running
kill -USR1 $run
ok "SIGUSR1 of mpirun: start again" ends_with 75 $run
finish
