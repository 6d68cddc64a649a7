#!/bin/bash
# include_order.sh - refuses an include that goes up, or sideways to another room
#
# Rooms depend on those before them; within a line they are beside each other
# and know nothing of one another.  stages/train makes fresh variants with the
# functions of stages/augment, which is the one exception.  common/api is what
# other programs see of the rest, explanations too, so it comes last.
set -u
PATH=$PATH:/usr/bin:/bin
cd "${1:-$(dirname "$0")/..}" || exit 1
order="base
stats img nn proto charts
ranks config export
store
run
worker evaluation
page
stages
orchestration api"
find common proto stages orchestration -name "*.[ch]" | sort |
    xargs grep -nH '^#include "' | awk -v order="$order" -F'[":]' '
BEGIN {
    n = split(order, line, "\n")
    for (i = 1; i <= n; i++) {
        k = split(line[i], room, " ")
        for (j = 1; j <= k; j++) level[room[j]] = i
    }
}
function room_of(path,   part) {
    split(path, part, "/")
    return part[1] == "common" ? part[2] : part[1]
}
function folder(path) { sub("/[^/]*$", "", path); return path }
{
    file = $1; number = $2; included = $4
    if (included !~ "/") next # of the same folder
    from = room_of(file); to = room_of(included)
    if (!(to in level)) next # made by the build
    if (from == to && (from != "stages" || folder(file) == folder(included)))
        next
    if (folder(file) == "stages/train" && folder(included) == "stages/augment")
        next
    if (from != to && level[to] < level[from]) next
    printf "%s:%d: %s must not include %s (%s)\n", file, number, from, to,
        included
    bad = 1
}
END { exit bad }'
