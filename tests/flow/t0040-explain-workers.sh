#!/bin/bash
# t0040 - 1 and 3 explain workers write the same bytes, also if some are killed
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i -e 's/per_class: 1/per_class: 2/' -e 's/faith_steps: 4/faith_steps: 2\n  f_fidelity: 3\n  f_fidelity_draws: 1/' \
    -e 's/concepts: off/concepts: on/' -e 's/dose_response: off/dose_response: on/' \
    -e 's/methods: .*/methods: [gradcam, lime]/' "$T/c.yaml"
export OMP_NUM_THREADS=1
bytes() { (cd "$1/explain" && find . -type f ! -name manifest.json ! -name .seen -exec sha256sum {} + | sort -k2); }
same() { [ "$(bytes "$1")" = "$(bytes "$2")" ]; }
cells_done() { [ "$(find "$1/explain/$E.partial/.parts" -name '*.scores.csv' | wc -l)" -ge "$2" ]; }

ok "explained by 1 worker" status_is 0 papline run "$T/c.yaml" --until explain
ok "  made maps" test -n "$(ls "$T/run/explain/$E/maps")"
ok "  left no parts" not test -e "$T/run/explain/$E/.parts"
ok "  asked a network that was tuned" grep -q '"steps": 3' \
    "$T/run/explain/$E/f_fidelity.json"

cp -r "$T/run" "$T/three"
rm -r "$T/three/explain"
papline run "$T/c.yaml" --until explain --run "$T/three" \
    --set explain.workers=3 --set scheduler.lease=2 >"$T/log" 2>&1 &
run=$!
wait_for 60 cells_done "$T/three" 1
w=$(workers_of explain "$T/three" | head -n 1)
ok "a worker of 3 is killed in mid-run" kill -9 "$w"
ok "  the run ends well" ends_with 0 "$run"
ok "  the journal tells" grep -q worker-lost "$T/three/journal.jsonl"
ok "  same bytes" same "$T/run" "$T/three"

cp -r "$T/run" "$T/again"
rm -r "$T/again/explain"
papline run "$T/c.yaml" --until explain --run "$T/again" \
    --set scheduler.lease=2 >"$T/log" 2>&1 &
run=$!
wait_for 60 cells_done "$T/again" 2
kill -9 "$run"
wait "$run" 2>/dev/null
wait_for 30 no_process_of "$T/again"
kept=$(ls "$T/again/explain/$E.partial/.parts/000000.scores.csv" 2>/dev/null)
ok "the scheduler is killed; cells that were done stay" test -n "$kept"
tuned=$T/again/explain/$E.partial/.parts/f_fidelity.safetensors
ok "  and the tuned network" test -s "$tuned"
touch -d 2001-01-01 "$T/again/explain/$E.partial/maps/"*
ok "  it goes on" status_is 0 papline run "$T/c.yaml" --until explain \
    --run "$T/again"
ok "  same bytes" same "$T/run" "$T/again"
ok "  done cells were not done again" test -n \
    "$(find "$T/again/explain/$E/maps" ! -newermt 2002-01-01 -name '*.npy')"

cp -r "$T/run" "$T/blocked"
rm -r "$T/blocked/explain"
mkdir "$T/blocked/explain"
touch "$T/blocked/explain/$E"
ok "a file where the output goes: it cannot be sealed" status_is 1 \
    papline run "$T/c.yaml" --until explain --run "$T/blocked"
rm "$T/blocked/explain/$E"
touch -d 2001-01-01 "$T/blocked/explain/$E.partial/maps/"*
ok "  without the file it is" status_is 0 papline run "$T/c.yaml" \
    --until explain --run "$T/blocked"
ok "  same bytes" same "$T/run" "$T/blocked"
ok "  no cell was done again" test -z \
    "$(find "$T/blocked/explain/$E/maps" -newermt 2002-01-01 -name '*.npy')"
mkdir "$T/blocked/explain/$E/.parts"
ok "  parts that a crash leaves behind the sealing go with the next run" \
    status_is 0 papline run "$T/c.yaml" --until explain --run "$T/blocked"
ok "  are gone" not test -e "$T/blocked/explain/$E/.parts"

cp -r "$T/run" "$T/late"
rm -r "$T/late/explain"
aside() { # aside <number>: so many units of the run are set aside
    [ "$(sed -n 's/^ "set_aside": \([0-9]*\).*/\1/p' \
        "$T/late/status.json")" -eq "$1" ]
}
papline run "$T/c.yaml" --until explain --run "$T/late" \
    --set explain.workers=0 --set scheduler.lease=1 \
    --set scheduler.tries=1 >"$T/log" 2>&1 &
run=$!
wait_for 60 step_is "$T/late" "explain/$E" running
"$TOOLS/peer" "$T/late" hello=explain credit=1 unit=20000 wait=3000 \
    result=mine wait=2000 >"$T/said" &
peer=$!
ok "a unit without a heartbeat is set aside" wait_for 30 aside 1
ok "  its late result counts, and it is not aside any more" \
    wait_for 30 aside 0
wait "$peer"
kill -TERM "$run"
ok "  the run stops" ends_with 75 "$run"

mv "$T/run/explain" "$T/kept"
ok "papline-explain alone" status_is 0 papline-explain --run "$T/run"
mkdir "$T/whole" && mv "$T/kept" "$T/whole/explain"
ok "  same bytes" same "$T/run" "$T/whole"
finish
