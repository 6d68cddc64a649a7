#!/bin/bash
# t0043 - make lint names the tool that it lacks, and what is not in style
. "$(dirname "$0")/lib.sh"
lint=(make -s -C "$ROOT" lint SOURCES="$T/one.c")

# Programs that find no fault, one of them missing at a time.
tools=(clang-format cppcheck)
mkdir "$T/bin"
printf '#!/bin/sh\n' >"$T/content"
chmod +x "$T/content"
for c in "${tools[@]}"; do
    ln -s ../content "$T/bin/$c"
done
touch "$T/one.c"
ok "lint with all tools" status_is 0 "${lint[@]}" PATH="$T/bin"
for c in "${tools[@]}"; do
    rm "$T/bin/$c"
    ok "lint without $c" status_is 2 "${lint[@]}" PATH="$T/bin"
    ok "  says so" says "lint: $c is not installed"
    ln -s ../content "$T/bin/$c"
done

# What the tools themselves say is passed on, where they are.
if command -v clang-format >/dev/null; then
    printf 'int one( void );\n' >"$T/one.c"
    ok "a file in another format" status_is 2 "${lint[@]}"
    ok "  is named" says "code should be clang-formatted"
fi
if command -v cppcheck >/dev/null; then
    ln -sf "$(command -v cppcheck)" "$T/bin/cppcheck"
    printf 'int one(void)\n{\n    int i;\n    return i;\n}\n' >"$T/one.c"
    ok "a file with a fault" status_is 2 "${lint[@]}" PATH="$T/bin:$PATH"
    ok "  is named" says "Uninitialized variable: i"
fi
finish
