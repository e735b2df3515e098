#!/bin/sh
# Installs Ray Core (214 MB) into .venv and runs the tests that need it, which are skipped without it.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh dev
.venv/bin/python -c "import ray" 2>/dev/null || { say "installing Ray (214 MB)"; .venv/bin/python -m pip install --quiet "ray>=2.55,<3"; }
exec .venv/bin/python -m pytest tests/integration/test_shard_jobs.py -k ray
