#!/bin/sh
# Fills a folder with every wheel that a machine without Internet needs, raiox and its page included:
# `wheelhouse.sh FOLDER [option of pip download…]`, e.g. for another machine
# `wheelhouse.sh FOLDER --python-version 3.12 --platform manylinux_2_28_x86_64`.
# There: python3 -m venv /opt/raiox && /opt/raiox/bin/pip install --no-index --find-links FOLDER raiox
set -eu
[ $# -gt 0 ] || { echo "usage: wheelhouse.sh FOLDER [option of pip download…]" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup.sh serve
say "building raiox into $folder"
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$folder" .
say "fetching what it needs"
.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --dest "$folder" --requirement requirements/serve.txt "$@"
(cd "$folder" && sha256sum -- *.whl >SHA256SUMS)
say "ready: $folder ($(find "$folder" -name '*.whl' | wc -l) wheels)"
