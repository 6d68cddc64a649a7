#!/bin/bash
# t0052 - only who holds a unit ends it, only the step's own sink stores and
# seals; what others say is ignored, counted and logged
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
first() { echo $(($1 << 32)); } # first <step>: id of its first unit
ignored() { sed -n 's/.*"ignored": \([0-9]*\).*/\1/p' "$1/status.json"; }
ignores() { [ "$(ignored "$1")" -ge "$2" ]; }

ok "a run of honest workers" status_is 0 papline run "$T/c.yaml" \
    --until augment --run "$T/honest"
ok "  ignores nothing" test "$(ignored "$T/honest")" -eq 0
papline run "$T/c.yaml" --until augment --set augment.workers=0 \
    --run "$T/run" >"$T/log" 2>&1 &
run=$!
ok "a run that waits for workers" wait_for 60 node_is "$T/run" augment running
u=$(first 2) # preprocess is the first step, augment the second
ok "a peer that never said hello" "$TOOLS/peer" "$T/run" "result=$u" \
    "stored=$u" sealed "beat=$u" credit=5 junk wait=300
ok "  six messages are ignored" wait_for 10 ignores "$T/run" 6
ok "a worker without a lease" "$TOOLS/peer" "$T/run" hello=augment \
    "result=$u" "result=$((u + 1))" "stored=$u" sealed wait=300
ok "  four more" wait_for 10 ignores "$T/run" 10
"$TOOLS/peer" "$T/run" hello=augment.sink wait=1000 "stored=$u" sealed \
    wait=300 >"$T/sink"
ok "a second sink is refused" grep -q "^refuse .*starts the sink of augment" \
    "$T/sink"
ok "  and what it says is ignored" wait_for 10 ignores "$T/run" 13
ok "nothing is done" test "$(units_done "$T/run")" -eq 0
ok "status counts them" status_is 0 papline status "$T/run"
ok "  " says "ignored: 13 messages"
ok "the log names the peer" grep -qE "ignored a message \(stored\) of .*:[0-9]+" \
    "$T/log"
ok "an honest worker" status_is 0 papline-augment --join "$T/run"
ok "the run ends well" ends_with 0 "$run"
ok "same bytes as without them" same_store "$T/honest/augment" "$T/run/augment"
ok "the log has their number" grep -q "13 messages were ignored" "$T/log"

# One that is given work, says that it is done, and has done nothing.
papline run "$T/c.yaml" --set scheduler.lease=1 --set explain.workers=0 \
    --run "$T/run" >"$T/log" 2>&1 &
run=$!
ok "a liar waits for evaluate" wait_for 60 node_is "$T/run" train/$E running
"$TOOLS/peer" "$T/run" hello=evaluate credit=1 unit=60000 result=mine wait=100 \
    >"$T/liar"
ok "  and is given it" grep -q "^unit .* of evaluate/$E" "$T/liar"
ok "the run fails" ends_with 1 "$run"
ok "  and says why" grep -q "evaluate/$E failed: it was said to be done" \
    "$T/log"
ok "status has the reason" status_is 0 papline status "$T/run"
ok "  " says "it was said to be done"
ok "nothing is sealed" test ! -e "$T/run/evaluate/$E"
ok "run again" status_is 0 papline run "$T/c.yaml" --run "$T/run"
ok "  is well" status_is 0 papline verify "$T/run"
finish
