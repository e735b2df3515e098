#!/bin/sh
# Types, style and unit tests of the page, with the Node that built it.
set -eu
cd "$(dirname "$0")/.."

scripts/build-page.sh
PATH="$PWD/.venv-node/bin:$PATH"
cd ui
for tool in "svelte-check --tsconfig ./tsconfig.json --fail-on-warnings" "eslint --max-warnings 0 ." "vitest run"; do
    # shellcheck disable=SC2086  # the options are words of their own
    node_modules/.bin/$tool
done
