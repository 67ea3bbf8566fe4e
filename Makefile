# Every verb of the project. A fresh machine needs Python >= 3.11, make, Node 20 and a network; `make setup` brings the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
NODE_MODULES := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard */package-lock.json */*/package-lock.json))
WEB := web/dist/inspector/index.html
include deploy/images.mk
.PHONY: help setup demo pilot mining test test-kafka bench check fix contracts clean
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.synced $(NODE_MODULES) $(WEB) ## install all this project needs into .venv (and node_modules), build console and phone app

demo: setup ## start the embedded stack, run the pilot, print its table, keep serving
	$(BIN)/python -m pilot --serve

pilot: setup ## as demo, but exit when done; code 0 only if every figure matches
	$(BIN)/python -m pilot --event-log .casetrail/event-log

mining: setup ## read the last pilot's event log with pm4py: what it discovers covers every closed case
	UV_PROJECT_ENVIRONMENT=.tools/mining $(UV) sync --frozen --only-group mining --no-install-project --python $(PYTHON)
	.tools/mining/bin/python tests/mining/read_the_year.py .casetrail/event-log

test: setup ## run every test that needs no Docker
	$(BIN)/pytest -n 2 -m "not (system or stack)" && $(BIN)/pytest tests/system tests/stack # these start whole stacks

test-kafka: setup ## run the system tests that meet a broker against Apache Kafka, fetched by Maven (needs a JDK 17+)
	CASETRAIL_TEST_KAFKA=apache $(BIN)/pytest tests/system $(addprefix --ignore=tests/system/test_,client.py import_kills.py penalty_kills.py)

bench: setup ## measure every path beside its peer, write docs/benchmarks.md; code 1 if a floor is missed
	$(BIN)/python -m bench

check: setup audit ## format, lint, types, import contracts, house rules, libraries known to be vulnerable, secrets
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/mypy & { $(BIN)/lint-imports && $(BIN)/pytest -q tests/house && npm run --silent --prefix web check; } || failed=1; wait $$! && exit $${failed:-0}

fix: setup ## format and mend what the linter can mend
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

contracts: setup ## generate schemas, examples, AsyncAPI and OpenAPI from the code
	$(BIN)/python -m contracts.generate

clean: ## remove what was installed, built and kept: environments, caches, the embedded stack's data
	rm -rf .venv .tools .casetrail .casetrail-practice build dist web/dist web/generated .*_cache .hypothesis $(NODE_MODULES:/.package-lock.json=)
	find bench chassis contracts deploy pilot services tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(UV):
	$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --python $(PYTHON) && touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	npm ci --prefix $* && touch $@

$(WEB): web/node_modules/.package-lock.json $(shell find contracts/http contracts/forms web/*.* web/console web/inspector web/shared -type f)
	npm run --silent --prefix web build
