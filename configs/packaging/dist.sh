#!/bin/bash
# dist.sh DIR - the tracked files as DIR/papline-VERSION.tar.gz, the same bytes
# each time; a release is a commit with the tag vVERSION
set -eu -o pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/.*PAPLINE_VERSION "\(.*\)"/\1/p' common/base/version.h)
out=$1/papline-$version.tar.gz
fail() {
    echo "dist: $*" >&2
    exit 1
}
[ -e .git ] || fail "this is no git checkout, so nothing says which files belong to it"
for tag in $(git tag --points-at HEAD 'v*'); do
    [ "$tag" = "v$version" ] ||
        fail "the commit is tagged $tag, and common/base/version.h says $version"
done
git diff --quiet HEAD || echo "dist: changes that are not committed are left out" >&2
mkdir -p "$1"
rm -f "$1"/papline-*.tar.gz
git archive --format=tar --prefix="papline-$version/" HEAD | gzip -n >"$out.new"
mv "$out.new" "$out"
echo "$out"
