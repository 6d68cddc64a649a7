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
ok "a run that waits for workers" wait_for 60 step_is "$T/run" augment running
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
ok "  nothing is done" test "$(units_done "$T/run")" -eq 0
ok "status counts them" status_is 0 papline status "$T/run"
ok "  " says "ignored: 13 messages"
ok "the log names the peer" grep -qE "ignored a message \(stored\) of .*:[0-9]+" \
    "$T/log"
ok "an honest worker does the rest" status_is 0 papline-augment --join "$T/run"
ok "the run ends well" ends_with 0 "$run"
ok "same bytes as without them" same_store "$T/honest/augment" "$T/run/augment"
ok "the log has their number" grep -q "13 messages were ignored" "$T/log"

# A connection is lost with what was on its way; the lease would outlive this test.
papline run "$T/c.yaml" --until augment --set augment.workers=0 \
    --set scheduler.lease=1000 --run "$T/cut" >"$T/log" 2>&1 &
run=$!
ok "a run that waits for workers" wait_for 60 step_is "$T/cut" augment running
again() { # again <word...>: a worker gets a unit, and connects anew
    "$TOOLS/peer" "$T/cut" hello=augment credit=1 unit=20000 again "$@" wait=300
}
again beat=mine >"$T/keeps"
again beat=0 >"$T/lost"
again result=mine beat=0 >"$T/late"
for f in keeps lost late; do
    ok "  $f: it had a unit" grep -q "^unit .* of augment" "$T/$f"
done
ok "what one came back without is given to the next" cmp "$T/lost" "$T/late"
ok "what one came back with is not" not cmp -s "$T/keeps" "$T/lost"
papline-augment --join "$T/cut" >"$T/worker" 2>&1 &
honest=$!
total=$(sed -n '/"units"/,/}/s/.*"total": \([0-9]*\).*/\1/p' \
    "$T/cut/status.json" | head -n 1)
ok "all else is done meanwhile" wait_for 60 some_units_done "$T/cut" \
    $((total - 2)) # one is leased to a peer that has gone, of one nothing came
kill -TERM "$run"
ok "  the run stops" ends_with 75 "$run"
wait "$honest"
ok "  and goes on" status_is 0 papline run "$T/cut" --until augment \
    --set augment.workers=1
ok "the store has the bytes of an honest run" \
    same_store "$T/honest/augment" "$T/cut/augment"

# A process that ends between sealing and saying so, with no try to lose.
mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
for p in augment preprocess; do
    mv "$T/bin/papline-$p" "$T/bin/real-$p"
    cat >"$T/bin/papline-$p" <<END
#!/bin/bash
[ -e "$T/once" ] || [[ $p = augment && "\$*" != *--sink* ]] ||
    { : >"$T/once"; export LD_PRELOAD=$T/quiet.so; }
exec "$T/bin/real-$p" "\$@"
END
    chmod +x "$T/bin/papline-$p"
done
cat >"$T/quiet.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>
int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    const int rc = real(from, to);
    const size_t n = strlen(from);
    if (n > 8 && strcmp(from + n - 8, ".partial") == 0)
        _exit(STATUS);
    return rc;
}
END
quiet() { # quiet <step> <status> <run>: its process ends with this, once
    rm -f "$T/once"
    cc -shared -fPIC -DSTATUS="$2" -o "$T/quiet.so" "$T/quiet.c" || return 1
    status_is 0 "$T/bin/papline" run "$T/c.yaml" --until "$1" --run "$3" \
        --set scheduler.tries=1 && test -e "$T/once"
}
if ldd "$BIN/papline" | grep -q libasan; then
    echo "# no process that ends too early: the sanitizer bears no preloading"
else
    for s in 0 1; do
        ok "preprocessing that seals and ends with $s is done" \
            quiet preprocess "$s" "$T/quiet$s"
        ok "  the data are whole" same_store "$T/honest/data" "$T/quiet$s/data"
        ok "a sink that seals and ends with $s is done" \
            quiet augment "$s" "$T/quiet$s"
        ok "  the store is whole" same_store "$T/honest/augment" \
            "$T/quiet$s/augment"
    done
fi

# One that is given work, says that it is done, and has done nothing.
papline run "$T/c.yaml" --set scheduler.lease=1 --until evaluate \
    --run "$T/run" >"$T/log" 2>&1 &
run=$!
ok "a liar waits for evaluate" wait_for 60 step_is "$T/run" train/$E running
"$TOOLS/peer" "$T/run" hello=evaluate credit=1 unit=60000 result=mine wait=100 \
    >"$T/liar"
ok "  and is given it" grep -q "^unit .* of evaluate/$E" "$T/liar"
ok "the run fails" ends_with 1 "$run"
ok "  and says why" grep -q "evaluate/$E failed: it was said to be done" \
    "$T/log"
ok "status has the reason" status_is 0 papline status "$T/run"
ok "  " says "it was said to be done"
ok "  nothing is sealed" test ! -e "$T/run/evaluate/$E"
ok "the failed run is run again" \
    status_is 0 papline run "$T/c.yaml" --run "$T/run"
ok "  is well" status_is 0 papline verify "$T/run"
finish
