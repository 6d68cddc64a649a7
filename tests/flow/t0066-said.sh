#!/bin/bash
# t0066 - page, model card, bundle and last lines say first what the cells are,
# and of one accuracy the same interval
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s,^  path: .*,  draw_per_class: 20," "$T/c.yaml"
ok "a run of drawn cells" status_is 0 papline run "$T/c.yaml"
ok "  ends with what they are" says "100 drawn cells; no patient, no diagnosis."
page=$T/run/report/index.html
card=$T/run/report/bundle/$E/docs/README.md
meta=$T/run/report/bundle/$E/configs/metadata.json
line=$(grep "^$E " "$T/out")
range=$(sed -n 's/.*(\([0-9.]* to [0-9.]*\),.*/\1/p' <<<"$line")
found=$(sed -n 's/^    \(missed [0-9]* of [0-9]*, raised [0-9]* of [0-9]*\)$/\1/p' \
    "$T/out")
ok "  with an interval" test -n "$range"
ok "  with what was missed and raised" test -n "$found"
read -r _ missed _ abnormal _ raised _ others <<<"${found//,/}"
missing="Of $abnormal abnormal test cells $missed "
ok "the page begins with the cells" test "$(grep -o '<p class="lead">[^<]*' \
    "$page" | head -n 1)" = \
    '<p class="lead">100 drawn cells; no patient, no diagnosis.'
ok "  goes on with what was missed" eval \
    'grep "<p class=\"lead\">" "$page" | sed -n 2p | grep -qF "$missing"'
ok "  says what came of the promises" grep -qE \
    '<li>(Kept|Not kept|No threshold)[^<]*' "$page"
ok "the card begins with the cells" test "$(sed -n 3p "$card")" = \
    "100 drawn cells; no patient, no diagnosis."
ok "  goes on with what was missed" grep -q "^$missing" "$card"
ok "one interval, on the page" grep -qF "95 % interval $range %" "$page"
ok "  on the card" grep -q "^On the test split: .*95 % interval $range %" "$card"
ok "  in the bundle" grep -q "\"accuracy_interval\": .*95 % interval $range %" \
    "$meta"
ok "  in the table of experiments" eval \
    'sed "s/&nbsp;/ /g" "$page" | grep -qF "${range/ to / % to } %</td>"'
ok "no drawn cells beside the paper's results" not grep -q 'this run</th>' "$page"
ok "the bundle knows that they are drawn" grep -q \
    '"data": "100 drawn cells; no patient, no diagnosis."' "$meta"
ok "  and is for no more" grep -q '"intended_use": "trying the program' "$meta"

ok "words on the data" status_is 0 papline run "$T/c.yaml" \
    --set "dataset.name=Cells & <Sons>" --set "dataset.source=papline draw" \
    --set "dataset.licence=CC0" --set "dataset.note=Seen by nobody"
ok "  make the report alone" test "$(grep -c '^run ' "$T/out")" = 1
ok "  which has them" grep -qF 'Name: Cells &amp; &lt;Sons&gt;. Source: papline draw. Licence: CC0. Seen by nobody.' \
    "$page"
for word in '"data_name": "Cells & <Sons>"' '"data_source": "papline draw"' \
    '"data_licence": "CC0"' '"data_note": "Seen by nobody"' \
    '"copyright": "CC0"'; do
    ok "  the bundle: $word" grep -qF "$word" "$meta"
done
ok "  the card" grep -q 'Licence: CC0' "$card"
ok "cells that are drawn for others" papline-draw --out "$T/cells" --per-class 1
ok "  are marked" test -s "$T/cells/.drawn"
finish
