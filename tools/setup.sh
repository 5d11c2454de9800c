#!/usr/bin/env bash
# Installs what a build needs and this machine lacks, through the system's package manager where that is
# allowed. What cannot be had is said, with what happens instead; only a missing compiler or Python stops.
#
#   WITH     more that is wanted and can be done without: valgrind
#   PYTHON   the Python to build for       LIBZMQ   which libzmq will be used: auto, system or bundled
# shellcheck disable=SC2086  # lists of plain words: the bash of macOS has no usable arrays
set -euo pipefail
PYTHON=${PYTHON:-python3}
LIBZMQ=${LIBZMQ:-auto}
WITH=${WITH:-}

has_compiler() { command -v c++ || command -v clang++; } >/dev/null 2>&1
has_header() { echo "#include <$1>" | c++ -I/opt/homebrew/include -E -x c++ -; } >/dev/null 2>&1
has_pkg_config() { command -v pkg-config; } >/dev/null 2>&1
has_library() { has_pkg_config && pkg-config --exists "$1"; }
has_venv() { "$PYTHON" -c 'import ensurepip, venv'; } >/dev/null 2>&1
has_python_headers() {
    "$PYTHON" -c 'import os, sysconfig; open(os.path.join(sysconfig.get_path("include"), "Python.h"))'
} >/dev/null 2>&1

# Sets `missing` to what is missing, in the words of this script.
look_around() {
    missing=""
    has_compiler || missing+=" compiler"
    has_pkg_config || missing+=" pkg-config"
    has_header doctest/doctest.h || missing+=" doctest"
    has_venv || missing+=" venv"
    has_python_headers || missing+=" python-headers"
    [[ $WITH != valgrind ]] || command -v valgrind >/dev/null 2>&1 || missing+=" valgrind"
    if [[ $LIBZMQ == bundled ]]; then
        has_library libsodium || missing+=" libsodium"
    elif [[ -z ${ZMQ_PREFIX:-} ]]; then
        has_library 'libzmq >= 4.2' || missing+=" libzmq"
        has_header zmq.hpp || missing+=" cppzmq"
    fi
}

is_missing() { [[ "$missing " == *" $1 "* ]]; }

# Names the package for each missing thing, as the package manager $1 calls it.
packages_of() {
    local thing
    for thing in $missing; do
        case $1:$thing in
        apt-get:compiler) echo g++ ;;
        apt-get:pkg-config) echo pkg-config ;;
        apt-get:doctest) echo doctest-dev ;;
        apt-get:venv) echo python3-venv ;;
        apt-get:python-headers) echo python3-dev ;;
        apt-get:valgrind | dnf:valgrind) echo valgrind ;;
        apt-get:libzmq) echo libzmq3-dev ;;
        apt-get:cppzmq) echo cppzmq-dev ;;
        apt-get:libsodium) echo libsodium-dev ;;
        dnf:compiler) echo gcc-c++ ;;
        dnf:pkg-config) echo pkgconf-pkg-config ;;
        dnf:doctest) echo doctest-devel ;;
        dnf:python-headers) echo python3-devel ;;
        dnf:libzmq) echo zeromq-devel ;;
        dnf:cppzmq) echo cppzmq-devel ;;
        dnf:libsodium) echo libsodium-devel ;;
        brew:pkg-config) echo pkgconf ;;
        brew:libzmq) echo zeromq ;;
        brew:cppzmq | brew:doctest | brew:libsodium) echo "$thing" ;;
        esac
    done
}

install_missing() {
    local manager as_root="" packages
    for manager in apt-get dnf brew none; do
        command -v "$manager" >/dev/null 2>&1 && break
    done
    if [[ $manager == none ]]; then
        echo "setup: missing here:$missing; no package manager that this script knows is"
        return
    fi
    if [[ $manager != brew && $EUID -ne 0 ]]; then
        if ! sudo -n true 2>/dev/null; then
            echo "setup: missing here:$missing; not installed, for want of root or a sudo without password"
            return
        fi
        as_root="sudo -n"
    fi
    packages=$(packages_of "$manager")
    [[ -n $packages ]] || return 0
    echo "setup: installing" $packages "with $manager"
    case $manager in
    apt-get)
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -qq -y --no-install-recommends $packages >/dev/null
        ;;
    dnf) $as_root dnf install -q -y $packages ;;
    brew) brew install -q $packages ;;
    esac || echo "setup: $manager could not install them all"
}

look_around
if [[ -n $missing ]]; then
    install_missing
    look_around
fi
if is_missing libzmq; then
    [[ $LIBZMQ == system ]] || echo "setup: no libzmq, so the pinned release is downloaded and built"
    has_library libsodium || echo "setup: no libsodium either, so that libzmq is built without CURVE security"
fi
if is_missing doctest; then
    echo "setup: no doctest, so the pinned release is downloaded for the C++ tests"
fi
if is_missing cppzmq; then
    echo "setup: no cppzmq, so the C++ tests go without those of code that uses it"
fi
for needed in compiler venv python-headers; do
    if is_missing "$needed"; then
        echo "setup: cannot go on without: $needed (for $PYTHON)" >&2
        exit 1
    fi
done
