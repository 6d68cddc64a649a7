#!/bin/bash
# t0069 - what failed is shown with its log; status from files; the timeline
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
mv "$T/bin/papline-train" "$T/bin/real"
# The first seed dies; where $T/loud is, after others have said much.
logged() { # logged <text>: what a log has, the scheduler has passed on
    echo "until grep -rqx '$1' '$T/run/logs/train'; do sleep 0.05; done"
}
cat >"$T/bin/papline-train" <<EOF
#!/bin/bash
if mkdir "$T/first" 2>/dev/null; then
    seq -f "line %g of the one that dies" 15 >&2
    [ ! -e "$T/loud" ] || { $(logged "20 of another"); }
    exit 3
elif [ -e "$T/loud" ]; then
    $(logged "line 15 of the one that dies")
    seq -f "%g of another" 20 >&2
fi
exec "$T/bin/real" "\$@"
EOF
chmod +x "$T/bin/papline-train"
times_said() { # times_said <count> <text>
    [ "$(grep -c -- "$2" "$T/out")" -eq "$1" ] || { cat "$T/out"; return 1; }
}
dies() { # dies: a run of two seeds, of which one fails
    rm -rf "$T/first" "$T/run/logs"
    status_is 1 "$T/bin/papline" run "$T/c.yaml" --until train \
        --set 'train.seeds=[1,2]' --set scheduler.tries=1 --force train
}
ok "a training fails at once" dies
ok "  its lines are said once" times_said 1 "line 15 of the one"
log=$(sed -n 's/.*its log: //p' "$T/out")
ok "  its log is named" grep -q "^line 1 of" "$log"
if [ "$(nproc)" -ge 2 ]; then
    touch "$T/loud"
    ok "another one has said much since" dies
    ok "  the last lines are said again" times_said 2 "line 15 of the one"
    ok "  ten of them" times_said 2 "line 6 of the one"
    ok "  not those before" times_said 1 "line 5 of the one"
fi
ok "status" status_is 0 papline status "$T/run"
ok "  says why, and where the log is" grep -qE \
    "ended early: exit status 3.*; log: logs/train/[^ ]+\.log$" "$T/out"
ok "  in JSON too" status_is 0 papline status "$T/run" --json
ok "  with whether it is alive" grep -q '"alive": false' "$T/out"
J=$T/run/journal.jsonl
papline run "$T/c.yaml" --set 'train.seeds=[1,2]' >"$T/log" 2>&1 &
run=$!
trains() { papline status "$T/run" | grep -qE "running +train/.*: 1 core$"; }
ok "the run goes on, and status says where" wait_for 30 trains
papline status "$T/run" >"$T/out"
ok "  about how long it takes" grep -qE "running, .*, about .* left" "$T/out"
ok "  and what of the host is in use" grep -qE \
    "^  $(uname -n | cut -d. -f1)[^ ]* +[0-9]+ of [0-9]+ cores in use" "$T/out"
if command -v script >/dev/null; then # a terminal of ten lines
    timeout 60 script -qec "stty rows 10 cols 50; papline status $T/run \
        --watch" /dev/null </dev/null >"$T/terminal" 2>&1
    ok "  in place: it moves up as many lines as it has drawn" grep -qE \
        "$(printf '\033')\[[1-9]A$T/run: " "$T/terminal"
    ok "  no more than there are" not grep -qE \
        "$(printf '\033')\[[1-9][0-9]A|.{57,}$(printf '\033')\[K" "$T/terminal"
    ok "  until the run ends" grep -q "^.*$T/run: ended" "$T/terminal"
fi
ok "the run ends, without the deaths" ends_with 0 "$run"
cp "$T/log" "$T/out"
page() { grep -qE "$1" "$T/run/report/index.html"; }
trace() { # trace <expression of t, the trace>
    jq -e "$1" "$T/run/trace.json" >/dev/null
}
ok "the journal has the ends of processes" grep -q \
    '"process-end".*"exit status 0"' "$J"
ok "  and whether work waited" grep -q '"event":"waiting","node":""' "$J"
ok "the report has a timeline" page 'id="timeline"'
ok "  over the run's pieces" page '[0-9.]+ s of work in [23] pieces'
ok "  with what failed" page "exit status 3</title><rect class=.pl-k4 pl-mark"
ok "  and how busy the cores were" page "Processes had [0-9.]+&nbsp;%"
ok "so has the run's end" says "of the cores"
if command -v jq >/dev/null; then
    ok "trace.json has events" trace '[.traceEvents[] | select(.ph == "X")
        | .ts >= 0 and .dur >= 0 and .pid > 0 and .tid > 0] | length > 9 and all'
    ok "  the host's name" trace \
        ".traceEvents[0].args.name == \"$(uname -n | cut -d. -f1)\" or
        .traceEvents[0].args.name == \"$(uname -n)\""
    ok "  the share of busy cores" trace '.otherData.cores_busy > 0'
fi
finish
