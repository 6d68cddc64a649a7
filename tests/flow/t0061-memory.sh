#!/bin/bash
# t0061 - steps take the memory that was planned, and together no more than is
# handed out
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
settings=(--set 'train.seeds=[1,2,3]' --set preprocess.size=64
    --set augment.variants=0 --until train)
journal() { # journal <key>: of the trainings that started
    sed -n 's/.*"event":"node-start","node":"train.*"'"$1"'":"\([0-9]*\)".*/\1/p' \
        "$T/run/journal.jsonl"
}
most_at_a_time() { # of the trainings, by the journal
    awk '/node-start","node":"train/ { if (++n > most) most = n }
        /node-done","node":"train/ { n-- } END { print most }' \
        "$T/run/journal.jsonl"
}
near_plan() { # each manifest's peak is within 15 % of what was planned
    local planned peak f
    planned=$(journal process_memory | head -n 1)
    for f in "$T"/run/train/*/manifest.json; do
        peak=$(sed -n 's/.*"peak_memory": \([0-9]*\).*/\1/p' "$f")
        [ $((planned * 100)) -gt $((peak * 85)) ] &&
            [ $((planned * 100)) -lt $((peak * 115)) ] || return 1
    done
}

ok "the plan" status_is 0 papline plan "$T/c.yaml" "${settings[@]}"
ok "  has the memory of a step" grep -qE '^run +train/.* \(0\.[0-9]+ GB\)$' "$T/out"
ok "three trainings in memory for one and a half" status_is 0 \
    papline run "$T/c.yaml" "${settings[@]}" --set scheduler.memory=0.4
ok "  run one by one" [ "$(most_at_a_time)" = 1 ]
ok "  all of them" [ "$(journal memory | wc -l)" = 3 ]
if ldd "$BIN/papline" | grep -q libasan; then
    echo "# no peaks: the sanitizer has memory of its own"
else
    ok "  in the memory that was planned" near_plan
fi
ok "a limit that is none" status_is 2 papline plan "$T/c.yaml" \
    --set scheduler.memory=-1
finish
