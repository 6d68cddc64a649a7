#!/bin/bash
# t0001 - every program answers --help and --version, and refuses nonsense
. "$(dirname "$0")/lib.sh"
for p in "$BIN"/papline*; do
    name=$(basename "$p")
    ok "$name --help" status_is 0 "$p" --help
    ok "$name --version" status_is 0 "$p" --version
    ok "  names itself" says "$name"
    ok "$name without arguments" status_is 2 "$p"
    ok "$name --nonsense" status_is 2 "$p" --nonsense
    ok "$name with a stray word" status_is 2 "$p" nonsense
    case $name in papline | papline-slot) continue ;; esac # no stages
    ok "$name where no run is" status_is 2 "$p" --run "$T"
    ok "  says so" says "is not a run directory"
    ok "$name where no scheduler is" status_is 75 "$p" --join "$T"
    ok "  says so" says "no scheduler is running"
    ok "$name at a bad address" status_is 2 "$p" --connect nowhere
    ok "  says so" says "cannot connect to 'nowhere'"
    ok "$name over tcp without a key" status_is 2 "$p" --connect tcp://127.0.0.1:1
    ok "  says so" says "needs --key"
done
finish
