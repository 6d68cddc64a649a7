#!/bin/bash
# t0015 - every command of the README and the manuals is run, on small cells
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 1
small_config "$T/c.yaml"
shrink=(--set preprocess.size=32 --set split.method=random
    --set train.epochs=1 --set train.batch=16 --set train.threads=1
    --set explain.per_class=1 --set 'explain.methods=[gradcam]'
    --set explain.faith_steps=2 --set explain.bootstrap=20
    --set evaluate.bootstrap=50)
port=$((20000 + $$ % 20000))
at=tcp://127.0.0.1:$port
ok "a run" status_is 0 papline run "$T/c.yaml"

ok "weights as Keras writes them" status_is 0 papline weights export \
    "$T/run/train/$E/model.safetensors" -o "$T/m.h5"

mkdir "$T/weights"
cp "$T/run/train/$E/model.safetensors" "$T/weights/mobilenetv2.safetensors"

waiting() { # a run over tcp that waits for workers
    papline run "$T/c.yaml" --run "$T/$1" --set augment.workers=0 \
        --until augment --set "scheduler.endpoint=$at" >"$T/log" 2>&1 &
    run=$!
    wait_for 60 step_is "$T/$1" augment running
}
command_of() { # command_of <line of the README>: run it, made small
    case $1 in
    *"papline submit "*) # to a real queue: tests/slurm
        set -- ${1#*papline }
        papline "$@" --dry-run ;;
    "papline cancel RUN") # of what was submitted to nobody
        status_is 2 ${1//RUN/$T/run} && says "was never submitted" ;;
    *"papline status demo --watch") papline status "$T/run" --watch ;;
    "make demo")
        make -s demo B="$(dirname "$BIN")" DEMO_SET="${shrink[*]} \
            --set dataset.draw_per_class=20 --run $T/demo" ;;
    "build/release/bin/papline run configs/"*|"papline run configs/"*" train.ranks=8 "*)
        set -- $1
        shift 2
        local words=() w
        for w in "$@"; do
            case $w in
            dataset.path=PATH) w=dataset.path=$CELLS ;;
            train.weights=WEIGHTS) # of the one network that is there
                words+=("train.networks=[mobilenetv2]" --set
                    "evaluate.ensembles=[none]" --set)
                w=train.weights=$T/weights ;;
            train.ranks=8) w=train.ranks=2 ;;
            scheduler.endpoint=tcp:*) w=scheduler.endpoint=$at ;;
            esac
            words+=("$w")
        done
        papline run "${words[@]}" "${shrink[@]}" --set augment.variants=1 \
            --set "dataset.draw_per_class=$(case "$*" in *PATH*) echo 0 ;;
                *) echo 20 ;; esac)" --run "$T/run$n" ;;
    "mpirun -n 8 papline run "*)
        OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
            mpirun --oversubscribe -n 3 papline run "${1##* }" "${shrink[@]}" \
            --set dataset.draw_per_class=20 --run "$T/run$n" \
            --until preprocess ;;
    "papline weights "*|"papline features "*)
        set -- ${1//FILE.h5/$T/m.h5}
        set -- ${*//DIR/$CELLS}
        set -- ${*//BUNDLE/$T/run/report/bundle/$E}
        (cd "$T" && "$@") ;;
    "papline plan RUN"*) ${1//RUN/$T/run} ;;
    "papline plan "*|"papline doctor"*) ${1%%#*} ;;
    "papline bench "*) $1 --size 32 --batch 4 --steps 2 ;;
    "papline predict MODEL IMAGE... "*|"papline predict MODEL IMAGE...")
        set -- ${1//DIR/$T/predicted}
        mkdir -p "$T/few"
        find "$CELLS" -name '*_01.bmp' -exec cp -t "$T/few" {} +
        papline predict "$T/run/report/bundle/$E" "$T/few" \
            "${@:5}" ;;
    "papline crop FIELDS "*)
        mkdir -p "$T/fields"
        (echo file,x,y,width,height,label &&
            "$TOOLS/field" "$CELLS" "$T/fields/001.png" A) >"$T/boxes.csv"
        rm -rf "$T/cut" # one that has crops is refused
        set -- ${1/FIELDS/$T/fields}
        set -- ${*/CELLS/$T/cut}
        ${*/boxes.csv/$T/boxes.csv} ;;
    "papline augment-preview IMAGE "*)
        set -- $1
        papline augment-preview "$(find "$CELLS" -name '*.bmp' | sort |
            head -n 1)" -o "$T/sheet.png" "${@:6}" ;;
    "papline compare RUN"*) # this run has one experiment: twice the same
        for e in A B; do
            cp -rn "$T/run/evaluate/$E" "$T/run/evaluate/$e"
        done
        set -- ${1//RUN2/$T/run}
        set -- ${*//RUN/$T/run}
        "$@" && rm -r "$T/run/evaluate/A" "$T/run/evaluate/B" ;;
    "papline score "*) # of two folds, each half of the run's test cells
        for f in 0 1; do
            mkdir -p "$T/run/evaluate/EXPERIMENT-f$f"
            awk -F, -v f=$f 'NR == 1 || $2 != "test" || NR % 2 == f' \
                "$T/run/evaluate/$E/predictions.csv" \
                >"$T/run/evaluate/EXPERIMENT-f$f/predictions.csv"
        done
        set -- ${1//RUN/$T/run}
        set -- ${*//RESULTS/$T/results}
        set -- ${*//VOTE/$T/vote}
        ${*//OTHER/$T/run/evaluate/EXPERIMENT}
        f=$?
        rm -r "$T"/run/evaluate/EXPERIMENT-f?
        return $f ;;
    "papline "*" RUN"*|"papline-train --run RUN "*) ${1//RUN/$T/run} ;;
    "papline-augment --join RUN")
        waiting join && ${1//RUN/$T/join} && wait "$run" ;;
    "papline-augment --connect "*)
        waiting connect || return 1
        cp -p "$T/connect/keys/worker.key" "$T/worker.key"
        papline-augment --connect "$at" --key "$T/worker.key" &&
            wait "$run" ;;
    "make all"|"make test"|"make check"|"make test-slurm"|"make lint"|"make format"|"make bench"|"make man"|"make deps"|"make rivals"|"make MODE=asan check"|"make install"*|"make uninstall"|"make dist")
        make -n ${1#make } ;; # this very test is a part of them
    *)
        echo "this test does not know how to run it"
        return 1 ;;
    esac
}
mapfile -t manuals < <(echo README.md; find configs common stages orchestration \
    tests -name README.md -o -name RESULTS.md | sort)
while read -r line; do
    ok "$line" command_of "$line" </dev/null
done < <(for f in "${manuals[@]}"; do
    sed -n '/^```sh/,/^```/p' "$f" | grep -v '^```'
done | sed -e ':a' -e '/\\$/{N;s/ *\\\n */ /;ba' -e '}' | sed 's/ *#.*//' | grep . | awk '!seen[$0]++')
while read -r line; do
    ok "$line" command_of "$line" </dev/null
done < <(grep -ohE '`make ([a-zA-Z= ]+|test-slurm)`' "${manuals[@]}" | tr -d '`' | sort -u |
    grep -v '^make demo$')
ok "the README names every key's file" test -s configs/reference.yaml
linked() { # linked <manual>: what it links to is there, and so is the heading
    local to file
    for to in $(grep -oE '\]\([^):]+\)' "$1" | tr -d '][()'); do
        file=$(dirname "$1")/${to%%#*}
        [ "${to%%#*}" ] || file=$1
        [ -e "$file" ] || { echo "$1: no $to"; return 1; }
        [ "${to#*#}" = "$to" ] || sed -n 's/^##* //p' "$file" |
            tr 'A-Z ' 'a-z-' | tr -d "',.:" | grep -qx -- "${to#*#}" ||
            { echo "$1: no heading of $to"; return 1; }
    done
}
for f in "${manuals[@]}"; do
    ok "links of $f" linked "$f"
done
ok "the README is short" test "$(wc -l <README.md)" -le 200
finish
