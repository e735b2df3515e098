#!/bin/sh
# Fuzzes the intake and the API and writes what was found into docs/reference/promises.md.
# Options are those of tests/torture/fuzz.py; what failed is kept in tests/torture/corpus/.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh dev
.venv/bin/python tests/torture/fuzz.py "$@"
