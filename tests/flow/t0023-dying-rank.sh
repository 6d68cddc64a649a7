#!/bin/bash
# t0023 - a training whose process always dies fails, and the run says so
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
P=$T/run/train/$E.partial
mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
mv "$T/bin/papline-train" "$T/bin/real"
# It has begun, which .begun tells, then it is killed.
cat >"$T/bin/papline-train" <<EOF
#!/bin/bash
before=\$(cat "$P/.begun" 2>&1)
"$T/bin/real" "\$@" &
until [ -s "$P/.begun" ] && [ "\$before" != "\$(cat "$P/.begun")" ]; do
    sleep 0.02
done
echo x >>"$T/deaths"
kill -KILL \$! \$\$
EOF
chmod +x "$T/bin/papline-train"
run() { # run <status>: it must not be taken for done
    status_is "$1" "$T/bin/papline" run "$T/c.yaml" --set train.epochs=3
}
for time in first second; do
    rm -f "$T/deaths"
    ok "$time: papline-train dies again and again" run 1
    ok "the rank has died three times" test "$(wc -l <"$T/deaths")" -eq 3
    ok "  that is said" says "papline-train ended early"
    ok "  and that it failed" says "train/$E failed:"
    ok "what follows is skipped" says "evaluate/$E: skipped, its input train/$E failed"
    ok "status says that the training failed" step_is "$T/run" "train/$E" failed
done
ok "the journal tells" grep -q '"node-failed".*"train/' "$T/run/journal.jsonl"
ok "  and not that it is done" not grep -q '"node-done".*"train/' \
    "$T/run/journal.jsonl"
mv "$T/bin/real" "$T/bin/papline-train"
ok "one that lives goes on" run 0
ok "  to a model" test -s "$T/run/train/$E/model.safetensors"
finish
