#!/bin/bash
# t0050 - nothing is sealed of inputs of another configuration: not by a stage
# run by hand, nor by the report, nor of a data set that changes meanwhile
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
cp -r "$CELLS" "$T/cells"
sed -i "s|path:.*|path: $T/cells|" "$T/c.yaml"
R=$T/run
ok "a run" status_is 0 papline run "$T/c.yaml" --run "$R"
ok "  its page has the result" grep -q "confusion.csv" "$R/report/index.html"
sum=$(sha256sum <"$R/evaluate/$E/metrics.json")

ok "another learning rate, up to preprocess" status_is 0 papline run \
    "$T/c.yaml" --run "$R" --set train.learning_rate=0.01 --until preprocess
by_hand() { # by_hand <stage> <its stale input>
    ok "$1 by hand is refused" status_is 2 "papline-$1" --run "$R" \
        --experiment $E
    ok "  it names the input" says "its input $2/$E is not what the plan wants"
    ok "  and why" says "is of another configuration"
}
by_hand evaluate train
by_hand explain train
ok "the old result is as it was" test \
    "$(sha256sum <"$R/evaluate/$E/metrics.json")" = "$sum"
ok "the report by hand" status_is 0 papline report "$R"
ok "  leaves stale results out" grep -q "Left out" "$R/report/index.html"
ok "  shows none of them" not grep -q "confusion.csv" \
    "$R/report/index.html"
cp -r "$R/evaluate/$E" "$R/evaluate/again"
ok "a run is compared" status_is 0 papline compare "$R"
ok "  names the stale one" says "evaluate/$E is not what run.yaml plans now"
rm -r "$R/evaluate/again"
ok "the plan of the run" status_is 0 papline plan "$R"
for s in train/$E evaluate/$E explain/$E report; do
    ok "  $s would run" grep -qE "^run +$s " "$T/out"
done
ok "train by hand, then evaluate" status_is 0 papline-train --run "$R"
ok "  which is not refused now" status_is 0 papline-evaluate --run "$R"
ok "the plan takes both for current" status_is 0 papline plan "$R"
ok "  train" grep -qE "^reuse +train/$E " "$T/out"
ok "  evaluate" grep -qE "^reuse +evaluate/$E " "$T/out"
ok "another run of that learning rate" status_is 0 papline run "$T/c.yaml" \
    --run "$T/other" --set train.learning_rate=0.01
ok "  has the same result" cmp "$R/evaluate/$E/predictions.csv" \
    "$T/other/evaluate/$E/predictions.csv"

# The data set changes after the scheduler has looked at it.
mkdir "$T/bin"
cp "$BIN"/papline* "$T/bin"
mv "$T/bin/papline-preprocess" "$T/bin/real"
cat >"$T/bin/papline-preprocess" <<END
#!/bin/bash
rm "\$(find "$T/cells" -name '*.bmp' | head -n 1)"
exec "$T/bin/real" "\$@"
END
chmod +x "$T/bin/papline-preprocess"
ok "a data set that changes" status_is 1 "$T/bin/papline" run "$T/c.yaml" \
    --run "$T/late" --until preprocess
ok "  is noticed" says "is not what it was when the run started"
ok "  and not sealed" test ! -e "$T/late/data"
finish
