#!/bin/bash
# t0017 - weight files and features on the command line
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 1
C=tests/fuzz/corpus/keras_h5

ok "inspect reads what h5py wrote" status_is 0 \
    papline weights inspect $C/float16.h5
ok "  and names the tensors" says "a/conv/kernel:0"
ok "  and their shapes" says "3x3x2x4"
ok "a strange file is no network's" status_is 1 \
    papline weights import $C/float32.h5 -o "$T/x.safetensors"
ok "  the tensor is named" says "tensor 'conv/kernel:0' is not one of"
ok "  nothing is written" not test -e "$T/x.safetensors"
ok "a damaged weight file is refused" status_is 1 \
    papline weights import $C/bad_cut.h5 -o "$T/x.safetensors"
ok "  is said by name" says "bad_cut.h5': is not an HDF5 file, or damaged"
ok "import needs to know where to" status_is 2 \
    papline weights import $C/float32.h5
ok "  says so" says "weights import needs -o FILE"
ok "an unknown verb of weights is refused" \
    status_is 2 papline weights imprt $C/float32.h5
ok "  says so" says "not import, inspect, export or fetch"
for net in vgg16 vgg19 resnet50 mobilenetv2 densenet169; do
    ok "where $net is" status_is 0 papline weights fetch $net
    ok "  address" says https://storage.googleapis.com/tensorflow/keras-app
    ok "  checksum" says "md5: "
done
cat >"$T/curl" <<'EOF'
#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo other bytes >"$2"
EOF
chmod +x "$T/curl"
ok "a download with other bytes" status_is 1 \
    env "PATH=$T:$PATH" papline weights fetch vgg16 -o "$T/vgg16.h5"
ok "  is told" says "Keras' is 6d6bbae143d832006294945121d1f1fc"
ok "  and not kept" not ls "$T"/vgg16.h5*
printf '#!/bin/sh\nexit 6\n' >"$T/curl"
ok "fetching weights without a network stops" status_is 75 \
    env "PATH=$T:$PATH" papline weights fetch vgg16 -o "$T/vgg16.h5"

small_config "$T/c.yaml"
ok "a trained model" status_is 0 papline run "$T/c.yaml" --until train
M=$T/run/train/$E/model.safetensors
ok "  goes to Keras" status_is 0 papline weights export "$M" -o "$T/m.h5"
ok "  as a whole model" says "mobilenetv2 as a model of Keras"
ok "  and is the same there" status_is 0 papline weights inspect "$T/m.h5"
ok "  with its head" says "4 tensors of a top"
ok "  gives features" status_is 0 papline features --weights "$M" \
    --images "$CELLS" -o "$T/f.npy" --size 64
ok "  of every image" says "100 images, 1280 pooled numbers"
ok "  its .h5 gives them, too" status_is 0 papline features \
    --weights "$T/m.h5" --images "$CELLS" -o "$T/g.npy" --size 64
ok "  the same bits" cmp "$T/f.npy" "$T/g.npy"
ok "at the side of its pictures" status_is 0 papline features \
    --weights "$M" --images "$CELLS" -o "$T/own.npy"
ok "  where no other is asked for" status_is 0 papline features \
    --weights "$M" --images "$CELLS" -o "$T/32.npy" --size 32
ok "  the same bits" cmp "$T/own.npy" "$T/32.npy"
ok "features into no directory" status_is 2 papline features --weights "$M" \
    --images "$CELLS" -o "$T/nowhere/f.npy"
ok "  are refused before they are computed" says "no directory '$T/nowhere'"
ok "a model of another scaling" status_is 0 papline run "$T/c.yaml" \
    --until train --set train.input=raw --set preprocess.resize=lanczos
ok "  as weights" status_is 0 papline weights export "$M" \
    -o "$T/w.safetensors"
ok "  keeps it" status_is 0 papline weights inspect "$T/w.safetensors"
for of in "$M" "$T/w.safetensors"; do
    papline features --weights "$of" --images "$CELLS" --size 32 \
        -o "$T/$(basename "$of").npy" >/dev/null 2>&1
done
ok "  and gives the same features" cmp "$T/model.safetensors.npy" \
    "$T/w.safetensors.npy"
ok "  not those of before" not cmp -s "$T/w.safetensors.npy" "$T/32.npy"
ok "a layer by its name" status_is 0 papline features --weights "$M" \
    --images "$CELLS/$(ls "$CELLS" | head -n 1)" -o "$T/l.npy" --size 64 \
    --layer block_1_project_BN
ok "a layer that there is not" status_is 2 papline features --weights "$M" \
    --images "$CELLS" -o "$T/l.npy" --layer block_1_projct_BN
ok "  names the nearest" says "nearest is 'block_1_project_BN'"
finish
