#!/bin/bash
# t0007 - over tcp only a worker with the run's key is let in; one that does
# not see the run's directory leaves
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
tcp() { # tcp <run>
    papline run "$T/c.yaml" --run "$1" --set augment.workers=0 \
        --set scheduler.tries=1 --set "scheduler.endpoint=tcp://127.0.0.1:*" --until augment \
        >"$T/log" 2>&1 &
}
tcp "$T/run"
run=$!
ok "the scheduler listens" wait_for 60 step_is "$T/run" augment running
at=$(sed -n 's/.*"endpoint": "\(.*\)",*/\1/p' "$T/run/control.json")
ok "  on the loopback only" expr "$at" : 'tcp://127\.0\.0\.1:[0-9]*$'
ok "keys are for the owner alone" test "$(stat -c %a "$T/run/keys")" = 700
for k in server worker; do
    ok "  $k.key too" test "$(stat -c %a "$T/run/keys/$k.key")" = 600
done
tcp "$T/other"
other=$!
wait_for 30 test -s "$T/other/keys/worker.key"
ok "another run's key is refused" status_is 2 papline-augment --connect "$at" \
    --key "$T/other/keys/worker.key"
ok "  and the worker says so" says "refuses this worker's curve key"
kill "$other"
cp "$T/run/keys/worker.key" "$T/open.key"
chmod 644 "$T/open.key"
ok "a key that others can read is not used" status_is 2 papline-augment \
    --connect "$at" --key "$T/open.key"
ok "  and the worker says what to do" says "chmod 600"
ok "  nothing was done for any of them" test "$(units_done "$T/run")" -eq 0
cat >"$T/blind.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>
int stat(const char *path, struct stat *st)
{
    int (*real)(const char *, struct stat *) =
        (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat");
    return strstr(path, "/run.yaml") ? -1 : real(path, st);
}
END
if ldd "$BIN/papline" | grep -q libasan; then
    echo "# no worker that does not see the run: the sanitizer bears no preloading"
else
    ok "a library that hides a run" cc -shared -fPIC -o "$T/blind.so" \
        "$T/blind.c"
    ok "a worker that does not see the run leaves" status_is 2 \
        env LD_PRELOAD="$T/blind.so" papline-augment --connect "$at" \
        --key "$T/run/keys/worker.key"
    ok "  and says why" says "'$T/run' is not a run directory"
    ok "  it had a unit" grep -q '"unit-failed".*is not a run directory' \
        "$T/run/journal.jsonl"
fi
ok "a worker with the right key" status_is 0 papline-augment --connect "$at" \
    --key "$T/run/keys/worker.key"
ok "the run ends well" ends_with 0 "$run"
ok "  nothing was set aside" not grep -qvE ',(ok|status)$' \
    "$T/run/augment/index.csv"
finish
