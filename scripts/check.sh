#!/bin/sh
# Everything that judges a change within a minute or two: style, types, layers, the page, fast tests.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh dev

say "style"
.venv/bin/ruff check
.venv/bin/ruff format --check
say "types"
.venv/bin/mypy
say "layers"
.venv/bin/lint-imports
say "page"
scripts/check-page.sh
say "fast tests"
.venv/bin/python -m pytest -m "not slow and not data" tests/unit tests/contract
