#!/bin/bash
# p0001 - the report in a browser: each part by the keyboard alone, the view of a
# cell, print on A4, axe-core; narrow and wide, light and dark; the page of
# papline predict by the keyboard
. "$(dirname "$0")/../flow/lib.sh"
small_config "$T/c.yaml"
sed -i -e 's/^train:/train:\n  seeds: [1, 2]/' -e 's/epochs: 1/epochs: 2/' \
    "$T/c.yaml"
ok "a run of two experiments" timeout 300 papline run "$T/c.yaml" \
    --set "explain.methods=[gradcam, lime]" --set preprocess.size=32
python3 "$(dirname "$0")/page.py" "$T/run/report/index.html" \
    ${SHOTS:+"$SHOTS"} >"$T/page" 2>&1 || bad=1
find "$CELLS" -name '*.bmp' | sort | head -n 6 >"$T/few.txt"
ok "a page of predictions" papline predict "$T/run/report/bundle/$E" "$T/few.txt" \
    --explain gradcam --explain lime --calibrated --sets -o "$T/predicted.html"
python3 "$(dirname "$0")/predicted.py" "$T/predicted.html" ${SHOTS:+"$SHOTS"} \
    >"$T/predicted" 2>&1 || bad=1
# its checks as ours
while read -r line; do
    case $line in
    "ok "* | "not ok "*)
        n=$((n + 1))
        sed "s/ok [0-9]* /ok $n /" <<<"$line" ;;
    1..*) ;;
    *) echo "# ${line###}" ;;
    esac
done < <(cat "$T/page" "$T/predicted")
ok "the checks ended" grep -q '^1\.\.' "$T/page"
ok "  of predictions too" grep -q '^1\.\.' "$T/predicted"
finish
