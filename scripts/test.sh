#!/bin/sh
# Runs every test that can run here; a part that cannot says why.
# RAIOX_TEST_PARTS chooses among: service training e2e.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

parts=${RAIOX_TEST_PARTS:-service training e2e}
failed=

wanted() {
    case " $parts " in *" $1 "*) return 0 ;; esac
    say "$1 tests: skipped, RAIOX_TEST_PARTS leaves them out"
    return 1
}

attempt() { # part command...
    part=$1
    shift
    say "$part tests"
    "$@" || failed="$failed $part"
}

find_chromium() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "installing chromium"
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null
}

scripts/setup.sh dev
if wanted service; then
    attempt service .venv/bin/python -m pytest tests/unit tests/integration tests/contract
fi
if wanted training; then
    scripts/setup-train.sh
    attempt training .venv-train/bin/python -m pytest tests/training
fi
if wanted e2e; then
    if find_chromium; then
        attempt e2e .venv/bin/python -m pytest tests/e2e
    else
        say "e2e tests: skipped, there is no chromium (Debian, Ubuntu: apt install chromium)"
    fi
fi

[ -z "$failed" ] || fail "failed:$failed"
say "all tests passed"
