#!/bin/bash
# t0055 - locks, addresses, job steps and socket directories as clusters have
# them
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"

# A file system without locks (NFS without its lock service).
cat >"$T/nolock.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int lacks(int (*real)(int, int, ...), int fd, int cmd, void *arg)
{
    if (cmd == F_SETLK) {
        errno = ENOLCK;
        return -1;
    }
    return real(fd, cmd, arg);
}
#define LIKE(name)                                                             \
    int name(int fd, int cmd, ...)                                             \
    {                                                                          \
        va_list ap;                                                            \
        void *arg;                                                             \
        va_start(ap, cmd);                                                     \
        arg = va_arg(ap, void *);                                              \
        va_end(ap);                                                            \
        return lacks((int (*)(int, int, ...))dlsym(RTLD_NEXT, #name), fd, cmd, \
                     arg);                                                     \
    }
LIKE(fcntl)
LIKE(fcntl64)
END
if ldd "$BIN/papline" | grep -q libasan; then
    echo "# no file system without locks: the sanitizer bears no preloading"
elif ok "a file system without locks" cc -shared -fPIC -o "$T/nolock.so" \
    "$T/nolock.c"; then
    ok "a scheduler without locks is refused" \
        status_is 1 env LD_PRELOAD="$T/nolock.so" papline run \
        "$T/c.yaml" --run "$T/nolock" --until preprocess
    ok "  says that locks are not to be had" says "No locks available"
    ok "  and not that another one runs" not grep -q "another scheduler" "$T/out"
    ok "  nothing is made" test ! -e "$T/nolock/data"
fi

# One rank needs no mpirun, which may wait for ever in a job step.
mkdir "$T/path"
cat >"$T/path/mpirun" <<END
#!/bin/bash
echo "SLURM_OVERLAP=\${SLURM_OVERLAP:-}" >>"$T/mpirun"
echo "\$*" >>"$T/mpirun"
PATH=\${PATH#*:} exec mpirun "\$@"
END
chmod +x "$T/path/mpirun"
step() { # step <ranks> [VARIABLE=...]: as within srun -n1
    status_is 0 env PATH="$T/path:$PATH" SLURM_STEP_ID=0 "${@:2}" papline run \
        "$T/c.yaml" --run "$T/step$1" --until train --set "train.ranks=$1" \
        --set preprocess.size=32
}
ok "one rank in a job step" step 1 SLURM_STEPID=0 SLURM_NODELIST=n1 \
    PMIX_NAMESPACE=slurm.pmix.1.0 PMIX_RANK=0 PMI_RANK=0 \
    "PMIX_$(printf 'A%.0s' $(seq 200))=long"
ok "  without mpirun" test ! -e "$T/mpirun"
ok "two ranks" step 2
ok "  share the step's processors" grep -qx SLURM_OVERLAP=1 "$T/mpirun"
ok "  tell who they are from any host" grep -q -- "-x PAPLINE_TOKEN" "$T/mpirun"
ok "  same bytes" cmp "$T/step1/train/$E/model.safetensors" \
    "$T/step2/train/$E/model.safetensors"

# All interfaces: workers are told an address, which is no wildcard.
papline run "$T/c.yaml" --run "$T/tcp" --set augment.workers=0 --until augment \
    --set 'scheduler.endpoint=tcp://*:*' >"$T/log" 2>&1 &
run=$!
ok "a run on all interfaces" wait_for 60 step_is "$T/tcp" augment running
at=$(sed -n 's/.*"endpoint": "\(.*\)",*/\1/p' "$T/tcp/control.json")
ok "  tells an address ($at)" expr "$at" : 'tcp://[1-9][0-9.]*:[1-9][0-9]*$'
ok "  which a worker reaches" status_is 0 papline-augment --connect "$at" \
    --key "$T/tcp/keys/worker.key"
ok "  the run ends" ends_with 0 "$run"
ok "an interface by its name" status_is 0 papline run "$T/c.yaml" \
    --run "$T/lo" --until augment --set 'scheduler.endpoint=tcp://lo:*'
ok "one that is not there" status_is 2 papline run "$T/c.yaml" \
    --run "$T/lo" --until augment --set 'scheduler.endpoint=tcp://nowhere0:*' \
    --set augment.variants=2
ok "  it is said what may stand there" says "tcp://INTERFACE:PORT"

# Socket directories of killed runs.
export TMPDIR=$T/tmp
mkdir "$TMPDIR"
sockets() { find "$TMPDIR" -maxdepth 1 -name 'papline-??????' | wc -l; }
start() { # start <run>
    papline run "$T/c.yaml" --run "$1" --set augment.workers=0 \
        --until augment >"$T/log" 2>&1 &
    run=$!
    wait_for 60 step_is "$1" augment running
}
start "$T/a"
killed=$run
kill -KILL "$killed"
wait "$killed" 2>/dev/null
wait_for 20 no_process_of "$T/a"
ok "a killed run leaves its sockets" test "$(sockets)" -eq 1
start "$T/b"
ok "the next one sweeps them" test "$(sockets)" -eq 1
first=$run
start "$T/c"
ok "  but not those in use" test "$(sockets)" -eq 2
kill -TERM "$first" "$run"
ok "one of two job steps ends" ends_with 75 "$first"
ok "the other of two job steps ends" ends_with 75 "$run"
ok "  and nothing is left" test "$(sockets)" -eq 0
finish
