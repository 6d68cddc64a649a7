#!/bin/bash
# s01 - the clusters that the tests use: nodes of one core, memory given out
. "$(dirname "$0")/lib.sh"
slurm_start 4 memory
each() { srun --quiet "$@" sh -c 'echo $SLURMD_NODENAME' | sort | tr '\n' ' '; }
ok "a task on each node" test "$(each -N4)" = "n1 n2 n3 n4 "
ok "five cores, two of them on the last" test "$(each -n5)" = "n1 n2 n3 n4 n4 "
ok "no more than a core's memory" not srun --immediate=5 -w n1 --mem=2001 true
ok "another beside it" "$CLUSTER" start "$T/other" 1
(
    . "$T/other/env"
    sbatch --quiet --wrap 'echo other' --output "$T/said"
    wait_for 20 grep -q other "$T/said"
)
ok "  has jobs of its own" grep -q other "$T/said"
"$CLUSTER" stop "$T/other"
ok "when it is stopped nothing of it is left" \
    not pgrep -f -- "munged .*$T/other/"
ok "  and the first goes on" srun true
finish
