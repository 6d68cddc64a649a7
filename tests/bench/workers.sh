#!/bin/bash
# workers.sh BUILD [VARIANTS] [RECIPE]
#
# The stage augment with one worker, then with two: VARIANTS (100,000) variants
# of drawn cells, each way from the start.  Prints seconds, variants a second,
# the workers' share of waiting (not on a processor), and each worker's resident
# memory when a tenth is done and at its largest.  Both stores must be the same.
set -u
B=$(cd "${1:?which build? e.g. build/release}" && pwd)
variants=${2:-100000} recipe=${3:-light}
PATH=$B/bin:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-workers-XXXXXX")
run=
leave() {
    [ -z "$run" ] || kill "$run" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$T"
}
trap leave EXIT
fail() {
    echo "workers: $*"
    tail -n 5 "$T"/log* 2>/dev/null
    exit 1
}

per_class=250 # of five, 64 % train
each=$((variants / (per_class * 5 * 64 / 100)))
for n in 1 2; do
    cat >"$T/c.yaml" <<EOF
run: {dir: $T/run$n, seed: 7}
dataset: {draw_per_class: $per_class}
augment: {recipe: $recipe, variants: $each, unit: 4, workers: $n}
EOF
    papline run "$T/c.yaml" --until preprocess >"$T/log$n" 2>&1 ||
        fail "preprocessing failed"
    begin=$(date +%s.%N)
    papline run "$T/c.yaml" --until augment >"$T/log$n" 2>&1 &
    run=$!
    : >"$T/memory$n"
    while kill -0 "$run" 2>/dev/null; do
        for p in $(pgrep -f "papline-augment --join $T/run$n"); do
            { tr "\0" " " <"/proc/$p/cmdline"; } 2>/dev/null | grep -q sink && continue
            rss=$(awk '/^VmRSS/ {print $2}' "/proc/$p/status" 2>/dev/null)
            cpu=$(awk '{print $14 + $15}' "/proc/$p/stat" 2>/dev/null)
            echo "$p ${rss:-0} ${cpu:-0}" >>"$T/memory$n"
        done
        sleep 0.2
    done
    wait "$run" || fail "augmentation failed"
    run=
    seconds=$(echo "$(date +%s.%N) - $begin" | bc)
    made=$(($(wc -l <"$T/run$n/augment/index.csv") - 1))
    awk -v n="$n" -v s="$seconds" -v made="$made" '
        $2 > 0 { count[$1]++; kb[$1, count[$1]] = $2
                 if ($2 > most[$1]) most[$1] = $2
                 if ($3 > ticks[$1]) ticks[$1] = $3 }
        END { printf "%d worker(s): %d variants in %.1f s, %.0f a second\n",
                     n, made, s, made / s
              for (p in count)
                  printf "  worker: %.0f MB when a tenth is done, %.0f at most, on a processor %.0f %% of the time\n",
                         kb[p, int(count[p] / 10) + 1] / 1024,
                         most[p] / 1024, ticks[p] / s }' "$T/memory$n"
done
cmp -s "$T/run1/augment/images.npy" "$T/run2/augment/images.npy" ||
    fail "the stores differ"
echo "the same bytes"
