#!/bin/bash
# t0002 - the whole line on drawn cells; a second run does nothing
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s|path:.*|draw_per_class: 20|; /methods:/d" "$T/c.yaml" # all of them
ok "the plan" status_is 0 papline plan "$T/c.yaml"
for s in draw preprocess augment train/$E evaluate/$E explain/$E report; do
    ok "  $s runs, with a reason" grep -qE "^run +$s +[a-z]" "$T/out"
done
ok "planning starts nothing" test ! -e "$T/run/journal.jsonl"
ok "the line runs" status_is 0 papline run "$T/c.yaml"
ok "  ends with the page" says "report: $T/run/report/index.html"
ok "  the baseline stands beside the accuracy" says "baseline"
cd "$T/run" || exit 1
for f in run.yaml journal.jsonl data/images.npy data/labels.npy \
    data/index.csv data/classes.txt data/baseline.json data/stats.json \
    augment/images.npy augment/index.csv train/$E/model.safetensors \
    train/$E/last.safetensors train/$E/history.csv \
    evaluate/$E/predictions.csv evaluate/$E/metrics.json \
    evaluate/$E/confusion.csv evaluate/$E/confusion.svg \
    explain/$E/scores.csv report/index.html \
    report/bundle/$E/docs/README.md; do
    ok "  $f" test -s "$f"
done
ok "  Grad-CAM maps" compgen -G "explain/$E/maps/*.npy"
ok "  Grad-CAM overlays" compgen -G "explain/$E/overlays/*.png"
for m in gradcam gradcampp scorecam layercam lime; do
    ok "  maps of $m" compgen -G "explain/$E/maps/*_$m.npy"
done
ok "  strips" compgen -G "explain/$E/strips/*.png"
ok "  faithfulness.csv" test -s "explain/$E/faithfulness.csv"
headers() { find . -name '*.csv' -exec head -qn 1 {} +; }
ok "the true class is 'label' in every table" not \
    grep -qE '(^|,)(class|truth|true|actual)(,|$)' <(headers)
ok "  and the predicted one 'predicted'" test \
    "$(headers | grep -cE '(^|,)label,(.*,)?predicted(,|$)')" -eq 3
ok "five classes" test "$(wc -l <data/classes.txt)" -eq 5
ok "a hundred cells and the header" test "$(wc -l <data/index.csv)" -eq 101
ok "each training image once more" test \
    "$(grep -c ',train,' augment/index.csv)" -eq \
    "$(grep -c ',train,' data/index.csv)"
ok "the page names the accuracy" grep -qi accuracy report/index.html
ok "the page loads nothing" not grep -qE '(src|href)=.?https?:' \
    report/index.html
ok "no partial output is left" not compgen -G '*.partial'
ok "every file is as its manifest says" status_is 0 papline verify "$T/run"
ok "status, from files" status_is 0 papline status "$T/run"
ok "  ended" says "ended"

outputs() {
    find data augment train evaluate explain report drawn -type f \
        -printf '%p %T@\n' | sort
}
outputs >"$T/before"
ok "a second run" status_is 0 papline run "$T/c.yaml"
ok "  reuses everything" not grep -q '^run ' "$T/out"
outputs >"$T/after"
ok "  and touches nothing" cmp "$T/before" "$T/after"
ok "a run directory stands for its configuration" \
    status_is 0 papline plan "$T/run"
ok "  all reused" not grep -q '^run ' "$T/out"

printf x >>data/labels.npy
ok "damage is found" status_is 1 papline verify "$T/run"
ok "  and named" says "labels.npy"
ok "the damaged stage would run again" status_is 0 papline plan "$T/c.yaml"
ok "  with the reason" grep -qE '^run +preprocess .*damaged' "$T/out"
finish
