# Everything a developer needs; requires only Python 3.11+, git and make. `make help` lists the targets.

PYTHON ?= python3
# One more than processors: tests wait for engines and servers about a third of their time.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
TESTS ?= tests
# In lower case, because a make variable replaces the environment variable of the same name for every program that make
# starts: a variable named CONSOLE would hide the setting CONSOLE.
venv := .venv
bin := $(venv)/bin
ready := $(venv)/.ready
# The console's tools, with Node from its wheel.
console_tool := $(bin)/rollcall console
npm := $(console_tool) npm
# The first is the smallest: it opens a page in half of the time.
CHROMIUM ?= $(firstword $(foreach name,chromium-headless-shell chromium chromium-browser google-chrome,$(shell command -v $(name))))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help setup run test test-console test-e2e no-browser mutants check check-python check-console format bench-growth bench-queries bench-fanout bench-off bench-oracle bench-sign-ins bench-paint bench-inp plans verify docs site reference bench-rest bench-steady bench-workers images docs-test stack lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(ready) ## create .venv from the hashed lock

run: $(ready) ## start PostgreSQL, Valkey, the API and the console; Ctrl-C stops them
	@exec $(bin)/rollcall up

# These tests do not need a built console.
plain := tests/unit% tests/architecture% tests/contract%
# These send all kinds of documents, and run a second time without the compiler (schema/execution/plans.py).
both_ways := $(patsubst %,tests/api/test_%.py,cost counts errors graphql graphql_requests graphql_sessions odd_input \
	pages permissions positions)
test: $(ready) ## run every test on the real engines (TESTS=path selects Python tests, WORKERS=n sets the number of processes)
ifneq ($(filter-out $(plain),$(TESTS)),)
	$(console_tool) build
endif
	$(bin)/python -m pytest -n $(WORKERS) $(TESTS)
ifeq ($(TESTS),tests)
	$(bin)/python -m pytest -n $(WORKERS) --without-compiler $(both_ways)
	@$(MAKE) --no-print-directory -j 3 test-console $(browser_tests)
endif

test-console: $(ready)
	$(npm) test

mutants: $(ready) ## mutation tests: 85 % of the mutants of the domain and 80 % of the console's must be killed (MUTANTS="--minutes 5")
	$(bin)/python -m bench.mutants $(MUTANTS)
	$(npm) run mutants

# Tests in a browser wait more than they compute, so two halves run at once, each with engines and a directory of its own.
browser_tests := $(if $(CHROMIUM),browser-1-of-2 browser-2-of-2,no-browser)
test-e2e: $(ready) ## the console's tests in a browser (CHROMIUM=path names one, Debian's chromium-headless-shell is the quickest)
	$(console_tool) build
	@$(MAKE) --no-print-directory -j 2 $(browser_tests)

browser-%-of-2: $(ready)
	CHROMIUM=$(CHROMIUM) PYTHON=$(CURDIR)/$(bin)/python $(npm) -- exec -- vitest run --config vitest.e2e.config.ts --shard=$*/2

no-browser:
ifeq ($(CI),true)
	@echo "No Chromium was found, and CI skips nothing: apt-get install chromium" >&2; exit 1
else
	@echo "SKIPPED the console's tests in a browser: no Chromium was found."
	@echo "  On Debian and Ubuntu: apt-get install chromium. Elsewhere: make test-e2e CHROMIUM=/path/to/chromium"
endif

check: $(ready) ## check formatting, lint, types, layers, the console's and the documentation's
	@$(MAKE) --no-print-directory -j 2 check-python check-console

check-python: $(ready)
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	@$(MAKE) --no-print-directory site

check-console: $(ready)
	$(npm) run check
	$(console_tool) build
	$(npm) run size

format: $(ready) ## apply the formatters and the linter's safe fixes
	$(bin)/ruff check --fix .
	$(bin)/ruff format .
	$(npm) run format

bench-growth: $(ready) ## measure lists and searches at 10,000 and 1,000,000 users, about 15 minutes, of which seeding is kept (BENCH=--relevance: who comes first)
	@$(bin)/python -m bench.growth $(BENCH)

bench-queries: $(ready) ## benchmark queries and mutations against other servers, about 5 minutes (BENCH="--only page --servers rollcall")
	@$(bin)/python -m bench.queries $(BENCH)

bench-rest: $(ready) ## benchmark v1 against FastAPI, with the ORM and with asyncpg, about 2 minutes (BENCH="--only page")
	@$(bin)/python -m bench.rest $(BENCH)

bench-steady: $(ready) ## measure start, memory at rest, and memory through a million requests and 20 rounds of 5,000 sockets, about 20 minutes (BENCH="--requests 10000 --rounds 2")
	@$(bin)/python -m bench.steady $(BENCH)

bench-workers: $(ready) ## measure what one port answers with one worker and with two, about 2 minutes (BENCH="--only point --workers 4")
	@$(bin)/python -m bench.workers $(BENCH)

bench-fanout: $(ready) ## benchmark live fan-out against other servers, about 10 minutes (BENCH=--quick for one; BENCH="--json FILE" keeps the records)
	@$(bin)/python -m bench.fanout $(BENCH)
	@$(bin)/python -m bench.writes $(BENCH_WRITES)

bench-off: $(ready) ## measure from disabling a user to their last closed socket, with 2 instances and 1,000 sockets, and to a refusal by other services, about 3 minutes
	@$(bin)/python -m bench.off $(BENCH)
	@$(bin)/python -m bench.off.services

bench-oracle: $(ready) ## measure whether the time of sign-ins, resets, sign-ups and changes reveals known addresses, about 6 minutes
	@$(bin)/python -m bench.oracle $(BENCH)

bench-sign-ins: $(ready) ## measure sign-ins a second of one process, and how long its event loop waits meanwhile, about 2 minutes
	@$(bin)/python -m bench.sign_ins $(BENCH)

bench-paint: $(ready) ## measure first paint of sign-in and directory over a slow connection, and the server's time for a page (needs Chromium)
	$(console_tool) build
	CHROMIUM=$(CHROMIUM) PYTHON=$(CURDIR)/$(bin)/python $(npm) run paint

bench-inp: $(ready) ## measure how long each interaction with the directory waits for its paint, with a processor four times slower (needs Chromium)
	$(console_tool) build
	CHROMIUM=$(CHROMIUM) PYTHON=$(CURDIR)/$(bin)/python $(npm) run inp

plans: $(ready) ## write docs/reference/plans.md anew: how PostgreSQL reads each list, search and count at 100,000 users, about a minute
	@$(bin)/python -m bench.plans

images: $(ready) ## build both images with buildah, print their sizes, and run them read-only and without capabilities (root; IMAGES="options of buildah build")
	@deploy/images.sh $(IMAGES)

verify: $(ready) ## prove that two instances lose nothing while every process is killed, about 4 minutes
	@$(bin)/python -m bench.verify $(BENCH)

# Patroni has an environment of its own too: only this uses it.
patroni_venv := .venv-patroni
stack: $(ready) $(patroni_venv)/.ready ## start PostgreSQL under Patroni, Valkey with Sentinel, three instances and Caddy, and cause faults (STACK="--only primary --sockets 200")
	@$(console_tool) build
	@$(bin)/python -m bench.topology $(STACK)

$(patroni_venv)/.ready: bench/topology/requirements.lock
	@$(PYTHON) -m venv --clear $(patroni_venv)
	@$(patroni_venv)/bin/python -m pip install --quiet --require-hashes --requirement bench/topology/requirements.lock
	@touch $@

# The site has an environment of its own, so that nobody who runs Rollcall installs what builds it.
docs_venv := .venv-docs
docs: reference site ## build docs/ as a site in build/docs, with the reference from the code; a broken link fails

site: $(docs_venv)/.ready
	$(docs_venv)/bin/sphinx-build -q -W --keep-going -c docs/tools -d build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

docs-test: $(ready) ## run the examples of Apollo, urql, Relay and gql in docs/ against a live server, about a minute
	@$(bin)/python -m docs.examples

reference: $(ready) ## write the pages of docs/reference that come from the code
	@$(bin)/python -m docs.tools

$(docs_venv)/.ready: docs/tools/requirements.lock
	@$(PYTHON) -m venv --clear $(docs_venv)
	@$(docs_venv)/bin/python -m pip install --quiet --require-hashes --requirement docs/tools/requirements.lock
	@touch $@

# The locks contain hashes for every platform and no registry, so that they are the same wherever they are made.
compile := .venv-lock/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet
client := tests/api/clients/python
lock: ## resolve the dependencies again and write the locks (UPGRADE=1 upgrades them)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	$(compile) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(compile) $(if $(UPGRADE),--upgrade) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(subst pyproject.toml,$(client)/requirements.in,$(compile)) $(if $(UPGRADE),--upgrade) --output-file $(client)/requirements.lock
	$(subst pyproject.toml,docs/tools/requirements.in,$(compile)) $(if $(UPGRADE),--upgrade) --output-file docs/tools/requirements.lock
	$(subst pyproject.toml,docs/examples/requirements.in,$(compile)) $(if $(UPGRADE),--upgrade) --output-file docs/examples/requirements.lock
	$(subst pyproject.toml,bench/topology/requirements.in,$(compile)) $(if $(UPGRADE),--upgrade) --output-file bench/topology/requirements.lock

clean: ## remove everything that was built; the data in .rollcall stays
	rm -rf $(venv) $(docs_venv) $(patroni_venv) .venv-lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build dist
	rm -rf frontend/node_modules frontend/build frontend/.svelte-kit frontend/test-results .rollcall/npm-cache
	find . -name __pycache__ -type d -not -path './.rollcall/*' -prune -exec rm -rf {} +

$(ready): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rollcall needs Python 3.11 or later: make PYTHON=/path/to/python")'
	@echo "Setting up $(venv) (about a minute, once)"
	@$(PYTHON) -m venv --clear $(venv)
	@$(bin)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@$(bin)/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@
