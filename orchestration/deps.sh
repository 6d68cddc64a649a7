#!/bin/bash
# deps.sh - install what Papline needs, or say what is missing
#
# The one list: pkg-config name (or command), Debian/Ubuntu package, names
# elsewhere.  "a|b" means either package will do; what is named by a header
# (inc:) only makes Papline faster, and is not required.
set -u
list='
cmd:mpicc       libopenmpi-dev              openmpi        openmpi
cmd:mpirun      openmpi-bin                 openmpi        openmpi
cmd:gcc         gcc                         gcc            gcc_linux-64
cmd:pkg-config  pkg-config                  pkgconf        pkg-config
cmd:prove       perl                        perl           perl
cmd:pgrep       procps                      procps         procps-ng
pc:libzmq       libzmq3-dev                 libzmq         zeromq
pc:msgpack|msgpack-c libmsgpack-c-dev|libmsgpack-dev msgpack-c  msgpack-c
pc:openblas     libopenblas-dev             openblas       openblas
pc:vips         libvips-dev                 libvips        libvips
pc:jansson      libjansson-dev              jansson        jansson
pc:libsodium    libsodium-dev               libsodium      libsodium
pc:nettle       nettle-dev                  nettle         nettle
pc:yaml-0.1     libyaml-dev                 libyaml        yaml
pc:hdf5         libhdf5-dev                 hdf5           hdf5
inc:dnnl.h      libdnnl-dev                 onednn         onednn
'

present() { # present <kind:name[|name]>: is one of them here?
    local kind=${1%%:*} name
    for name in $(tr '|' ' ' <<<"${1#*:}"); do
        case $kind in
        cmd) command -v "$name" >/dev/null && return 0 ;;
        pc) pkg-config --exists "$name" 2>/dev/null && return 0 ;;
        inc) echo "#include <$name>" | ${CC:-cc} -E - >/dev/null 2>&1 &&
            return 0 ;;
        esac
    done
    return 1
}

missing=()
while read -r what deb spack conda; do
    [ -n "$what" ] && ! present "$what" && missing+=("$what $deb $spack $conda")
done <<<"$list"

if [ ${#missing[@]} -eq 0 ]; then
    echo "deps: everything is installed"
    exit 0
fi
required=$(printf '%s\n' "${missing[@]}" | grep -vc '^inc:')

sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
if ! command -v apt-get >/dev/null ||
    { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
    echo "deps: missing, and this user cannot install packages:"
    printf '  %-20s Debian: %-24s spack/module: %-12s conda: %s\n' \
        ${missing[@]}
    if [ "$required" -eq 0 ]; then
        echo "deps: none of these is required, only faster"
        exit 0
    fi
    echo "deps: load or install them, e.g. 'module load openmpi openblas' or"
    echo "      'conda install -c conda-forge NAMES', then run make again"
    exit 1
fi

$sudo apt-get update -qq || echo "deps: package lists could not be renewed"
packages=()
for line in "${missing[@]}"; do
    read -r _ deb _ _ <<<"$line"
    for name in $(tr '|' ' ' <<<"$deb"); do
        if [ -n "$(apt-cache policy "$name" | grep Candidate: | grep -v none)" ]
        then
            packages+=("$name")
            break
        fi
    done
done
echo "deps: installing ${packages[*]}"
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq \
    --no-install-recommends "${packages[@]}" >/dev/null || {
    echo "deps: apt-get could not install the packages above"
    exit 1
}
for line in "${missing[@]}"; do
    [ "${line%%:*}" = inc ] || present "${line%% *}" || {
        echo "deps: still missing after installation: ${line%% *}"
        exit 1
    }
done
echo "deps: done"
