#!/bin/bash
# t0030 - ranks: where they compute, what they exchange, and when one dies
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"

ok "doctor asks ranks" status_is 0 papline doctor "$T" --ranks 2 --threads 1
ok "one line for each" says "rank 1 of 2"
ok "doctor says threads and cores of each rank" says ": 1 thread on core"
cores=$(nproc)
ok "doctor with too many threads" \
    status_is 0 papline doctor "$T" --ranks 2 --threads "$cores"
ok "  are warned of" says "; more threads than cores: lower train.ranks"
ok "bench of ranks" status_is 0 papline bench mobilenetv2 --size 32 \
    --batch 4 --steps 2 --threads 1 --ranks 2
ok "  their step" says "mobilenetv2 training, 2 ranks of 1 thread: "
ok "  and what is exchange" says " %, statistics "
ok "strict on 3 ranks" status_is 2 papline bench mobilenetv2 --size 32 \
    --batch 4 --steps 2 --threads 1 --ranks 3 --strict
ok "  has no parts for them" says "cannot be shared out among 3 ranks"

# without a second try: the end of a rank is the end of the run
many=(papline run "$T/c.yaml" --run "$T/run" --until train
    --set train.ranks=2 --set train.epochs=3 --set train.stop_patience=0
    --set preprocess.size=32 --set train.checkpoint_seconds=1)
"${many[@]}" --set scheduler.tries=1 >"$T/log" 2>&1 &
run=$!
ok "a checkpoint" has_checkpoint "$T/run/train/$E.partial"
ok "a rank is killed" kill -9 "$(workers_of train "$T/run" | tail -n 1)"
begin=$SECONDS
ok "a run of which a rank dies ends" ends_with 1 "$run"
ok "a run of which a rank dies ends within 5 seconds" \
    test $((SECONDS - begin)) -le 5
cp "$T/log" "$T/out"
ok "  and says why" says "signal 9, Killed, ended one of its processes"
ok "  and how to go on" says "what it has saved is kept: start the run again"
ok "no rank is left" no_process_of "$T/run"
ok "started again on one rank it goes on" goes_on "${many[@]}" \
    --set train.ranks=1
ok "  to its last epoch" \
    test "$(grep -c . "$T/run/train/$E/history.csv")" -eq 4
finish
