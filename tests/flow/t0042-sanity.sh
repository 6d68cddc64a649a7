#!/bin/bash
# t0042 - random weights and other seeds are compared; colours; bad values
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i -e 's/faith_steps: 4/faith_steps: 0/' -e 's/lime_samples: 32/lime_samples: 8/' \
    -e 's/methods: .*/methods: [gradcam, lime]/' "$T/c.yaml"
export OMP_NUM_THREADS=1
ok "a run to be checked" status_is 0 papline run "$T/c.yaml" --until evaluate
cp -r "$T/run" "$T/plain"
ok "explained without checks" \
    status_is 0 papline run "$T/c.yaml" --until explain \
    --run "$T/plain" --set explain.workers=2
ok "explained with checks, in jet" \
    status_is 0 papline run "$T/c.yaml" --until explain \
    --set explain.sanity=cascade --set explain.stability=1 \
    --set explain.colours=jet --set explain.cells=3
d=$T/run/explain/$E
same_maps() {
    [ "$(cd "$1" && sha256sum maps/*)" = "$(cd "$2" && sha256sum maps/*)" ]
}
ok "  the maps are the same" same_maps "$d" "$T/plain/explain/$E"
ok "  the pictures are not" not cmp -s "$d/overlays/$(ls "$d/overlays" | head -n 1)" \
    "$T/plain/explain/$E/overlays/$(ls "$d/overlays" | head -n 1)"
ok "  sanity.csv counts three cells" grep -qE \
    '^gradcam,all,spearman_100,3,' "$d/sanity.csv"
ok "  four depths" grep -q '^lime,all,ssim_25,3,' "$d/sanity.csv"
ok "  stability.csv tells of LIME" grep -qE '^lime,all,spearman,3,' \
    "$d/stability.csv"
ok "  and of no map without draws" not grep -q gradcam "$d/stability.csv"
for refused in cells=some cells=0 cells=-3 sanity=on colours=grey stability=21 \
    workers=257; do
    ok "explain.$refused is refused" status_is 2 papline plan "$T/c.yaml" \
        --set "explain.$refused"
    ok "  by name" says "explain.${refused%%=*}"
done
finish
