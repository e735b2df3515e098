#!/bin/sh
# Writes the locks in requirements/ from pyproject.toml, for Python 3.11 to 3.13 on every system.
# Pins that still fit stay; `lock.sh --upgrade` takes the newest. Plain pip reads the result.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

fill_environment .venv dev

compile() { # lock options...
    lock=$1
    shift
    say "requirements/$lock.txt"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command "make lock" --output-file "requirements/$lock.txt" "$@"
}

compile serve pyproject.toml --extra pdf --group build ${1:-}
compile fleet pyproject.toml --extra postgres --extra s3 --constraints requirements/serve.txt ${1:-}
compile dev pyproject.toml --group dev --constraints requirements/serve.txt ${1:-}
# torch differs from machine to machine: scripts/setup-train.sh installs it by itself.
compile train pyproject.toml --extra train --group build --group test \
    --constraints requirements/dev.txt --no-emit-package torch ${1:-}
compile node --group node ${1:-}
