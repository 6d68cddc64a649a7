#!/bin/bash
# soak.sh BUILD [UNITS] [WORKERS] [PAUSE] [SEED] [DIR]
#
# Many units, and workers that are killed and join at random: UNITS (200,000)
# units of one picture, about WORKERS (4) workers of which one is killed with
# SIGKILL or joins every 0 to PAUSE (4) seconds.  Then no unit may be lost,
# doubled or set aside, and 5,000 of them are derived again and compared.
# DIR, a new one, keeps the run; without it nothing is left.
set -u
B=$(cd "${1:?which build? e.g. build/release}" && pwd)
units=${2:-200000} workers=${3:-4} pause=${4:-4} RANDOM=${5:-1}
PATH=$B/bin:$PATH
keep=${6:-}
T=${6:-$(mktemp -d "${TMPDIR:-/tmp}/papline-soak-XXXXXX")}
mkdir -p "$T/cells"
pids=() run=
leave() {
    [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
    [ -z "$run" ] || kill "$run" 2>/dev/null
    wait 2>/dev/null
    [ -n "$keep" ] || rm -rf "$T"
}
trap leave EXIT
fail() {
    echo "soak: $*"
    tail -n 5 "$T/log"
    exit 1
}

# one picture a unit: hard links to 500 pictures of 32 x 32 pixels that are cut
# out of drawn cells, of two classes; 80 % train
papline-draw --out "$T/drawn" --per-class 2 --seed 7 2>/dev/null
find "$T/drawn" -name "*.bmp" | sort | xargs cat >"$T/bytes"
header='BM\x36\x0c\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x20\0\0\0\x20\0\0\0\x01\0\x18\0'
for i in $(seq 0 499); do
    mkdir -p "$T/base/$((i % 2))"
    { # shellcheck disable=SC2059
        printf "$header"
        head -c 24 /dev/zero
        tail -c +$((i * 500 + 1)) "$T/bytes" | head -c 3072
    } >"$T/base/$((i % 2))/$i.bmp"
done
for class in 0 1; do
    mkdir -p "$T/cells/$class"
    for i in $(seq 1 $(((units * 5 / 4 + 499) / 500))); do
        cp -rl "$T/base/$class" "$T/cells/$class/$i"
    done
done
cat >"$T/c.yaml" <<EOF
run: {dir: $T/run, seed: 7}
dataset: {path: $T/cells}
preprocess: {size: 32}
split: {method: random, test: 0.1, validation: 0.1111}
augment: {recipe: light, variants: 1, unit: 1, workers: 0}
scheduler: {lease: 2, tries: 100}
EOF
papline run "$T/c.yaml" --until augment >"$T/log" 2>&1 &
run=$!
until grep -q 'augment: starts' "$T/log"; do
    kill -0 "$run" 2>/dev/null || fail "the run did not start"
    sleep 0.2
done
begin=$SECONDS kills=0 joins=0
join() {
    papline-augment --join "$T/run" >>"$T/workers.log" 2>&1 &
    pids+=("$!")
    joins=$((joins + 1))
}
for _ in $(seq "$workers"); do join; done
while kill -0 "$run" 2>/dev/null; do
    n=$((RANDOM * pause * 10 / 32768))
    [ "$kills" -gt 0 ] || n=2 # a quick machine is done soon
    sleep "$((n / 10)).$((n % 10))"
    i=$((RANDOM % ${#pids[@]}))
    if [ "$kills" -eq 0 ] || { [ ${#pids[@]} -gt 1 ] &&
        [ $((RANDOM % (2 * workers))) -lt ${#pids[@]} ]; }; then
        kill -KILL "${pids[$i]}" 2>/dev/null && kills=$((kills + 1))
        wait "${pids[$i]}" 2>/dev/null
        unset "pids[$i]"
        pids=("${pids[@]}")
    else
        join
    fi
done
wait "$run"
status=$?
run=
[ "$status" -eq 0 ] || fail "the run ended with status $status"
index=$T/run/augment/index.csv
rows=$(($(wc -l <"$index") - 1))
good=$(tail -n +2 "$index" | grep -c ',ok$')
pairs=$(tail -n +2 "$index" | cut -d, -f1,2 | sort -u | wc -l)
echo "$rows units in $((SECONDS - begin)) s, $joins joins, $kills kills," \
    "$(grep -c '"worker-lost"' "$T/run/journal.jsonl") workers missed"
[ "$rows" -ge "$units" ] && [ "$good" -eq "$rows" ] &&
    [ "$pairs" -eq "$rows" ] ||
    fail "$good of $rows are good, $pairs different ones, $units wanted"
[ "$kills" -gt 0 ] || fail "no worker was killed"
papline verify "$T/run" --augment --sample 5000 || fail "other bytes"
echo "none lost, doubled or set aside"
