#!/bin/bash
# t0020 - stores of every recipe are derived again to the byte; sheets
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
declare -A jpeg=([notebook]=95)
for r in notebook paper strong; do
    ok "a store by recipe $r is made and derived again" \
        status_is 0 papline run "$T/c.yaml" --run "$T/$r" \
        --until augment --set "augment.recipe=$r" --set augment.variants=6 \
        --set augment.workers=2 --set "preprocess.jpeg=${jpeg[$r]:-0}"
    ok "  derived again" status_is 0 papline verify --augment "$T/$r" \
        --sample 1000
    ok "  says how many" says "variants derived again: the same bytes"
done
ok "half of a store is derived again" \
    status_is 0 papline verify "$T/paper" --augment --sample 7
ok "  says so" says "7 of "
chmod u+w "$T/paper/augment" "$T/paper/augment/images.npy"
size=$(stat -c %s "$T/paper/augment/images.npy")
printf '\001\002\003' | dd of="$T/paper/augment/images.npy" bs=1 conv=notrunc \
    seek=$((size - 3)) status=none
ok "a changed byte is found by deriving again" \
    status_is 1 papline verify --augment "$T/paper" \
    --sample 1000
ok "  is found" says "other bytes than those stored"
ok "a run that is not there is refused" \
    status_is 2 papline verify --augment "$T/nowhere"
ok "a sample of nothing is refused" \
    status_is 2 papline-augment --again "$T/strong" --sample 0

cell=$(find "$CELLS" -name '*.bmp' | sort | head -n 1)
ok "a sheet of every operation" status_is 0 papline augment-preview "$cell" \
    -o "$T/all.png"
ok "a sheet of a recipe" status_is 0 papline augment-preview "$cell" \
    -o "$T/strong.png" --recipe strong --seed 3
is_png() { head -c 4 "$1" | grep -q PNG; }
ok "  both are pictures" eval "is_png $T/all.png && is_png $T/strong.png"
ok "a sheet of an unknown recipe is refused" \
    status_is 2 papline augment-preview "$cell" \
    -o "$T/x.png" --recipe weak
ok "  says which there are" says "known: geometric, light, notebook"
ok "a sheet of a picture that is not there fails" \
    status_is 1 papline augment-preview "$T/x.bmp" \
    -o "$T/x.png"
ok "a sheet without a name is refused" \
    status_is 2 papline augment-preview "$cell"
finish
