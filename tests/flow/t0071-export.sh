#!/bin/bash
# t0071 - models for ONNX Runtime, Keras and PyTorch: there they say what papline
# predict says; what is not installed (make rivals, python3-torch) is skipped
. "$(dirname "$0")/lib.sh"
RIVALS=${RIVALS:-$ROOT/build/rivals}
export NODE_PATH=$RIVALS/node_modules
small_config "$T/c.yaml"
ok "pictures in a store" status_is 0 papline run "$T/c.yaml" --until preprocess
S=$T/run/data
mapfile -t pictures < <(cut -d, -f1 "$S/index.csv" | sed -n '2~25p' |
    sed "s|^|$CELLS/|")

export_as() { # export_as <name> <ending> [--torch]
    papline weights export "$T/$1.model" -o "$T/$1.$2" "${@:3}"
}
made() { # made <name> <network> <head> <cut> <takes sizes>: all of its files
    "$TOOLS/fresh_model" "$T/$1.model" "$2" "$3" "$4" 32 "$5" || return 1
    case $3 in
    project*) "$TOOLS/outputs" "$T/$1.model" "$S" 4 >"$T/$1.csv" ;;
    *) papline predict "$T/$1.model" "${pictures[@]}" -o "$T/$1.csv" ;;
    esac && export_as "$1" onnx && export_as "$1" h5 &&
        export_as "$1" safetensors --torch
}
compare() { # compare <what it needs> <command...>: its checks, which it ends
    "${@:2}" >"$T/said" 2>"$T/errors"
    take_checks "$T/said"
    ok "$1: all models were looked at" ended
}
ended() { grep -qx done "$T/said" || { cat "$T/errors"; return 1; }; }
has_module() { [ -d "$NODE_PATH/$1" ] && command -v node >/dev/null; }
skipped() { # skipped <what> <why>
    n=$((n + 1))
    echo "ok $n # skip no $1: $2"
}

ok "MobileNetV2 with sizes is exported" \
    made mobilenetv2 mobilenetv2 classifier - 1
ok "ResNet-50 as the authors cut it is exported" \
    made resnet50 resnet50 dropout conv4_block1_0_conv 1
ok "DenseNet-169, cut, is exported" \
    made densenet169 densenet169 linear conv4_block2_concat 0
ok "an encoder is exported" \
    made encoder resnet50 project_two conv2_block3_out 0
ok "VGG16, cut, is exported" made vgg16 vgg16 paper block3_pool 0
ok "VGG19, cut, is exported" made vgg19 vgg19 paper block3_conv2 1
few="mobilenetv2 resnet50 densenet169 encoder"

if has_module onnxruntime-node; then
    compare "ONNX Runtime" node "$ROOT/tests/tools/exported_onnx.js" "$S" "$T" \
        $few vgg16 vgg19
else
    skipped onnxruntime-node "make rivals installs it"
fi
if has_module @tensorflow/tfjs; then
    compare TensorFlow.js node "$ROOT/tests/tools/exported_keras.js" "$S" \
        "$T" $few
else
    skipped @tensorflow/tfjs "make rivals installs it"
fi
if /usr/bin/python3 -c "import numpy" 2>/dev/null; then
    cd "$T" || exit 1
    compare "Python" /usr/bin/python3 "$ROOT/tests/tools/exported.py" "$S" . \
        "$ROOT/common/export/torch_loader.py" $few vgg16 vgg19
else
    skipped "Debian's python3-numpy" "apt-get installs it"
fi
finish
