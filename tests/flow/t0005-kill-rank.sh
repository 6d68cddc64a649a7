#!/bin/bash
# t0005 - kill -9 of a training rank: final weights equal an unbroken run's
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
set -- --set train.ranks=2 --set train.epochs=4 --set train.checkpoint_seconds=0.2
ok "a run whose ranks live" \
    status_is 0 papline run "$T/c.yaml" "$@" --run "$T/whole"

papline run "$T/c.yaml" "$@" --run "$T/run" >"$T/log" 2>&1 &
run=$!
ok "a checkpoint" has_checkpoint "$T/run/train/$E.partial"
rank=$(workers_of train "$T/run" | tail -n 1)
ok "a rank is killed in mid-training" kill -9 "$rank"
wait "$run"
ok "run again (or it went on by itself)" \
    status_is 0 papline run "$T/c.yaml" "$@" --run "$T/run"
cat "$T/log" >>"$T/out"
ok "  from a checkpoint" says "goes on in epoch "
ok "the journal tells" grep -q worker-lost "$T/run/journal.jsonl"
for f in model.safetensors last.safetensors history.csv; do
    ok "$f: same bytes as of the unbroken run" \
        cmp "$T/whole/train/$E/$f" "$T/run/train/$E/$f"
done
finish
