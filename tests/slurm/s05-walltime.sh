#!/bin/bash
# s05 - a job whose time is up in mid-training goes on in the next one
. "$(dirname "$0")/lib.sh"
slurm_start 1
small_config c.yaml
cat >site.yaml <<'END'
job: {time: "1:00"}
requeue: {warning: 50}
END
# Slurm looks at the clock twice a minute, so the training takes some 28 s.
ok "three epochs" status_is 0 papline run c.yaml --until train \
    --set train.epochs=3
epochs=$(awk -F, 'NR > 1 { s += $2 } END { print int(28 * (NR - 1) / s) }' \
    run/train/$E/timing.csv)
long=(--set train.epochs="$epochs" --set train.stop_patience=0)
ok "submit $epochs epochs" status_is 0 papline submit c.yaml --site site.yaml "${long[@]}"
job=$(job_of run run.sh)
ok "an unbroken run at the same time" status_is 0 papline run c.yaml \
    --run "$T/one" "${long[@]}" --until train
ok "the job ends" wait_for 150 job_ended "$job"
ok "  well" job_is "$job" COMPLETED
ok "  its time was up before" grep -q "into the queue again, 1 of 20" \
    run/submit/run-"$job".log
ok "  in mid-training" test "$(grep -c "train/.*starts" \
    run/submit/run-"$job".log)" -ge 2
weights() { (cd "$1/train/$E" && sha256sum ./*.safetensors history.csv); }
ok "  the weights of the unbroken run" \
    test "$(weights run)" = "$(weights one)"
[ "$bad" -eq 0 ] || logs_of run
finish
