#!/bin/bash
# t0045 - the report as a document: its size, its addresses, what belongs
# together in it; make test-page looks at it in a browser
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i 's/^train:/train:\n  seeds: [1, 2]/' "$T/c.yaml"
ok "a run of two experiments" timeout 300 papline run "$T/c.yaml" \
    --set "explain.methods=[gradcam, lime]" --set preprocess.size=32
PAGE=$T/run/report/index.html
ok "the page is under 20 MB" test "$(stat -c %s "$PAGE")" -lt 20000000
for word in "Read this first" "What was missed and raised" "Grad-CAM" \
    "Found against raised (ROC)" "Prediction set" "nucleus and cytoplasm"; do
    ok " it has '$word'" grep -qF "$word" "$PAGE"
done
if command -v python3 >/dev/null; then
    ok "its addresses lead somewhere, its pictures are there" \
        python3 "$(dirname "$0")/page_structure.py" "$PAGE"
else
    n=$((n + 1))
    echo "ok $n # skip no python3 to read the page"
fi
finish
