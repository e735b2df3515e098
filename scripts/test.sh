#!/bin/sh
# Runs every test that can run here; a part that cannot says why.
# RAIOX_TEST_PARTS chooses among: unit integration training e2e.
#
# The parts, the large ones in two shares, are taken by three lanes that run side by side, because much of
# the time goes into waiting. Torch is installed meanwhile; training comes last. What a share prints, its
# slowest tests among it, is shown when all have ended. A test that waited too long beside the other lanes
# is judged alone in the end, and the output says which; one that fails alone fails.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

# Hundreds of processes are started, each of which would compile raiox anew.
unset PYTHONDONTWRITEBYTECODE

parts=${RAIOX_TEST_PARTS:-unit integration training e2e}
shares="integration-1 e2e-1 integration-2 unit e2e-2 training"
logs=build/tests
failed=

wanted() { # part or share of it
    case " $parts " in *" ${1%-*} "*) return 0 ;; esac
    return 1
}

# The browser without windows takes half the processor time of the whole one.
has_headless_shell() { command -v chromium-headless-shell >/dev/null 2>&1; }

has_chromium() {
    for program in chromium-headless-shell chromium chromium-browser google-chrome; do
        command -v "$program" >/dev/null 2>&1 && return
    done
    return 1
}

has_proxies() { command -v nginx >/dev/null 2>&1 && command -v caddy >/dev/null 2>&1; }

# A browser and the proxies of deploy/, where they may be installed. Where they are absent, the tests that
# need them are skipped and say so.
install_programs() {
    has_headless_shell && has_proxies && return
    [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    apt-get update -qq
    has_headless_shell || install_headless_shell || has_chromium
    has_proxies || apt-get install -y -qq nginx caddy >/dev/null
}

# Of the version of a chromium that is there: both share their files.
install_headless_shell() {
    version=$(dpkg-query --show --showformat '=${Version}' chromium-common 2>/dev/null || true)
    apt-get install -y -qq "chromium-headless-shell$version" >/dev/null
}

# Runs a command and keeps what it prints; its exit status lies in a file for `report`.
attempt() { # name command...
    name=$1
    shift
    status=0
    "$@" >"$logs/$name.log" 2>&1 || status=$?
    printf '%s\n' "$status" >"$logs/$name.status"
    say "$name: ended with status $status"
}

run_share() { # share option...
    share=$1
    shift
    case $share in
        unit) run_pytest .venv "$@" tests/unit tests/contract ;;
        integration-1) run_pytest .venv "$@" tests/integration/test_[a-k]*.py ;;
        integration-2) run_pytest .venv "$@" tests/integration/test_[l-z]*.py ;;
        e2e-1) run_in_browser "$@" tests/e2e/test_[a-m]*.py ;;
        e2e-2) run_in_browser "$@" tests/e2e/test_[n-z]*.py ;;
        training) run_with_torch "$@" tests/training ;;
    esac
}

run_pytest() { # environment argument...
    python=$1/bin/python
    shift
    "$python" -m pytest -o cache_dir="$logs/$share" --durations=20 --durations-min=2 "$@"
}

run_in_browser() {
    if has_chromium; then
        run_pytest .venv "$@"
    else
        say "skipped, there is no chromium (Debian, Ubuntu: apt install chromium)"
    fi
}

run_with_torch() {
    while [ ! -f "$logs/torch.status" ]; do sleep 1; done
    cat "$logs/torch.log"
    [ "$(cat "$logs/torch.status")" = 0 ] || return 1
    run_pytest .venv-train "$@"
}

# Takes one share after the other; only one lane can make the folder of a share.
lane() {
    for each in $shares; do
        if wanted "$each" && mkdir "$logs/$each" 2>/dev/null; then
            attempt "$each" run_share "$each"
        fi
    done
}

report() { # share
    wanted "$1" || { say "$1: skipped, RAIOX_TEST_PARTS leaves it out"; return; }
    say "$1"
    cat "$logs/$1.log"
}

# With nothing beside it; only where tests failed (pytest's exit status 1).
judge_alone() { # share
    wanted "$1" || return 0
    status=$(cat "$logs/$1.status")
    [ "$status" = 0 ] && return
    if [ "$status" = 1 ]; then
        say "$1: what failed, once more and alone"
        run_share "$1" --last-failed --last-failed-no-failures none && return
    fi
    failed="$failed $1"
}

rm -rf "$logs"
mkdir -p "$logs"
make_environment .venv
if wanted training; then
    attempt torch scripts/setup-train.sh &
fi
attempt programs install_programs &
programs=$!
scripts/setup.sh dev
wait "$programs"
lane &
lane &
lane &
wait
for each in $shares; do
    report "$each"
done
for each in $shares; do
    judge_alone "$each"
done

[ -z "$failed" ] || fail "failed:$failed"
say "all tests passed"
