#!/bin/bash
# t0076 - the archive of a release: the tracked files, the same bytes each time,
# one version
. "$(dirname "$0")/lib.sh"
if [ ! -e "$ROOT/.git" ]; then
    n=1
    echo "ok 1 - an archive # skip this is no git checkout"
    finish
fi
version=$(papline --version | cut -d' ' -f2)
dist() { make -s -C "$1" dist DIST="$2"; }
ok "make dist" dist "$ROOT" "$T/a"
A=$T/a/papline-$version.tar.gz
ok "  has the version of the programs" test -s "$A"
tar -C "$T" -xzf "$A"
ok "it has the tracked files, and no others" cmp \
    <(cd "$T/papline-$version" && find . ! -type d | sed 's|^\./||' | sort) \
    <(git -C "$ROOT" ls-tree -r --name-only HEAD | sort)
planned() { make -s -n -C "$1" MODE=release B=build/none all | grep -c 'echo "  CC'; }
ok "it builds as many files as this tree" test "$(planned "$T/papline-$version")" -eq \
    "$(git -C "$ROOT" ls-tree -r --name-only HEAD common proto stages orchestration |
        grep '\.c$' | grep -vc '/examples/')"
ok "the README names the version" grep -q "Version $version" "$ROOT/README.md"

git clone -q --shared "$ROOT" "$T/clone" 2>"$T/log"
git -C "$T/clone" tag "v$version"
ok "another clone, with a tag of this version" dist "$T/clone" "$T/b"
ok "  gives the same bytes" cmp "$A" "$T/b/papline-$version.tar.gz"
git -C "$T/clone" tag v99.0.0
ok "a tag of another version is refused" status_is 2 make -s -C "$T/clone" dist DIST="$T/d"
ok "  with both" says "tagged v99.0.0, and common/base/version.h says $version"
ok "outside of git" status_is 2 make -s -C "$T/papline-$version" dist DIST="$T/e"
ok "  it says so" says "is no git checkout"
finish
