#!/bin/bash
# Every fuzz target on its stored inputs and on mutations of them.  Prints TAP.
#   FUZZ       directory of the built targets   (build/release/fuzz)
#   MUTATIONS  of each target's inputs, in all  (2000)
#   SEED       of the mutations                 (1)
here=$(cd "$(dirname "$0")" && pwd)
fuzz=${FUZZ:-$here/../../build/release/fuzz}
n=0 failed=0

for source in "$here"/fuzz_*.c; do
    target=$(basename "$source" .c)
    corpus=$here/corpus/${target#fuzz_}
    n=$((n + 1)) pass=
    if [ ! -x "$fuzz/$target" ]; then
        said="not built: $fuzz/$target"
    elif [ -z "$(ls -A "$corpus" 2>/dev/null)" ]; then
        said="no inputs in $corpus"
    elif said=$("$fuzz/$target" -n "${MUTATIONS:-2000}" -s "${SEED:-1}" \
        "$corpus" 2>&1); then
        pass=yes
    fi
    if [ "$pass" ]; then
        echo "ok $n - $target: $(tail -n 1 <<<"$said")"
    else
        failed=1
        echo "not ok $n - $target"
        tail -n 40 <<<"$said" | sed 's/^/# /'
    fi
done
echo "1..$n"
exit $failed
