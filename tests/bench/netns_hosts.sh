#!/bin/bash
# netns_hosts.sh BUILD [HOSTS] [DELAY_MS] [LOSS_PERCENT] [CELLS] [VARIANTS]
#
# The augment stage over a bad network: HOSTS (20) network namespaces with a
# worker each, and one with the scheduler and its sink; every packet between
# them takes DELAY_MS (20) each way and is lost by LOSS_PERCENT (1).  Then the
# same without a network, and the stores are compared.  Needs root (ip netns,
# /dev/net/tun) and python3.
set -eu
B=$(cd "${1:?which build? e.g. build/release}" && pwd)
hosts=${2:-20} delay=${3:-20} loss=${4:-1} cells=${5:-100} variants=${6:-20}
here=$(cd "$(dirname "$0")" && pwd)
PATH=$B/bin:$PATH
[ "$(id -u)" -eq 0 ] || {
    echo "needs root, to make network namespaces"
    exit 2
}
[ -c /dev/net/tun ] && command -v ip >/dev/null && command -v python3 \
    >/dev/null || {
    echo "needs /dev/net/tun, ip (iproute2) and python3"
    exit 2
}
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-netns-XXXXXX")
name=pl$$
spaces=() pids=()
leave() {
    for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
    wait
    for s in "${spaces[@]}"; do ip netns del "$s" || true; done
    rm -rf "$T"
}
trap leave EXIT
for i in $(seq 0 "$hosts"); do
    ip netns add "$name-$i"
    spaces+=("$name-$i")
done
python3 "$here/netns_wire.py" "$delay" "$loss" 1 "${spaces[@]}" \
    >"$T/wire" 2>&1 &
wire=$!
pids+=("$wire")
until grep -q ready "$T/wire"; do
    kill -0 "$wire" || { cat "$T/wire"; exit 1; }
    sleep 0.1
done

cat >"$T/c.yaml" <<EOF
run: {seed: 7}
dataset: {draw_per_class: $cells}
preprocess: {size: 110}
split: {method: random}
augment: {recipe: light, variants: $variants, unit: 4}
EOF
echo "$hosts hosts, $delay ms each way, $loss % lost, on $(date -u +%Y-%m-%d)"
papline run "$T/c.yaml" --run "$T/near" --until augment \
    --set augment.workers=1 2>"$T/near.log"
: >"$T/far.log"
ip netns exec "$name-0" papline run "$T/c.yaml" --run "$T/far" \
    --until augment --set augment.workers=0 \
    --set scheduler.endpoint=tcp://10.77.0.1:5555 >"$T/far.log" 2>&1 &
run=$!
pids+=("$run")
until grep -q 'augment: starts' "$T/far.log"; do
    kill -0 "$run" || { cat "$T/far.log"; exit 1; }
    sleep 0.2
done
begin=$(date +%s.%N)
for i in $(seq 1 "$hosts"); do
    ip netns exec "$name-$i" papline-augment --connect tcp://10.77.0.1:5555 \
        --key "$T/far/keys/worker.key" >>"$T/workers.log" 2>&1 &
    pids+=("$!")
done
wait "$run" || { tail "$T/far.log" "$T/workers.log"; exit 1; }
end=$(date +%s.%N)
kill "$wire"
wait "$wire" || true
rows=$(($(wc -l <"$T/far/augment/index.csv") - 1))
awk -v n="$rows" -v s="$(echo "$end $begin" | awk '{print $1 - $2}')" \
    'BEGIN {printf "%d variants in %.1f s: %.0f/s\n", n, s, n / s}'
echo "$(grep -c '"worker-join"' "$T/far/journal.jsonl") joins," \
    "$(grep -c '"worker-lost"' "$T/far/journal.jsonl" || true) workers lost," \
    "$(grep -cvE ',(ok|status)$' "$T/far/augment/index.csv" || true) rows set aside"
tail -n 1 "$T/wire"
for f in images.npy labels.npy index.csv; do
    cmp "$T/near/augment/$f" "$T/far/augment/$f"
done
echo "the same bytes as without a network"
