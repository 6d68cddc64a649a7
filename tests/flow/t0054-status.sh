#!/bin/bash
# t0054 - status tells from any host how a run is, what is put off, what failed
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
S=$T/run/status.json
ok "a run up to augment" status_is 0 papline run "$T/c.yaml" --until augment
ok "status" status_is 0 papline status "$T/run"
ok "  augment is done" grep -qE "^ +done +augment" "$T/out"
ok "  the rest comes later" grep -qE "^ +later +train/$E" "$T/out"
ok "  and is not current" not grep -q current "$T/out"
ok "the run goes on" status_is 0 papline run "$T/c.yaml" --until augment
ok "status" status_is 0 papline status "$T/run"
ok "  what was there is current" grep -qE "^ +current +augment" "$T/out"
ok "  the rest comes later" grep -qE "^ +later +train/$E" "$T/out"

papline run "$T/c.yaml" --until augment --set augment.variants=2 \
    --set augment.workers=0 >"$T/log" 2>&1 &
run=$!
ok "a run that waits for workers" wait_for 60 step_is "$T/run" augment running
host=$(uname -n)
for f in control status; do
    ok "$f.json has the host" grep -q "\"host\": \"$host\"" "$T/run/$f.json"
    ok "  and the process' start" grep -qE '"start": [1-9]' "$T/run/$f.json"
done
ok "status" status_is 0 papline status "$T/run"
ok "  it runs" says "running"
kill -STOP "$run" # so that the file is ours
wait_for 10 eval "grep -q '^State:.T' /proc/$run/status"
sed -i "s/\"host\": \"$host\"/\"host\": \"elsewhere\"/" "$S"
ok "seen from another host" status_is 0 papline status "$T/run"
ok "  it runs there" says "running on elsewhere"
touch -d '5 minutes ago' "$S"
ok "  without a sign of life" status_is 0 papline status "$T/run"
ok "  it is silent" grep -qE \
    "silent .*process $run on elsewhere, for (299|3[0-9][0-9]) s" "$T/out"
sed -i "s/\"host\": \"elsewhere\"/\"host\": \"$host\"/" "$S"
sed -i 's/"start": [0-9]*/"start": 1/' "$S"
ok "another process of its number" status_is 0 papline status "$T/run"
ok "  is not taken for it" says "its scheduler is gone"
kill -CONT "$run"
kill -TERM "$run"
ok "  it stops" ends_with 75 "$run"

mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
rm "$T/bin/papline-augment"
ok "a program that is missing" status_is 1 "$T/bin/papline" run "$T/c.yaml" \
    --set augment.variants=2
ok "status" status_is 0 papline status "$T/run"
ok "  has the failed step" grep -qE "^ +failed +augment" "$T/out"
ok "  with its reason" says "papline-augment' is missing; run make"
ok "  and that of the skipped" says "its input augment failed"
finish
