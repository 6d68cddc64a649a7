#!/bin/bash
# t0075 - an installed tree, wherever it lies: programs, library, Python module
. "$(dirname "$0")/lib.sh"
skip() { # skip <what> <why>
    n=$((n + 1))
    echo "ok $n - $1 # skip $2"
}
if ldd "$BIN/papline" | grep -qE 'lib(a|t)san'; then
    skip "an installed tree" "with a sanitizer the library suits no other program"
    finish
fi
B=$(cd "$BIN/.." && pwd)
install=(make -s -C "$ROOT" B="$B" PREFIX=/opt/papline DESTDIR="$T/root")
ok "make install" "${install[@]}" install
installed=$(cd "$T/root" && find . ! -type d | sort)
ok "  into the prefix alone" not grep -v '^\./opt/papline/' <<<"$installed"
P="$T/some place" # another than it was made for
mv "$T/root/opt/papline" "$P"
PATH=$P/bin:$PATH
for f in include/papline.h lib/libpapline.a lib/libpapline.so lib/pkgconfig/papline.pc \
    share/man/man1/papline.1 share/man/man1/papline-predict.1 \
    share/bash-completion/completions/papline share/zsh/site-functions/_papline \
    share/papline/papline.py share/papline/configs/demo.yaml \
    share/papline/configs/benchmark/folds.csv share/doc/papline/LICENSE; do
    ok "  $f" test -s "$P/$f"
done
ok "  every program" test "$(cd "$BIN" && echo papline*)" = "$(cd "$P/bin" && echo papline*)"

# --- programs ----------------------------------------------------------------
small_config "$T/c.yaml"
mv "$P/bin/papline-draw" "$T/"
ok "an installed papline finds no other's stages" status_is 1 papline run "$T/c.yaml" \
    --until draw --set dataset.path= --set dataset.draw_per_class=3 --run "$T/none"
ok "  but looks for its own" says "'$P/bin/papline-draw' is missing"
mv "$T/papline-draw" "$P/bin/"
ok "an installed papline runs" status_is 0 papline run "$T/c.yaml" --until evaluate \
    --set train.bn_momentum=0.5 --set train.learning_rate=0.003 # which tells cells apart
ok "  and writes a bundle" status_is 0 papline report "$T/run"
M=$T/run/report/bundle/$E
mapfile -t pictures < <(find "$CELLS" -name '*.bmp' | sort | head -n 40)
ok "  and predicts by it" status_is 0 papline predict "$M" "${pictures[@]}" -o "$T/said"

# --- the library ---------------------------------------------------------------
export PKG_CONFIG_PATH="$P/lib/pkgconfig" LD_LIBRARY_PATH="$P/lib"
foreign() { nm "$@" --defined-only | awk 'NF > 1 && $NF !~ /^(papline_|PAPLINE_)/'; }
ok "the shared library shows papline.h alone" test -z "$(foreign -D "$P/lib/libpapline.so")"
ok "  and so does the archive" test -z "$(foreign -g "$P/lib/libpapline.a" | grep -v ':$')"
ok "  with a version in its name" grep -q 'SONAME.*libpapline\.so\.[0-9]' \
    <(readelf -d "$P/lib/libpapline.so")
ok "  and needs neither MPI nor queues" not grep -E 'NEEDED.*(mpi|zmq|hdf5)' \
    <(readelf -d "$P/lib/libpapline.so")
ok "  the version of the programs" test "papline $(pkg-config --modversion papline)" = \
    "$(papline --version)"
example() { # example <words of pkg-config>: compile it; it says what predict does
    eval "set -- $("$@")"
    ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$T/say" \
        "$P/share/papline/examples/say.c" "$@" &&
        "$T/say" "$M" "${pictures[0]}" >"$T/say.out" && cmp "$T/say.want" "$T/say.out"
}
shared() { pkg-config --cflags --libs papline; }
static() { pkg-config --static --cflags --libs papline | sed 's/-lpapline/-l:libpapline.a/'; }
papline predict "$M" "${pictures[0]}" -o "$T/one.csv" >"$T/out"
awk -F, 'NR == 1 { for (i = 3; i < NF - 1; i++) name[i] = substr($i, 3) }
    NR == 2 { for (i = 3; i < NF - 1; i++) print name[i], $i }' "$T/one.csv" >"$T/say.want"
ok "the C example says what predict does, bit for bit" example shared
ok "  linked with the archive, too" example static
ok "  which it needs no library for" not grep -q libpapline <(ldd "$T/say")
ok "what cannot be read is said" status_is 1 "$T/say" "$M" "$T/c.yaml"
ok "  with its name" says "c.yaml"

# --- Python ----------------------------------------------------------------------
mkdir "$T/cells"
for i in "${!pictures[@]}"; do
    ln -s "${pictures[i]}" "$T/cells/$(printf %03d "$i").bmp"
done
ok "features for Python" status_is 0 papline features --images "$T/cells" --size 32 \
    --weights "$M/models/model.safetensors" -o "$T/said/features.npy"
python=/usr/bin/python3
export PYTHONPATH="$P/share/papline" PYTHONDONTWRITEBYTECODE=1
if $python -c 'import numpy' 2>/dev/null; then
    $python "$ROOT/tests/flow/library.py" "$M" "$T/said" "${pictures[@]}" >"$T/python" 2>&1
    while read -r line; do
        ok "${line#*- }" test "${line%%ok*}" != "not "
    done < <(grep -E '^(not )?ok' "$T/python")
    ok "Python ran all its checks" grep -q '^1\.\.18$' "$T/python"
    ok "the Python example" $python "$P/share/papline/examples/say.py" "$M" "${pictures[@]:0:2}"
else
    skip "the Python module" "Debian's python3-numpy is not installed"
fi

mkdir -p "$T/root/opt" && mv "$P" "$T/root/opt/papline"
ok "make uninstall" "${install[@]}" uninstall
ok "  removes every file" test -z "$(find "$T/root" ! -type d)"
finish
