#!/bin/bash
# t0069 - what failed is shown with its log; status from files; the timeline
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
mv "$T/bin/papline-train" "$T/bin/real"
# The first seed dies; where $T/loud is, after others have said much.
cat >"$T/bin/papline-train" <<EOF
#!/bin/bash
if mkdir "$T/first" 2>/dev/null; then
    seq -f "line %g of the one that dies" 15 >&2
    [ ! -e "$T/loud" ] || { touch "$T/ready"; sleep 0.6; }
    exit 3
fi
if [ -e "$T/loud" ]; then
    until [ -e "$T/ready" ]; do sleep 0.05; done
    seq -f "%g of another" 20
fi >&2
exec "$T/bin/real" "\$@"
EOF
chmod +x "$T/bin/papline-train"
times_said() { # times_said <count> <text>
    [ "$(grep -c -- "$2" "$T/out")" -eq "$1" ] || { cat "$T/out"; return 1; }
}
dies() { # dies: a run of two seeds, of which one fails
    rm -rf "$T/first" "$T/ready"
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
finish
