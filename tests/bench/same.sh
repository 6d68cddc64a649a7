#!/bin/bash
# same.sh OLD NEW [CASE...]
# same.sh --check
#
# Do two versions of Papline make the same bytes?  OLD and NEW are directories
# of built programs (build/release) or revisions, which are built aside.  Each
# CASE (all of them) is run by both, at the same place, and every file that is
# stored is compared:
#   demo      configs/demo.yaml
#   networks  the five networks from scratch, with most options of training
#   regimes   all regimes in folds, every explainer, every ensemble
#   online    fresh variants from workers, two ranks, strict
#   real      cells and pretrained weights of SHARED (../shared), if they lie there
#   stopped   OLD is stopped while it augments, trains and explains; NEW goes on
# NEW also plans and runs what OLD has made, and nothing may be made anew.
# With --check the comparison itself is tested, on files that differ on purpose.
# The status is 1 if anything differs.  All cases take some 20 minutes on 2 cores.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
SHARED=${SHARED:-$ROOT/../shared}
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-same-XXXXXX")
declare -A bin
run='' bad=0
leave() {
    [ -z "$run" ] || kill "$run" 2>/dev/null
    wait 2>/dev/null
    for tree in "$T"/tree-*; do
        [ ! -d "$tree" ] || git -C "$ROOT" worktree remove --force "$tree"
    done
    [ "$bad" -eq 1 ] || rm -rf "$T"
}
trap leave EXIT
fail() {
    echo "same: $*" >&2
    bad=1
    exit 1
}

# --- what is compared --------------------------------------------------------

left_out='left out of the comparison:
  report/, .locks/report,      what the page says may change; weights were no
  .locks/weights-*             step with a process
  run.yaml                     its first line: version, host, time
  manifest.json                program, host, machine, started, finished,
                               seconds; size and sha256 of timing.csv
  .seen                        times and inodes of files; names and sizes count
  train/*/timing.csv           seconds and images a second; epochs count
  journal.jsonl                what is not told of a step (node-...); times,
                               cores, the order of steps beside each other;
                               steps of the report and of weights
  status.json                  updated, seconds, host, pid, start, cores; weights,
                               workers, and units of the last step, the report
and of runs that go on:
  journal.jsonl, status.json   the history is another one
  manifest.json                resumed, if OLD was stopped; else nothing at all'

# The lines of a file that count; each JSON member has a line of its own.
counted() { # counted <file> <how>
    case ${1##*/}:$2 in
    run.yaml:*) sed 1d "$1" ;;
    manifest.json:again) cat "$1" ;;
    manifest.json:*) sed -E '/^ "(program|host|machine|started|finished|seconds'"$(
        [ "$2" != stopped ] || echo '|resumed')"')": /d
        /^   "name": "(encoder\/)?timing\.csv",$/{n;N;d}' "$1" ;;
    .seen:*) sed -E 's/^( "[^"]+": "[0-9]+) [0-9. ]+"/\1"/' "$1" ;;
    timing.csv:*) cut -d, -f1 "$1" ;;
    journal.jsonl:fresh) sed -nE '/"node":"(report"|weights\/)/d
        /"event":"node-/s/"time":"[^"]*",|,"(seconds|cores)":"[^"]*"//gp' "$1" |
        sort ;;
    status.json:fresh) sed -E '/^ "(updated|seconds|host|pid|start|cores|cores_free)": /d
        /^   "name": "weights\//,/^  \}/d
        /^   "seconds": /d; /^ "workers": /,/^ \]/d; /^ "units": /,/^ \}/d' "$1" ;;
    *) echo "same: nothing says how $1 counts" >&2 && return 1 ;;
    esac
}
special='/(run\.yaml|manifest\.json|\.seen|timing\.csv|journal\.jsonl|status\.json)$'

stored() { # stored <dir> <how>: "HASH  FILE" of each file that counts
    local names
    (
        cd "$1" || exit 1
        names=$(find . \( -path ./report -o -path ./.locks/report \
            -o -path './.locks/weights-*' \) -prune \
            -o ! -type d -print)
        [ "$2" = fresh ] ||
            names=$(grep -vxE '\./(journal\.jsonl|status\.json)' <<<"$names")
        grep -vE "^\$|$special" <<<"$names" | tr '\n' '\0' | xargs -0r sha256sum
        grep -E "$special" <<<"$names" | while read -r f; do
            counted "$f" "$2" | sha256sum | sed "s|-\$|$f|"
        done
    ) | sort -k 2
}

# A row of the table; what differs is named before it.  Fails if anything does.
compare() { # compare <case> <seconds> <files of OLD> <files of NEW>
    join -j 2 -a 1 -a 2 -e - -o 0,1.1,2.1 "$3" "$4" | awk -v name="$1" \
        -v seconds="$2" '
        $2 == $3 { equal++; next }
        $3 == "-" { print "  only OLD has " $1; one++; next }
        $2 == "-" { print "  only NEW has " $1; one++; next }
        { print "  differs: " $1; other++ }
        END { printf "%-18s %-10s %7d %7d %10d %12d\n", name, seconds,
                  equal + other + one, equal, other, one
              exit !equal || other + one > 0 }'
    [ "${PIPESTATUS[1]}" -eq 0 ] || { bad=1 && return 1; }
}

# --- a test of the above -----------------------------------------------------

check() {
    local a=$T/a b=$T/b n=0
    mkdir -p "$a/data" "$a/report" "$a/train/x" "$a/.locks"
    printf '{\n "key": "k",\n "host": "a",\n "started": "1",\n "resumed": 0,\n "params": {\n  "host": "p"\n }\n}' >"$a/data/manifest.json"
    printf '{\n "images.npy": "10 1.5 1.5 7"\n}' >"$a/data/.seen"
    printf 'pixels' >"$a/data/images.npy"
    printf '# papline on a\nrun:\n' >"$a/run.yaml"
    printf 'epoch,seconds\n1,2.5\n' >"$a/train/x/timing.csv"
    printf '{"time":"1","event":"%s","node":"%s","seconds":"%s"}\n' \
        node-done data 1 worker-join data 2 node-done report 3 >"$a/journal.jsonl"
    printf '{\n "state": "ended",\n "pid": 5,\n "units": {\n  "done": 0\n },\n "nodes": [\n  {\n   "name": "data",\n   "seconds": 1.5\n  }\n ],\n "workers": [\n  "a"\n ]\n}' >"$a/status.json"
    echo page >"$a/report/index.html"
    expect() { # expect <0: equal, 1: not> <how> <what> <command...>: in the copy
        local want=$1 how=$2 what=$3 got=0
        shift 3
        rm -rf "$b" && cp -r "$a" "$b"
        (cd "$b" && "$@")
        compare x - <(stored "$a" "$how") <(stored "$b" "$how") >/dev/null 2>&1 || got=1
        n=$((n + 1))
        [ "$got" -eq "$want" ] || { echo -n "not " && failed=1; }
        echo "ok $n - $what: $([ "$want" -eq 1 ] && echo found || echo left out)"
    }
    local failed=0
    expect 0 fresh "no change" true
    expect 1 fresh "a byte of a file" sed -i s/pixels/pixelz/ data/images.npy
    expect 1 fresh "a byte behind a file" sed -i '$s/$/./' data/images.npy
    expect 1 fresh "a file that is gone" rm data/images.npy
    expect 1 fresh "a file too many" touch data/more
    expect 1 fresh "a link too many" ln -s images.npy data/more
    expect 1 fresh "the key of a manifest" sed -i 's/"k"/"l"/' data/manifest.json
    expect 1 fresh "a parameter named host" sed -i 's/"p"/"q"/' data/manifest.json
    expect 1 fresh "a member too many" sed -i 's/^ "key.*/&\n "new": 1,/' data/manifest.json
    expect 0 fresh "host of a manifest" sed -i 's/"a"/"b"/' data/manifest.json
    expect 1 again "host of a manifest that is to stay" sed -i 's/"a"/"b"/' data/manifest.json
    expect 1 fresh "how often a step was resumed" sed -i 's/ 0/ 1/' data/manifest.json
    expect 0 stopped "how often, if it was stopped" sed -i 's/ 0/ 1/' data/manifest.json
    expect 0 fresh "an inode" sed -i 's/ 7/ 8/' data/.seen
    expect 1 fresh "a size" sed -i 's/10 /11 /' data/.seen
    expect 0 fresh "the time in run.yaml" sed -i 's/on a/on b/' run.yaml
    expect 1 fresh "a section of run.yaml" sed -i 's/run:/runs:/' run.yaml
    expect 0 fresh "seconds of an epoch" sed -i 's/2.5/2.6/' train/x/timing.csv
    expect 1 fresh "the number of an epoch" sed -i 's/^1/2/' train/x/timing.csv
    expect 0 fresh "times in the journal" sed -i 's/time":"1/time":"2/; s/seconds":"1/seconds":"2/' journal.jsonl
    expect 0 fresh "the report in the journal" sed -i /report/d journal.jsonl
    expect 1 fresh "a step in the journal" sed -i /node-done.*data/d journal.jsonl
    expect 0 stopped "the journal, if it was stopped" sed -i /node-done.*data/d journal.jsonl
    expect 0 fresh "seconds, workers, units of the status" sed -i 's/1.5/2.5/; s/"a"/"b"/; s/5,/6,/; s/: 0/: 1/' status.json
    expect 1 fresh "a step of the status" sed -i 's/"data"/"drawn"/' status.json
    expect 0 fresh "the page" rm -r report
    expect 1 fresh "all files" rm -r data train run.yaml journal.jsonl status.json
    echo "1..$n"
    bad=0
    exit "$failed"
}
[ "${1:-}" != --check ] || check

# --- the two versions --------------------------------------------------------

programs() { # programs <old|new> <directory or revision>: sets bin[$1]
    local tree=$T/tree-$1 d
    for d in "$2" "$2/bin" "$2/build/release/bin"; do
        [ ! -x "$d/papline" ] || { bin[$1]=$(cd "$d" && pwd) && return; }
    done
    git -C "$ROOT" worktree add --quiet --detach "$tree" "$2" ||
        fail "'$2' is no directory with papline, and no revision"
    echo "same: builds $2"
    nice make -C "$tree" -s -j2 all >"$T/log" 2>&1 ||
        fail "$2 cannot be built: $(tail -n 3 "$T/log")"
    bin[$1]=$tree/build/release/bin
}
[ $# -ge 2 ] || fail "which two? same.sh OLD NEW [CASE...], or --check"
programs old "$1"
programs new "$2"
shift 2
cases=${*:-demo networks regimes online real stopped}
export OMP_WAIT_POLICY=passive OMPI_MCA_mpi_yield_when_idle=1
export OPENBLAS_NUM_THREADS=1

papline() { # papline <old|new> <verb...>
    PATH=${bin[$1]}:$PATH command papline "${@:2}" </dev/null
}
quietly() {
    "$@" >"$T/log" 2>&1 || fail "$*: $(tail -n 5 "$T/log")"
}
all_methods='[gradcam, gradcampp, scorecam, layercam, lime, intgrad, smoothgrad]'
few='per_class: 1, scorecam_max_n: 8, lime_samples: 32, faith_steps: 4,
  intgrad_steps: 4, smoothgrad_samples: 4, bootstrap: 100, workers: 2'

cells() { # 300 cells in clusters, drawn once; hashes of new files are not kept
    [ -d "$T/cells" ] && return
    quietly "${bin[old]}/papline-draw" --out "$T/cells" --per-class 60 --seed 7
    find "$T/cells" -type f -exec touch -d @1700000000 {} +
}
small() { # the head of most configurations
    cells
    echo "run: {dir: $T/run, seed: 5}"
    echo "dataset: {path: $T/cells}"
}
config_demo() { cat "$ROOT/configs/demo.yaml"; }
config_networks() {
    small
    cat <<END
preprocess: {size: 32, resize: lanczos, aspect: keep}
split: {method: random}
inputs: {size: on}
augment: {recipe: paper, variants: 1, workers: 2, unit: 8}
train: {networks: [vgg16, vgg19, resnet50, mobilenetv2, densenet169],
  epochs: 2, batch: 16, threads: 2, sampler: balanced, mixup: 0.2, ema: 0.9,
  keep_every: 1, label_smoothing: 0.1, clip_norm: 1, schedule: cosine,
  warmup_epochs: 1, optimizer: adamw, input: torch, bn_momentum: 0.9}
evaluate: {model: last, views: all, bootstrap: 100}
explain: {methods: [gradcampp, layercam], gradcampp_variant: ptgc, cells: "10",
  colours: jet, $few}
END
}
config_regimes() {
    small
    cat <<END
preprocess: {size: 32}
split: {method: group, folds: 3}
augment: {recipe: strong, variants: 1, workers: 2, unit: 8}
train: {networks: [mobilenetv2, resnet50], weights: $T/weights,
  regimes: [scratch, finetune, cost_sensitive, contrastive], epochs: 1,
  encoder_epochs: 1, threads: 2, bn_momentum: 0.9}
evaluate: {bootstrap: 100, ensembles: [soft_vote, weighted_vote, fuzzy_rank,
  fuzzy_rank_code, fuzzy_distance, fuzzy_distance_code]}
explain: {methods: $all_methods, $few}
END
    [ -d "$T/weights" ] && return
    mkdir "$T/weights"
    for net in mobilenetv2 resnet50; do
        quietly papline old run --run "$T/random" "$ROOT/configs/demo.yaml" \
            --set "dataset.path=$T/cells" --set dataset.draw_per_class=0 \
            --set preprocess.size=32 --set augment.variants=0 \
            --set "train.networks=[$net]" --set train.epochs=1 --until train
        cp "$T/random/train/$net-scratch-s1/model.safetensors" \
            "$T/weights/$net.safetensors"
    done
}
config_online() {
    small
    cat <<END
preprocess: {size: 32}
split: {method: random}
train: {networks: [mobilenetv2], regimes: [scratch, contrastive], epochs: 2,
  encoder_epochs: 2, augment: online, augment_recipe: notebook,
  augment_variants: 2, augment_workers: 1, ranks: 2, threads: 1,
  reproducible: strict, contrastive_loss: supcon, projection: two,
  optimizer: nesterov, learning_rate: 0.01, sampler: balanced}
evaluate: {views: flips, bootstrap: 0}
explain: {methods: [scorecam, lime], scorecam_variant: official, $few}
END
}
config_real() {
    cat <<END
run: {dir: $T/run, seed: 5}
dataset: {path: $SHARED/data/sipakmed}
layout: {include: "00*.jpg"}
augment: {recipe: notebook, variants: 6, workers: 2}
train: {networks: [mobilenetv2], regimes: [finetune, cost_sensitive],
  weights: $SHARED/weights, epochs: 2, threads: 2}
evaluate: {bootstrap: 100}
explain: {methods: $all_methods, $few}
END
}
config_stopped() {
    small
    cat <<END
preprocess: {size: 32}
split: {method: group}
augment: {recipe: strong, variants: 20, workers: 1, unit: 1}
train: {networks: [mobilenetv2], epochs: 2, threads: 2, bn_momentum: 0.9,
  checkpoint_seconds: 0.5}
explain: {methods: $all_methods, sanity: cascade, stability: 1, $few}
END
}

# --- the runs ----------------------------------------------------------------

both() { # both <case>: run by both versions, and what OLD has made by NEW again
    local v seconds='' begin
    for v in old new; do
        begin=$SECONDS
        quietly papline $v run "$T/$1.yaml" --run "$T/run"
        seconds+=${seconds:+ + }$((SECONDS - begin))
        stored "$T/run" fresh >"$T/$1.$v"
        [ $v = new ] || stored "$T/run" again >"$T/$1.before"
        mv "$T/run" "$T/$1-$v"
    done
    compare "$1" "$seconds" "$T/$1.old" "$T/$1.new"
    rm -r "$T/$1-new"
    mv "$T/$1-old" "$T/run"
    begin=$SECONDS
    quietly papline new plan "$T/run"
    grep -vE '^reuse |^run +report ' "$T/log" && bad=1
    quietly papline new run "$T/run"
    stored "$T/run" again >"$T/$1.after"
    compare "  gone on with" $((SECONDS - begin)) "$T/$1.before" "$T/$1.after"
    rm -r "$T/run"
}

# Is OLD amid the work that it is to be stopped at?
amid_augment() { [ "$(stat -c %s "$T/run/augment.partial/rows.log")" -ge 999 ]; }
amid_train() { compgen -G "$T/run/train/*.partial/checkpoint/*"; }
amid_explain() { [ -d "$T/run/explain" ] && [ "$(units)" -ge 2 ]; }
units() { # of the step in hand, that are done
    sed -n '/"units"/,/}/s/.*"done": \([0-9]*\).*/\1/p' "$T/run/status.json" |
        grep . || echo 0
}
stopped() { # OLD is stopped, NEW goes on
    local step begin
    quietly papline old run "$T/stopped.yaml" --run "$T/run"
    stored "$T/run" stopped >"$T/stopped.old"
    rm -r "$T/run"
    for step in augment train explain; do
        begin=$SECONDS
        PATH=${bin[old]}:$PATH command papline run "$T/stopped.yaml" \
            --run "$T/run" >"$T/log" 2>&1 &
        run=$!
        until amid_$step >/dev/null 2>&1; do
            kill -0 "$run" 2>/dev/null ||
                fail "OLD was done before it could be stopped at $step"
            sleep 0.02
        done
        kill -TERM "$run"
        wait "$run"
        [ $? -eq 75 ] || fail "OLD did not stop at $step: $(tail -n 3 "$T/log")"
        run=''
        quietly papline new run "$T/run"
        grep -q "^papline: $step.*starts (unfinished, goes on)" "$T/log" ||
            fail "NEW did not go on with $step"
        stored "$T/run" stopped >"$T/stopped.new"
        compare "stopped at $step" $((SECONDS - begin)) "$T/stopped.old" \
            "$T/stopped.new"
        rm -r "$T/run"
    done
}

echo "OLD: ${bin[old]}"
echo "NEW: ${bin[new]}"
echo "$left_out"
echo
printf '%-18s %-10s %7s %7s %10s %12s\n' case seconds files equal different \
    "on one side"
for case in $cases; do
    declare -F "config_$case" >/dev/null || fail "there is no case '$case'"
    if [ "$case" = real ] && [ ! -d "$SHARED/data/sipakmed" ]; then
        echo "real               skipped: no cells in $SHARED/data"
        continue
    fi
    "config_$case" >"$T/$case.yaml" || exit 1
    case $case in
    stopped) stopped ;;
    *) both "$case" ;;
    esac
done
[ "$bad" -eq 0 ] && echo "the same" || echo "NOT the same; left for a look: $T"
exit "$bad"
