#!/bin/sh
# Attacks the real service for about 20 minutes and writes what was measured into
# docs/reference/promises.md. Options are those of tests/torture/torture.py.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh dev
.venv/bin/python tests/torture/torture.py "$@"
