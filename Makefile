# Everything this project can be asked to do. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

help:  ## list the commands
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.venv/installed: pyproject.toml
	test -x $(BIN)/python || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	@touch $@

demo: .venv/installed  ## the whole service with seeded data, and links that can talk to each other
	@$(BIN)/visitation demo $(ARGS)

test: .venv/installed-dev  ## everything the tests need, then all of them
	@tests/prepare
	$(BIN)/python -m pytest $(ARGS)

check: .venv/installed-dev  ## formatting, lint, types, import contracts, catalogues, compose file
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

clean:  ## forget the environment and the demo's data
	rm -rf .venv .demo

.PHONY: help demo test check fmt clean
