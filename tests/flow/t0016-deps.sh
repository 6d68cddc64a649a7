#!/bin/bash
# t0016 - set-up: reinstalls nothing; without root or apt it names what lacks
. "$(dirname "$0")/lib.sh"
ok "nothing to do where all is there" status_is 0 "$ROOT/orchestration/deps.sh"
ok "  says so" says "everything is installed"
ok "  and does nothing twice" not grep -q installing "$T/out"
mkdir "$T/bin"
for c in bash tr grep id cat awk sed; do
    ln -s "$(command -v $c)" "$T/bin/$c"
done
ok "where packages cannot be installed" status_is 1 \
    env PATH="$T/bin" "$ROOT/orchestration/deps.sh"
for name in libopenmpi-dev libzmq3-dev openmpi zeromq libsodium; do
    ok "  names $name" says "$name"
done
ok "  and what to do" says "conda install"
finish
