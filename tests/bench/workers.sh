#!/bin/bash
# workers.sh BUILD [VARIANTS] [RECIPE]
#
# The stage augment with one worker and with two, in turn, two rounds: VARIANTS
# (100,000) variants of drawn cells, each time from the start, in $TMPDIR (/tmp).
# Prints seconds, variants a second, each worker's share of time on a processor,
# and its resident memory when a tenth is done and at its largest.  All stores
# must be the same.
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

# watch PID: its number, kB of memory, clock ticks on a processor; not of a sink
watch() {
    local line f rss=0
    case $(tr '\0' ' ' <"/proc/$1/cmdline") in *--sink*) return ;; esac
    while read -r f line; do
        case $f in VmRSS:) rss=${line% kB} ;; esac
    done <"/proc/$1/status"
    read -ra f <"/proc/$1/stat"
    echo "$1 $rss $((f[13] + f[14]))"
} 2>/dev/null

per_class=250 # of five, 64 % train
cat >"$T/c.yaml" <<EOF
run: {dir: $T/run, seed: 7}
dataset: {draw_per_class: $per_class}
augment:
  recipe: $recipe
  variants: $((variants / (per_class * 5 * 64 / 100)))
  unit: 4
EOF
papline run "$T/c.yaml" --until preprocess >"$T/log" 2>&1 ||
    fail "preprocessing failed"
sum=
for n in 1 2 1 2; do
    rm -rf "$T/run/augment" "$T/memory"
    papline run "$T/c.yaml" --until augment --set augment.workers=$n \
        >"$T/log" 2>&1 &
    run=$!
    while kill -0 "$run" 2>/dev/null; do
        for p in $(pgrep -f "papline-augment --join $T/run"); do
            watch "$p" >>"$T/memory"
        done
        sleep 0.5
    done
    wait "$run" || fail "augmentation failed"
    run=
    seconds=$(sed -n 's/.*"node":"augment","seconds":"\([0-9.]*\)".*/\1/p' \
        "$T/run/journal.jsonl" | tail -n 1)
    made=$(($(wc -l <"$T/run/augment/index.csv") - 1))
    awk -v n="$n" -v s="$seconds" -v made="$made" '
        $2 > 0 { count[$1]++; kb[$1, count[$1]] = $2
                 if ($2 > most[$1]) most[$1] = $2
                 if ($3 > ticks[$1]) ticks[$1] = $3 }
        END { printf "%d worker(s): %d variants in %.1f s, %.0f a second\n",
                     n, made, s, made / s
              for (p in count)
                  printf "  worker: %.0f MB when a tenth is done, %.0f at most, on a processor %.0f %% of the time\n",
                         kb[p, int(count[p] / 10) + 1] / 1024,
                         most[p] / 1024, ticks[p] / s }' "$T/memory"
    new=$(sha256sum <"$T/run/augment/images.npy")
    [ -z "$sum" ] || [ "$sum" = "$new" ] || fail "the stores differ"
    sum=$new
done
echo "the same bytes"
