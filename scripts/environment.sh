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

# Only .venv, which users know, gets a pip, and it fills the others: to unpack another takes seconds.
# So .venv comes first, before scripts that run side by side.
make_environment() { # folder
    [ -x "$1/bin/python" ] && return
    python=$(find_python)
    say "making $1 with $python"
    case $1 in
        .venv) "$python" -m venv "$1" ;;
        *) make_environment .venv && "$python" -m venv --without-pip "$1" ;;
    esac
}

# The lock is complete, so nothing is resolved: every hash is checked and every wheel unpacked. Only the
# service's packages are compiled beforehand, because another user may run it; of the others few are ever
# imported.
fill_environment() { # folder lock
    mark=$(fingerprint "requirements/$2.txt")
    is_done "$1/.filled-$2" "$mark" && return
    make_environment "$1"
    say "filling $1 from requirements/$2.txt"
    case $2 in
        serve) install_locked "$1" --compile --requirement requirements/serve.txt ;;
        dev | train) unpack_with_uv "$1" "$2" || install_locked "$1" --requirement "requirements/$2.txt" ;;
        *) install_locked "$1" --requirement "requirements/$2.txt" ;;
    esac
    printf '%s\n' "$mark" >"$1/.filled-$2"
}

run_pip() { # folder option...
    folder=$1
    shift
    .venv/bin/python -m pip --quiet --disable-pip-version-check --python "$folder/bin/python" install "$@"
}

install_locked() { # folder option...
    folder=$1
    shift
    run_pip "$folder" --no-compile --no-deps --require-hashes "$@"
}

# The locks of developers are long, and uv, which the lock of the tests pins, takes a tenth of pip's time.
# It does not read pip's configuration: where an index stands only there, it fails and pip is used.
unpack_with_uv() { # folder lock
    sed -n '/^uv==/,/# via/p' requirements/dev.txt >"$1/uv.txt"
    install_locked "$1" --requirement "$1/uv.txt" &&
        "$1/bin/uv" pip install --quiet --python "$1/bin/python" \
            --no-deps --require-hashes --requirement "requirements/$2.txt"
}

install_raiox() { # folder
    mark=$(fingerprint pyproject.toml src/raiox/__init__.py)
    is_done "$1/.raiox" "$mark" && return
    say "installing raiox into $1"
    run_pip "$1" --no-deps --no-build-isolation --editable .
    printf '%s\n' "$mark" >"$1/.raiox"
}
