#!/bin/sh
# Prepares .venv and the page: `setup.sh` for the service, `setup.sh dev` for its tests too.
# What is there already is left alone, so a second call takes no time.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

lock=${1:-serve}
[ -f "requirements/$lock.txt" ] || fail "there is no requirements/$lock.txt"

make_environment .venv
scripts/build-page.sh &
page=$!
fill_environment .venv "$lock"
install_raiox .venv
wait "$page"
say "ready: .venv ($lock)"
