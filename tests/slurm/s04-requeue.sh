#!/bin/bash
# s04 - a job that is cancelled, or put into the queue anew, in mid-training
. "$(dirname "$0")/lib.sh"
slurm_start 1
small_config c.yaml
small_site site.yaml
long=(--set train.epochs=6 --until train)
ok "an unbroken run" status_is 0 papline run c.yaml --run "$T/one" "${long[@]}"

epochs() { # epochs N: so many are in the history
    [ "$(grep -c '^[0-9]' run/train/$E/history.csv 2>/dev/null ||
        grep -c '^[0-9]' run/train/$E.partial/history.csv)" -ge "$1" ]
}
weights() { (cd "$1/train/$E" && sha256sum ./*.safetensors history.csv); }
ok "submit" status_is 0 papline submit c.yaml --site site.yaml \
    --set train.epochs=6
job=$(job_of run run.sh)
ok "  it trains" wait_for 60 epochs 1
ok "  it is cancelled" status_is 0 papline cancel run
ok "  it was told to save" says "$job run.sh: runs; told to save and end"
ok "  it did" grep -q "checkpoint\|stopped" run/submit/run-"$job".log
ok "  it is not in the queue again" no_jobs
ok "  the training is not done" not test -e "run/train/$E/model.safetensors"
ok "cancel again" status_is 0 papline cancel run
ok "  there is nothing" says "no job of it is in the queue"

ok "submit again" status_is 0 papline submit c.yaml --site site.yaml \
    --set train.epochs=6
job=$(job_of run run.sh)
ok "  it goes on" wait_for 60 epochs 3
ok "  it is requeued" scontrol requeue "$job"
ok "  it ends" wait_for 120 job_ended "$job"
ok "  well" job_is "$job" COMPLETED
ok "  it was started twice" test "$(grep -c "train/.*starts" \
    run/submit/run-"$job".log)" -eq 2
ok "  the weights of the unbroken run" \
    test "$(weights run)" = "$(weights one)"
[ "$bad" -eq 0 ] || logs_of run
finish
