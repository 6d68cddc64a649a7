# lib.sh - what tests under Slurm share beside flow/lib.sh; source it first
#
# 'slurm_start [NODES] [memory]' starts a cluster of the test's own (see
# cluster.sh), which stops when the test ends.  Where Slurm is not installed
# the test is skipped.
CLUSTER=$(cd "$(dirname "$0")" && pwd)/cluster.sh
missing=$("$CLUSTER" there) || {
    echo "1..0 # SKIP $missing; apt-get install slurm-wlm munge"
    exit 0
}
. "$(dirname "$0")/../flow/lib.sh"

# The tests may be started within a job.
unset "${!SLURM_@}"

slurm_leave() {
    "$CLUSTER" stop "$T/slurm" >/dev/null 2>&1
    cleanup
}

slurm_start() { # slurm_start [NODES] [memory]
    trap slurm_leave EXIT
    ok "a cluster starts" "$CLUSTER" start "$T/slurm" "$@"
    [ "$bad" -eq 0 ] || finish
    . "$T/slurm/env"
    cd "$T" || exit 1
}

job_state() { # job_state JOB: PENDING, RUNNING, COMPLETED...
    scontrol show job "$1" 2>/dev/null |
        sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p' | head -n 1
}
job_is() { # job_is JOB STATE...
    local state
    state=$(job_state "$1")
    shift
    case " $* " in *" $state "*) return 0 ;; esac
    return 1
}
job_ended() { # job_ended JOB
    job_is "$1" COMPLETED FAILED CANCELLED TIMEOUT NODE_FAIL PREEMPTED
}
no_jobs() { [ -z "$(squeue -h)" ]; }

submitted() { # submitted FILE: numbers of jobs that papline submit has printed
    sed -n 's/^\([0-9][0-9]*\) .*/\1/p' "$1"
}
job_of() { # job_of RUN WHAT: the number of the last such job in the record
    sed -n "s/.*\"job\": *\"\([^\"]*\)\".*\"script\": *\"$2\".*/\1/p" \
        "$1/submit/jobs.jsonl" | tail -n 1
}
logs_of() { # logs_of RUN: shown where a check fails
    tail -n 12 "$1"/submit/*.log
}

# All that a run makes but times, hosts and the page, as one hash.
results_of() { # results_of RUN
    (cd "$1" && find data augment train evaluate explain -type f \
        ! -name manifest.json ! -name timing.csv ! -name '.*' | sort |
        xargs sha256sum)
}
same_results() { # same_results RUN OTHER
    diff <(results_of "$1") <(results_of "$2")
}

same_weights() { # same_weights RUN OTHER
    diff <(cd "$1/train/$E" && sha256sum ./*.safetensors history.csv) \
        <(cd "$2/train/$E" && sha256sum ./*.safetensors history.csv)
}

small_site() { # small_site FILE: jobs of one core, and requeues without delay
    cat >"$1" <<END
batch: {system: slurm}
requeue: {warning: 30}
END
}
