# lib.sh - what the flow tests share; source it first
#
# A test works in its own directory $T, which is removed if all went well,
# calls 'ok WHAT COMMAND...' for each check and 'finish' at the end.
set -u
: "${BIN:?set BIN to the directory of the programs}"

# No test waits for ever.
if [ -z "${FLOW_LIMITED:-}" ]; then
    limit=${FLOW_LIMIT:-300}
    FLOW_LIMITED=1 timeout --kill-after=10 "$limit" bash "$0" "$@"
    status=$?
    [ $status -ne 124 ] || echo "not ok - it is over within $limit s"
    exit $status
fi

TOOLS=${TOOLS:-$BIN/../tools}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-flow-XXXXXX")
n=0 bad=0 subject=
PATH=$BIN:$PATH
E=mobilenetv2-scratch-s1

cleanup() {
    pkill -KILL -f -- "$T" 2>/dev/null
    [ "$bad" -eq 0 ] && rm -rf "$T"
}
trap cleanup EXIT

# What begins with a blank goes on from the last that does not: "SUBJECT: WHAT".
ok() { # ok <what> <command...>: the command succeeds
    local what=$1
    shift
    n=$((n + 1))
    case $what in
    " "*) what="$subject: ${what#"${what%%[! ]*}"}" ;;
    *) subject=$what ;;
    esac
    if "$@" >"$T/ok.out" 2>&1; then
        echo "ok $n - $what"
    else
        echo "not ok $n - $what"
        echo "# failed: $*"
        tail -n 15 "$T/ok.out" | sed 's/^/# /'
        bad=1
    fi
}

not() { # not <command...>: it fails
    ! "$@"
}

status_is() { # status_is <wanted> <command...>; its output goes to $T/out
    local want=$1 got
    shift
    timeout "${FLOW_LIMIT:-120}" "$@" >"$T/out" 2>&1
    got=$?
    [ "$got" -eq "$want" ] || {
        echo "exit status $got, wanted $want"
        cat "$T/out"
        return 1
    }
}

says() { # says <text>: it is in the output of the last status_is
    grep -qF -- "$1" "$T/out" || {
        echo "not said: $1"
        cat "$T/out"
        return 1
    }
}

take_checks() { # take_checks <file>: TAP of another program, as ours
    local line
    while read -r line; do
        case $line in
        "ok "* | "not ok "*)
            n=$((n + 1))
            [[ $line == ok* ]] || bad=1
            sed -E "s/ok ([0-9]+ )?/ok $n /" <<<"$line" ;;
        1..*) ;;
        *) echo "# ${line###}" ;;
        esac
    done <"$1"
}

wait_for() { # wait_for <seconds> <command...>: until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

ends_with() { # ends_with <status> <pid of a child>
    local got
    wait "$2"
    got=$?
    [ "$got" -eq "$1" ] || {
        echo "status $got, wanted $1"
        tail -n 20 "$T/log"
        return 1
    }
}

finish() {
    [ "$bad" -eq 0 ] || echo "# left for a look: $T"
    echo "1..$n"
    exit "$bad"
}

# Cells that tests share: 20 of each class, drawn once for all.
CELLS=$BIN/../flow-cells
(
    flock 9 # tests run side by side
    [ -d "$CELLS" ] || { rm -rf "$CELLS.new" && papline-draw --out "$CELLS.new" --per-class 20 \
        --seed 7 2>/dev/null && mv "$CELLS.new" "$CELLS"; }
) 9>"$CELLS.lock"

small_config() { # small_config <file>: the line on few small cells
    cat >"$1" <<EOF
run:
  dir: $T/run
  seed: 7
dataset:
  path: $CELLS
preprocess:
  size: 32
split:
  method: random
augment:
  variants: 1
  workers: 1
  unit: 8
train:
  epochs: 1
  batch: 16
  threads: 1
  bn_momentum: 0.9
explain:
  methods: [gradcam]
  baselines: off
  per_class: 1
  scorecam_max_n: 16
  lime_samples: 32
  faith_steps: 4
  bootstrap: 100
  concepts: off
  dose_response: off
EOF
}

# What status.json says of the step in hand.
units_done() {
    sed -n '/"units"/,/}/s/.*"done": \([0-9]*\).*/\1/p' "$1/status.json" |
        head -n 1
}
some_units_done() { [ "$(units_done "$1")" -ge "${2:-1}" ]; }
step_is() { # step_is <run> <step> <state>
    grep -A1 "\"name\": \"$2\"" "$1/status.json" | grep -q "\"state\": \"$3\""
}

# Processes of a run: papline-STAGE --join RUN, not mpirun, not a sink.
workers_of() { # workers_of <stage> <run>
    pgrep -f -- "^[^ ]*papline-$1 --join $2\$"
}
no_process_of() { # no_process_of <run>
    not pgrep -f -- "papline-[a-z]* --join $1"
}
kill_run() { # kill_run <run>: scheduler and trainings by SIGKILL
    pkill -KILL -f -- "--run $1"
    pkill -KILL -f -- "papline-train --join $1"
    wait 2>/dev/null
    ok "no process of ${1##*/} is left" wait_for 20 no_process_of "$1"
}

has_checkpoint() { # has_checkpoint <output>: a whole one, of its training
    wait_for 60 compgen -G "$1/checkpoint/[01].safetensors"
}
goes_on() { # goes_on <command...>: from a checkpoint, maybe the last, to the end
    "$@" >"$T/out" 2>&1 || {
        cat "$T/out"
        return 1
    }
    says "goes on in epoch " || says "goes on behind its last epoch"
}

store_hash() { # of the bytes of a store
    (cd "$1" && sha256sum images.npy labels.npy index.csv classes.txt)
}
same_store() { [ "$(store_hash "$1")" = "$(store_hash "$2")" ]; }
