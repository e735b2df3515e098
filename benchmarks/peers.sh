#!/bin/sh
# Prepares what benchmarks/peers.py compares with: torch is in .venv-train; LitServe gets an
# environment of its own that sees it, Keras one of its own.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

scripts/setup-train.sh
peers=build/peers
[ -x "$peers/bin/python" ] || .venv-train/bin/python -m venv "$peers"
"$peers/bin/python" -c 'import litserve' 2>/dev/null || {
    say "installing LitServe into $peers"
    "$peers/bin/python" -m pip install --quiet 'litserve==0.2.19'
}
train=$(.venv-train/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
own=$("$peers/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$train" >"$own/train.pth"

keras=build/peers-keras
[ -x "$keras/bin/python" ] || .venv/bin/python -m venv "$keras"
"$keras/bin/python" -c 'import keras, PIL' 2>/dev/null || {
    say "installing TensorFlow into $keras (large; once)"
    "$keras/bin/python" -m pip install --quiet 'tensorflow-cpu==2.21.0' 'pillow==12.3.0'
}
