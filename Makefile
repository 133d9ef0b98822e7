# Everything happens in .venv, which the first target makes: Python 3.11 or newer is all that is needed.
# PYTHON=/path/to/python3 chooses another one.

SHELL = /bin/sh
SETUP = $(or $(PYTHON),python3) scripts/bootstrap.py
BIN = .venv/bin

.DEFAULT_GOAL = help
.PHONY: help run test check bench fmt clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

run: ## the whole product on this machine, with demonstration data (PORT=8000)
	@$(SETUP) run && exec $(BIN)/python -m voxysapps.embedded

test: ## the tests (ARGS="tests/embedded -k port" for some of them)
	@$(SETUP) dev && exec $(BIN)/python -m pytest $(ARGS)

check: ## style, types, layers, migrations, settings, templates
	@$(SETUP) dev && exec $(BIN)/python scripts/check.py

bench: ## measurements against the goals (ONLY=P1,P3 for some of them)
	@$(SETUP) dev && exec $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

fmt: ## put code and templates into shape
	@$(SETUP) dev
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

clean: ## remove .venv and everything a run left behind
	rm -rf .venv .run .mypy_cache .ruff_cache .import_linter_cache staticfiles test-results *.egg-info
