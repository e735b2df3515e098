# Thin names for the scripts, which run just as well where make is absent.
.DEFAULT_GOAL := help
.PHONY: help setup run test check torture fuzz fleet ray shards deploy-check capacity sbom bench performance docs evidence train-setup splits lock

help: ## Show these names
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

setup: ## Prepare .venv and the page (once; then instant)
	@scripts/setup.sh

run: ## Prepare what it takes, then serve on http://127.0.0.1:8000
	@scripts/run.sh

test: ## Prepare what it takes, then run every test that can run here
	@scripts/test.sh

check: ## Style, types, layers, page and fast tests
	@scripts/check.sh

torture: ## Attack the real service for 20 minutes and write down which promises held
	@scripts/torture.sh

fleet: ## Kill, cut and restart a service of many processes, and audit what is left
	@scripts/fleet.sh

ray: ## Install Ray and test the commands that run on it
	@scripts/ray.sh

shards: setup ## Kill the workers of a batch of FOLDER ten times and count its rows
	@.venv/bin/python benchmarks/shards.py "$(FOLDER)"

deploy-check: ## Render and check what deploy/ holds, without Docker or a cluster
	@scripts/deploy-check.sh

capacity: setup ## Measure the queue, check the capacity model by it, rewrite docs/explanation/scale.md
	@.venv/bin/python benchmarks/capacity.py

fuzz: ## Fuzz the intake and the API, and write down what was found
	@scripts/fuzz.sh

bench: setup ## Measure the service on this machine
	@.venv/bin/raiox bench

performance: setup ## Compare with other ways of serving a network; rewrite docs/reference/performance.md
	@benchmarks/peers.sh && .venv/bin/python benchmarks/peers.py

docs: setup ## Rewrite docs/reference/ and the contract of the page from the code
	@.venv/bin/python scripts/docs/reference.py
	@.venv/bin/python scripts/docs/contract.py

evidence: setup ## Measure the shipped bundles with every test, rewrite docs/evidence and the readmes
	@scripts/evidence.sh

train-setup: ## Prepare .venv-train, with torch
	@scripts/setup-train.sh

splits: train-setup ## Rewrite recipes/splits.json from RAIOX_DATASETS
	@.venv-train/bin/python scripts/docs/splits.py

sbom: setup ## Write the bill of materials of the service, CycloneDX, into build/
	@.venv/bin/python scripts/sbom.py

lock: ## Rewrite requirements/ from pyproject.toml
	@scripts/lock.sh
