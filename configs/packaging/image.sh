#!/bin/bash
# image.sh build|run - what is done in an image of Debian: build this tree and
# install it below /out, or fetch the packages that it needs to run
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
share=/usr/local/share/papline/packaging

fetch() { # fetch <package>...
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "$@" >/dev/null
}

needed() { # packages of the libraries that are loaded, libvips when a picture
    # is read; mpirun; ps and pgrep
    { ldd /out/usr/local/bin/* /out/usr/local/lib/*.so |
        awk '$2 == "=>" { print $3 }'
        /sbin/ldconfig -p | awk '$1 == "libvips.so.42" { print $NF }'
    } | sort -u | xargs -n 1 realpath |
        { xargs -n 1 dpkg -S 2>/dev/null || true; } | cut -d: -f1
    printf '%s\n' openmpi-bin procps
}

case ${1:-} in
build)
    fetch make ca-certificates
    make -C "$here/../.." deps
    make -C "$here/../.." -j"$(nproc)" install DESTDIR=/out PREFIX=/usr/local
    install -D -t "/out$share" "$here/image.sh"
    needed | sort -u >"/out$share/packages" ;;
run)
    mapfile -t packages <"$share/packages"
    fetch "${packages[@]}"
    rm -rf /var/lib/apt/lists/*
    ldconfig
    found=$(papline doctor || true)
    grep '^ok *libvips' <<<"$found" ;;
*)
    echo "image.sh: build or run" >&2
    exit 2 ;;
esac
