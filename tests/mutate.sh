#!/bin/bash
# mutate.sh [WORD] - is every line of the table missed by its test?
#
# Makes the one-line changes of mutants.txt, one at a time, in a working tree of
# its own under $TMPDIR, and runs the test that is to fail: a change that it does
# not notice has survived, and is a gap in the tests.  With WORD only the mutants
# whose file or test has it in its name; with TREE=DIR in the environment that
# tree is kept, and the next run builds less.  The table holds for each
#   FILE TEST                           names without their folders
#       OLD => NEW                      OLD is in one line of FILE, once
#       equivalent: REASON              if there is nothing that could be seen
# TEST is a unit test, or the number of a flow.  One that has no such place any
# more is stale.  A test that takes five times as long as without a mutant, and
# half a minute, has failed.  Status 1: survivors, stale ones, or equivalent ones
# that were seen; an hour or so on two cores.  Changes of files that git knows
# count, committed or not.
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
word=${1:-}
MODE=${MODE:-release}
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-mutate-XXXXXX")
tree=${TREE:-$T/tree}
leave() {
    [ "${TREE:-}" ] || git -C "$ROOT" worktree remove --force "$tree" 2>/dev/null
    rm -rf "$T"
}
trap leave EXIT
trap 'exit 1' INT TERM
fail() {
    echo "mutate: $*" >&2
    exit 1
}

# The table as lines "number, file, test, reason, old, new" between tabs.
awk '
function flush() {
    if (file) printf "%d\t%s\t%s\t%s\t%s\t%s\n", line, file, test, why, old, new
    file = ""
}
/^[^# ]/ { flush(); file = $1; test = $2; line = NR; why = "-"; old = new = "" }
/^    equivalent: / { why = substr($0, 17) }
/^    .* =>/ && !old {
    at = index($0, " =>")
    old = substr($0, 5, at - 5); new = substr($0, at + 4)
}
END { flush() }' "$ROOT/tests/mutants.txt" |
    awk -F'\t' -v w="$word" 'index($2, w) || index($3, w)' >"$T/table"
[ -s "$T/table" ] || fail "no mutant of '$word'"

rev=$(git -C "$ROOT" stash create) &&
    rev=${rev:-$(git -C "$ROOT" rev-parse HEAD)}
if [ -e "$tree/.git" ]; then
    git -C "$tree" checkout --quiet --force --detach "$rev" || exit 1
else
    git -C "$ROOT" worktree add --quiet --detach "$tree" "$rev" || exit 1
fi
cd "$tree" || exit 1
B=build/$MODE
export BIN=$tree/$B/bin TOOLS=$tree/$B/tools OPENBLAS_NUM_THREADS=1 \
    OMP_WAIT_POLICY=passive OMPI_MCA_mpi_yield_when_idle=1

build() { # build <test>: what it needs
    local goal="$B/test/$1"
    [[ $1 = test_* ]] || goal="all $(ls tests/tools/*.c |
        sed "s|tests/\(.*\)\.c|$B/\1|")"
    # shellcheck disable=SC2086
    nice make -s -j2 MODE="$MODE" $goal >"$T/build" 2>&1
}
passes() { # passes <test> <seconds>
    local command=("$B/test/$1")
    [[ $1 = test_* ]] || command=(bash tests/flow/"$1"-*.sh)
    { nice timeout --kill-after=5 "$2" "${command[@]}" \
        >"$T/out" 2>&1 </dev/null; } 2>/dev/null
}
# Put NEW in the place of OLD; fails unless that is in one line, once.
change() { # change <path> <old> <new>
    OLD=$2 NEW=$3 awk '
        {
            at = index($0, ENVIRON["OLD"])
            if (at) {
                rest = substr($0, at + length(ENVIRON["OLD"]))
                n += 1 + (index(rest, ENVIRON["OLD"]) > 0)
                $0 = substr($0, 1, at - 1) ENVIRON["NEW"] rest
            }
            print
        }
        END { exit n != 1 }' "$1" >"$T/changed" || return 1
    cat "$T/changed" >"$1"
}

declare -A limit
echo "mutate: builds $(git rev-parse --short "$rev")"
for test in $(cut -f 3 "$T/table" | sort -u); do
    build "$test" || fail "$test cannot be built: $(tail -n 3 "$T/build")"
    begin=$SECONDS
    passes "$test" 900 ||
        fail "$test fails without a mutant: $(grep -m 1 '^not ok' "$T/out")"
    limit[$test]=$((5 * (SECONDS - begin) + 30))
done

killed=0 n=0
survivors=() equivalent=() wrong=()
while IFS=$'\t' read -r line file test why old new; do
    what="$file: $old => $new"
    n=$((n + 1))
    path=$(find common proto stages orchestration -name "$file")
    if [ ! -f "$path" ] || ! change "$path" "$old" "$new" || ! build "$test"; then
        verdict=stale
        wrong+=("line $line is stale: $what ($(tail -n 1 "$T/build"))")
    elif ! passes "$test" "${limit[$test]}"; then
        verdict=killed
        killed=$((killed + 1))
        [ "$why" = - ] || wrong+=("line $line was seen, it is not equivalent: $what")
    elif [ "$why" = - ]; then
        verdict=SURVIVED
        survivors+=("$test  $what")
    else
        verdict=equivalent
        equivalent+=("$what: $why")
    fi
    printf '%-10s %-24s %s\n' "$verdict" "$test" "$what"
    [ ! -f "$path" ] || git checkout --quiet "$rev" -- "$path"
done <"$T/table"

echo
echo "$n mutants: $killed killed, ${#survivors[@]} survived," \
    "${#equivalent[@]} equivalent, ${#wrong[@]} wrong in the table"
print() { # print <title> [line...]
    [ $# -lt 2 ] || printf '%s\n' "$@"
}
print "equivalent:" "${equivalent[@]}"
print "wrong in mutants.txt:" "${wrong[@]}"
print "survivors:" "${survivors[@]}"
[ $((${#survivors[@]} + ${#wrong[@]})) -eq 0 ]
