# Python environments: find an interpreter, make one, fill it from a lock.
# Sourced by the scripts beside it, from the root of the repository.

say() {
    printf 'raiox: %s\n' "$*"
}

fail() {
    printf 'raiox: %s\n' "$*" >&2
    exit 1
}

# Prints one line that changes when any of the files, or the order of them, does.
fingerprint() {
    cat "$@" | cksum
}

is_done() { # stamp fingerprint
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian, Ubuntu: apt install python3-venv)."
}

make_environment() { # folder
    [ -x "$1/bin/python" ] && return
    python=$(find_python)
    say "making $1 with $python"
    "$python" -m venv "$1"
}

# The lock is complete, so pip resolves nothing: it checks every hash and unpacks. Only the service's
# packages are compiled beforehand, because another user may run it; of the others few are ever imported.
fill_environment() { # folder lock
    mark=$(fingerprint "requirements/$2.txt")
    is_done "$1/.filled-$2" "$mark" && return
    make_environment "$1"
    say "filling $1 from requirements/$2.txt"
    compile=--no-compile
    [ "$2" = serve ] && compile=--compile
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check "$compile" \
        --no-deps --require-hashes --requirement "requirements/$2.txt"
    printf '%s\n' "$mark" >"$1/.filled-$2"
}

install_raiox() { # folder
    mark=$(fingerprint pyproject.toml src/raiox/__init__.py)
    is_done "$1/.raiox" "$mark" && return
    say "installing raiox into $1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --no-build-isolation --editable .
    printf '%s\n' "$mark" >"$1/.raiox"
}
