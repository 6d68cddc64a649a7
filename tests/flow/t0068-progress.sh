#!/bin/bash
# t0068 - progress: one line of the window's width on a terminal, which nothing
# is mixed with; elsewhere a line an epoch
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i 's/^train:$/&\n  stop_patience: 0/' "$T/c.yaml"
line="papline: train/$E [0-9]+/[0-9]+ \([0-9]+%\)"
ok "a run into a file" status_is 0 papline run "$T/c.yaml" --until train \
    --set train.epochs=3 --set "train.seeds=[1, 2]"
cp "$T/out" "$T/file"
ok "  tells epochs of a step" grep -qE "^$line.*, epoch [1-3]/3 loss" "$T/file"
ok "  and of the other" grep -qE "^${line/s1/s2}.*, epoch [1-3]/3 loss" "$T/file"
told() { # what is told of epochs, "STEP N/M" a line
    sed -n 's/^papline: \(train[^ ]*\) .*, epoch \([^ ]*\) .*/\1 \2/p' "$T/file"
}
ok "  each once" test -z "$(told | sort | uniq -d)"
ok "  writes nothing over" not grep -q $'[\r\033]' "$T/file"

line=${line/-s1/-s1000000001} # so that it is wider than the window
ok "a run on a terminal" status_is 0 "$TOOLS/terminal" 120 \
    papline run "$T/c.yaml" --until train --set train.epochs=10 \
    --set "train.seeds=[1000000001]"
cp "$T/out" "$T/seen"
ok "  shows a line with rate and time left" grep -qE \
    "^~$line, [0-9.]+/s, .* left" "$T/seen"
ok "  cut to less than the width" not grep -qE "^~.{120}|^[+]" "$T/seen"
ok "  as wide as it may be" grep -qE "^~.{119}$" "$T/seen"
ok "  which messages are not mixed with" not grep -qE "[^~]papline: " "$T/seen"
ok "  and which does not stay" not grep -qE "^$line" "$T/seen"

ok "a program alone on a terminal" status_is 0 "$TOOLS/terminal" 50 \
    papline-draw --out "$T/drawn" --per-class 10
ok "  shows a line" grep -q "^~papline-draw: draw" "$T/out"
ok "  cut to the width" not grep -qE "^[+]|.{51}" "$T/out"
ok "  the last one stays" grep -q "^papline-draw: draw 50/50 (100%)" "$T/out"
finish
