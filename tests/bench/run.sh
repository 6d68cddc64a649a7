#!/bin/sh
# run.sh BUILD - every benchmark, one after another, on a quiet machine
set -eu
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "$(nproc) processors, $(date -u +%Y-%m-%d)"
echo
"$1/bin/papline" bench
for b in "$1"/bench/bench_*; do
    case $b in *.d) continue ;; esac
    echo
    "$b"
done
