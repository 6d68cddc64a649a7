#!/bin/bash
# t0014 - a full disk ends the run with a clear word, and it goes on later
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
# A limit on the size of a file stands in for a disk: 'ulimit -f' in kB.
cat >"$T/full" <<'EOF'
#!/bin/bash
ulimit -f "$1"
trap '' XFSZ
shift
exec "$@"
EOF
chmod +x "$T/full"
set -- --until augment --set augment.variants=100
ok "no room for the augmented store" status_is 1 "$T/full" 2048 \
    papline run "$T/c.yaml" "$@"
ok "  says what and where" grep -qE "images.npy.*(File too large|No space|needs)" \
    "$T/out"
ok "  no augmented store is pretended" test ! -e "$T/run/augment"
ok "  with room it goes on" status_is 0 papline run "$T/c.yaml" "$@"
ok "  and reuses what was finished" grep -qE '^reuse +preprocess' "$T/out"
finish
