#!/bin/sh
# Prepares .venv-train: the service plus torch, for training and for exporting networks.
# RAIOX_TORCH_INDEX: an extra index for torch, e.g. https://download.pytorch.org/whl/cpu where
# there is no NVIDIA card; without it pip takes the wheel of PyPI, which brings CUDA on Linux.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

torch=torch==2.13.0

install_torch() {
    is_done .venv-train/.torch "$torch ${RAIOX_TORCH_INDEX:-}" && return
    make_environment .venv-train
    say "installing $torch into .venv-train (large; once)"
    run_pip .venv-train --no-compile \
        ${RAIOX_TORCH_INDEX:+--extra-index-url "$RAIOX_TORCH_INDEX"} "$torch"
    printf '%s\n' "$torch ${RAIOX_TORCH_INDEX:-}" >.venv-train/.torch
}

install_torch
fill_environment .venv-train train
install_raiox .venv-train
say "ready: .venv-train"
