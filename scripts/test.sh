#!/bin/sh
# Runs every test that can run here; a part that cannot says why.
# RAIOX_TEST_PARTS chooses among: unit integration training e2e.
#
# Three lanes run side by side, because much of the time goes into waiting: the whole service; the
# single rooms and the contracts; the browser. Torch is installed from the beginning, and training is
# tested by whichever lane ends first. What a part prints, its slowest tests among it, is shown when it
# has ended. A test that waited too long beside the other lanes is judged alone in the end, and the
# output says which; one that fails alone fails.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

# Hundreds of processes are started, each of which would compile raiox anew.
unset PYTHONDONTWRITEBYTECODE

parts=${RAIOX_TEST_PARTS:-unit integration training e2e}
logs=build/tests
failed=

wanted() {
    case " $parts " in *" $1 "*) return 0 ;; esac
    return 1
}

find_chromium() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "installing chromium"
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null
}

# Those of deploy/; where they are absent, their tests are skipped and say so.
find_proxies() {
    command -v nginx >/dev/null 2>&1 && command -v caddy >/dev/null 2>&1 && return
    [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    say "installing nginx and caddy"
    apt-get update -qq && apt-get install -y -qq nginx caddy >/dev/null || say "they are not to be had here"
}

# Runs a part and keeps what it prints; its exit status lies in a file for `report`.
attempt() { # part command...
    part=$1
    shift
    status=0
    "$@" >"$logs/$part.log" 2>&1 || status=$?
    printf '%s\n' "$status" >"$logs/$part.status"
    say "$part: ended with status $status"
}

passed() { # part
    [ "$(cat "$logs/$1.status" 2>/dev/null)" = 0 ]
}

report() { # part
    wanted "$1" || { say "$1 tests: skipped, RAIOX_TEST_PARTS leaves them out"; return; }
    say "$1 tests"
    cat "$logs/$1.log"
}

# With nothing beside it; only where tests failed (pytest's exit status 1).
judge_alone() { # part command...
    part=$1
    shift
    wanted "$part" && ! passed "$part" || return 0
    if [ "$(cat "$logs/$part.status")" = 1 ]; then
        say "$part tests: those that failed, once more and alone"
        "$@" --last-failed --last-failed-no-failures none && return
    fi
    failed="$failed $part"
}

run_pytest() { # environment part argument...
    python=$1/bin/python cache=$logs/$2
    shift 2
    "$python" -m pytest -o cache_dir="$cache" --durations=20 --durations-min=2 "$@"
}

unit_tests() { run_pytest .venv unit "$@" tests/unit tests/contract; }

integration_tests() { run_pytest .venv integration "$@" tests/integration; }

browser_tests() {
    if find_chromium; then
        run_pytest .venv e2e "$@" tests/e2e
    else
        say "skipped, there is no chromium (Debian, Ubuntu: apt install chromium)"
    fi
}

lane_of() { # part command...
    if wanted "$1"; then
        attempt "$@"
    fi
    # Only one of them can make the folder.
    if wanted training && mkdir "$logs/training-begun" 2>/dev/null; then
        attempt training training_tests
    fi
}

training_tests() {
    while [ ! -f "$logs/training-setup.status" ]; do sleep 1; done
    cat "$logs/training-setup.log"
    [ "$(cat "$logs/training-setup.status")" = 0 ] || return 1
    run_pytest .venv-train training "$@" tests/training
}

rm -rf "$logs"
mkdir -p "$logs"
if wanted training; then
    attempt training-setup scripts/setup-train.sh &
fi
scripts/setup.sh dev
if wanted integration; then
    find_proxies
fi
lane_of unit unit_tests &
lane_of integration integration_tests &
lane_of e2e browser_tests &
wait
for part in unit integration training e2e; do
    report "$part"
done
judge_alone unit unit_tests
judge_alone integration integration_tests
judge_alone training training_tests
judge_alone e2e browser_tests

[ -z "$failed" ] || fail "failed:$failed"
say "all tests passed"
