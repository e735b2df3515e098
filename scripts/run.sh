#!/bin/sh
# Prepares what the service needs, and nothing else, then serves; options go to `raiox serve`.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh serve
exec .venv/bin/raiox serve "$@"
