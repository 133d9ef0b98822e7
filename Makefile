# Everything happens in .venv, which the first target makes: Python 3.11 or newer is all that is needed.
# PYTHON=/path/to/python3 chooses another one.

SHELL = /bin/sh
SETUP = $(or $(PYTHON),python3) scripts/bootstrap.py
BIN = .venv/bin
# What `check --deploy` and the migrations are checked with: as in production, but on nobody's database.
PRODUCTION = DEBUG=0 SIMULATOR=0 ALLOWED_HOSTS=apps.example.com,admin.example.com ADMIN_HOSTS=admin.example.com \
	DATABASE_URL=sqlite://:memory: REDIS_URL= EMAIL_URL=smtp+tls://mail.example.com:587 \
	DEFAULT_FROM_EMAIL=support@example.com PUBLIC_URL=https://apps.example.com \
	SECRET_KEY=`$(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))'` \
	ENCRYPTION_KEYS=`$(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))'`

.DEFAULT_GOAL = help
.PHONY: help run test check docs screenshots bench outsider fmt messages clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

run: ## the whole product on this machine, with demonstration data (PORT=8000)
	@$(SETUP) run && exec $(BIN)/python -m voxysapps.embedded

test: ## the tests, on all cores (ARGS="tests/embedded -k port" for some of them)
	@$(SETUP) dev && exec $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

check: ## style, types, layers, migrations, settings, templates
	@$(SETUP) dev
	@echo "== style"
	@$(BIN)/ruff check --output-format concise --quiet .
	@$(BIN)/ruff format --check --quiet --output-format concise .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== layers"
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo --no-cache
	@echo "== migrations"
	@$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	@echo "== settings for production"
	@$(PRODUCTION) DATABASE_URL=postgres://db.invalid/voxys REDIS_URL=unix:///run/redis.sock $(BIN)/python manage.py check --deploy --fail-level WARNING
	@echo "== templates"
	@$(BIN)/djlint . --lint --quiet
	@echo "All checks passed."

docs: ## the documentation as a site, in docs/_build/html
	@$(SETUP) dev
	@$(BIN)/python -m sphinx --builder html --fresh-env --fail-on-warning --quiet docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

screenshots: ## the pictures of the documentation, taken anew (ONLY=orders,publish for some of them)
	@$(SETUP) dev && exec $(BIN)/python -m scripts.screenshots $(ONLY)

bench: ## measurements against the goals (ONLY=P1,P3 for some of them)
	@$(SETUP) dev && exec $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

outsider: ## a panel and a connector made by somebody who has no checkout, up to the agent's window
	@$(SETUP) dev && exec $(BIN)/python -m scripts.outsider $(ARGS)

fmt: ## put the code into shape
	@$(SETUP) dev
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

messages: ## new sentences into the translations, compiled (needs gettext)
	@$(SETUP) dev
	@$(BIN)/python manage.py makemessages -l de -l ar --no-wrap --add-location file --no-obsolete \
		-i .venv -i tests -i benchmarks -i scripts -i simulator -i examples -i scaffolding -i docs
	@$(BIN)/python manage.py compilemessages -i .venv

clean: ## remove .venv and everything a run left behind
	rm -rf .venv .run .mypy_cache .ruff_cache .import_linter_cache staticfiles test-results build docs/_build *.egg-info
