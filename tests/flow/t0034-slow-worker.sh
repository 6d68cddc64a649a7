#!/bin/bash
# t0034 - a slow worker gets less; status has each one's rate and the sum
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
{ # takes its time, so that there is some to compare
    printf 'summary: slow\neach:\n'
    for _ in 1 2 3 4; do printf -- '- kmeans: {colours: 16}\n'; done
} >"$T/slow.yaml"
papline run "$T/c.yaml" --set augment.workers=0 --set augment.unit=1 \
    --set "augment.recipe=$T/slow.yaml" --set augment.variants=600 --until augment >"$T/log" 2>&1 &
run=$!
wait_for 60 step_is "$T/run" augment running
papline-augment --join "$T/run" >"$T/slow.log" 2>&1 &
slow=$!
ok "one worker begins" wait_for 20 some_units_done "$T/run" 1
(while kill -STOP $slow; do # runs a fifth of the time
    sleep 0.2
    kill -CONT $slow
    sleep 0.05
done) 2>/dev/null &
papline-augment --join "$T/run" >"$T/fast.log" 2>&1 &
fast=$!
units_of() { # units_of <pid>
    grep -A8 "\"name\": \"[^\"]*:$1\"" "$T/run/status.json" |
        sed -n 's/.*"units": \([0-9]*\).*/\1/p' | head -n 1
}
fast_did() { [ "$(units_of $fast)" -ge "$1" ]; }
wait_for 40 fast_did 1 # what the slow one did while it was alone does not count
before=$(units_of $slow)
wait_for 40 fast_did 20
s=$(($(units_of $slow) - before)) f=$(units_of $fast)
echo "# slow $s, fast $f units"
ok "the slow one got less than half" test "$((2 * s))" -lt "${f:-0}"
ok "status of the run" status_is 0 papline status "$T/run"
ok "  a rate of each" test "$(grep -cE 'augment  .* [1-9][0-9.]*/s' "$T/out")" \
    -ge 2
ok "  and of all" grep -qE 'all together [1-9][0-9.]*/s' "$T/out"
kill -CONT $slow
ok "the run ends" ends_with 0 "$run"
ok "  nothing was set aside" not grep -qvE ',(ok|status)$' \
    "$T/run/augment/index.csv"
finish
