# Everything this project can be asked to do. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP = $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --constraint config/constraints.txt
# Where there is no home to write to, what is downloaded is kept with the environment.
ifeq ($(shell test -d "$$HOME" -a -w "$$HOME" && echo yes),)
export UV_CACHE_DIR := $(CURDIR)/.venv/cache
export HOME := $(CURDIR)/.venv
endif
# A machine that trusts its own certificate authority says so here; uv would not look.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= true
endif
export UV_LINK_MODE := copy
# A service that is killed is back a second sooner when nothing is compiled again.
export UV_COMPILE_BYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

help:  ## list the commands
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'This needs Python 3.11 or newer; name it with make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo 'Python lacks venv: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Installing into .venv, which takes a minute or two the first time.' >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet uv==0.13.9

.venv/installed: .venv/bin/uv pyproject.toml config/constraints.txt
	@$(PIP) --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	@$(PIP) --editable '.[dev]'
	@touch $@

demo: .venv/installed  ## the whole service with seeded data, and links that can talk to each other
	@$(BIN)/visitation demo $(ARGS)

test: .venv/installed-dev  ## everything the tests need, then all of them
	@tests/prepare
	$(BIN)/python -m pytest --numprocesses 3 --dist loadscope $(ARGS)

check: .venv/installed-dev  ## formatting, lint, types, import contracts, compose file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml

fmt: .venv/installed-dev  ## put the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-%: .venv/installed-dev  ## measure one thing side by side, for example bench-media
	$(BIN)/python -m tests.bench.$(subst -,_,$*) $(ARGS)

simulate: .venv/installed-dev  ## a country's year of visits, with fair allocation and without
	$(BIN)/python -m tests.simulate $(ARGS)

prove-%: .venv/installed-dev  ## try hard to break one thing, for example prove-booking-race
	$(BIN)/python -m tests.prove.$(subst -,_,$*) $(ARGS)

screenshots: .venv/installed-dev  ## docs/gallery anew: every page, in both languages
	$(BIN)/python -m tests.gallery $(ARGS)

voices: .venv/installed-dev  ## speak the sentences that have no recording yet (needs espeak-ng)
	$(BIN)/python -m web.voice.making

train: .venv/installed  ## learn anew what people's sentences ask for, and measure it
	$(BIN)/python -m visitation.filing.training
	$(BIN)/python -m visitation.filing.measuring

constraints: .venv/installed-dev  ## pin the newest releases that pyproject.toml allows
	$(BIN)/python -m uv pip compile --quiet --upgrade --universal --extra dev \
	    --no-header --no-annotate --output-file config/constraints.txt pyproject.toml

clean:  ## forget the environment and the demonstration's data
	rm -rf .venv .demo

.PHONY: help demo test check fmt simulate screenshots voices train constraints clean
