#!/bin/bash
# s06 - from a login node to the report, by the commands of the manual
. "$(dirname "$0")/lib.sh"
slurm_start 1
cd "$ROOT" || exit 1
mapfile -t line < <(sed -n '/^## From a login node/,/^```$/p' \
    orchestration/README.md | sed -n '/^```sh/,/^```$/p' | grep -v '^```')
small=(--set dataset.draw_per_class=10 --set preprocess.size=32
    --set split.method=random --set train.epochs=1 --set train.batch=16
    --set explain.per_class=1 --set 'explain.methods=[gradcam]'
    --set explain.faith_steps=2 --set explain.bootstrap=20
    --set evaluate.bootstrap=50 --set "run.dir=$T/demo")
ok "three commands" test ${#line[@]} -eq 3
ok "${line[0]}" ${line[0]/make/make -n}
ok "${line[1]}" status_is 0 ${line[1]/build*bin?/} "${small[@]}"
on() { [ -e "$T/demo/status.json" ]; }
ok "  it starts" wait_for 60 on
watch=${line[2]/build*bin?/}
ok "${line[2]}" status_is 0 ${watch/demo/$T/demo}
ok "the job ends" wait_for 60 no_jobs
ok "  the report is there" test -s "$T/demo/report/index.html"
[ "$bad" -eq 0 ] || logs_of "$T/demo"
finish
