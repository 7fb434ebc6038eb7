# Everything a developer needs, from nothing but Python 3.11+, git and make: `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= auto
TESTS ?= tests
# The console's tools, with the Node of its wheel.
CONSOLE := $(BIN)/rollcall console
NPM := $(CONSOLE) npm
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help setup run test test-e2e check format bench-fanout bench-off bench-paint verify lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv from the hashed lock

run: $(READY) ## start PostgreSQL, Valkey, the API and the console; Ctrl-C stops them all
	@exec $(BIN)/rollcall up

test: $(READY) ## run every test on the real engines (TESTS=path picks some in Python, WORKERS=n sets the processes)
	$(CONSOLE) build
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)
ifeq ($(TESTS),tests)
	$(NPM) test
	@$(MAKE) --no-print-directory test-e2e
endif

test-e2e: $(READY) ## the console's tests in a browser (CHROMIUM=path names one)
ifneq ($(CHROMIUM),)
	$(CONSOLE) build
	CHROMIUM=$(CHROMIUM) PYTHON=$(CURDIR)/$(BIN)/python $(NPM) run test:e2e
else ifeq ($(CI),true)
	@echo "No Chromium was found, and CI skips nothing: apt-get install chromium" >&2; exit 1
else
	@echo "SKIPPED the console's tests in a browser: no Chromium was found."
	@echo "  On Debian and Ubuntu: apt-get install chromium; one that is elsewhere: make test-e2e CHROMIUM=/path/to/it"
endif

check: $(READY) ## formatting, lint, types, layers, and the contract and migration tests; the same of the console
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n $(WORKERS) tests/architecture tests/contract tests/integration/test_migrations.py
	$(NPM) run check
	$(CONSOLE) build
	$(NPM) run size

format: $(READY) ## rewrite the files as the formatter and the linter's safe fixes want them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

bench-fanout: $(READY) ## live fan-out against the peers, about 10 minutes (BENCH=--quick for one; BENCH="--json FILE" keeps the records)
	@$(BIN)/python -m bench.fanout $(BENCH)
	@$(BIN)/python -m bench.writes $(BENCH_WRITES)

bench-off: $(READY) ## from disabling a user to their last closed socket, 2 instances, 1,000 sockets, about 2 minutes
	@$(BIN)/python -m bench.off $(BENCH)

bench-paint: $(READY) ## first paint of sign-in and directory over a slow link, and the server's work for a page (needs a Chromium)
	$(CONSOLE) build
	CHROMIUM=$(CHROMIUM) PYTHON=$(CURDIR)/$(BIN)/python $(NPM) run paint

verify: $(READY) ## prove a deployment of two instances while everything is killed, about 4 minutes
	@$(BIN)/python -m bench.verify $(BENCH)

# The locks hold hashes for every platform and name no registry: they are the same wherever they are made.
COMPILE := .venv-lock/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet
lock: ## resolve the dependencies again and write both locks (UPGRADE=1 takes newer releases)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	$(COMPILE) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove what was built; the data under .rollcall stays
	rm -rf $(VENV) .venv-lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build dist
	rm -rf frontend/node_modules frontend/build frontend/.svelte-kit frontend/test-results .rollcall/npm-cache
	find . -name __pycache__ -type d -not -path './.rollcall/*' -prune -exec rm -rf {} +

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rollcall needs Python 3.11 or later: make PYTHON=/path/to/python")'
	@echo "Setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@
