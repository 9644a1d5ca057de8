# Needs python3 (3.11 or newer) with venv, and make. Everything else comes from uv.lock into .venv.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
STAMP := .venv/.installed
# Again with the system's certificates where a proxy of one's own stands before the registry.
SYNC := $(BIN)/uv sync --quiet --frozen --no-progress
export UV_PYTHON_DOWNLOADS := never
# Test processes start by the dozen: what one has compiled the next one finds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install lock demo run test test-postgres check format openapi capabilities bench chaos

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

install: $(STAMP) ## Install what the lock file names; other targets do it themselves

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Crossdock needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
		|| { echo "No virtual environment could be made: on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		"$$(sed -n 's/^ *"\(uv==[0-9.]*\)".*/\1/p' pyproject.toml)" \
		|| { echo "uv could not be installed: is the package registry reachable?" >&2; exit 1; }
	@$(SYNC) 2>/dev/null || $(SYNC) --system-certs \
		|| { echo "The packages of uv.lock could not be installed; the lines above say why." >&2; exit 1; }
	@$(BIN)/python -m config.bootstrap
	@touch $(STAMP)

lock: $(STAMP) ## Refresh uv.lock after a change of pyproject.toml
	$(BIN)/uv lock

demo: $(STAMP) ## Orders through the real API, worker and a simulator of the vendors
	@$(BIN)/python manage.py demo $(ARGS)

run: $(STAMP) ## Development server at http://127.0.0.1:8000
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py runserver $(ARGS)

# Tables come from the models here; the suite on PostgreSQL and the demo run the migrations.
test: $(STAMP) ## The suite on SQLite
	@env -u DATABASE_URL $(BIN)/python -m pytest -n 3 --nomigrations $(ARGS)

test-postgres: $(STAMP) ## The suite with the fault tests on a throw-away PostgreSQL
	@sh tests/postgres.sh $(BIN)/python -m pytest -n 3 $(ARGS)

check: $(STAMP) ## Linters, types, import contracts, migrations, settings, OpenAPI file
	@sh tests/check.sh

format: $(STAMP) ## Rewrite the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: $(STAMP) ## Refresh config/openapi.yaml
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file config/openapi.yaml

capabilities: $(STAMP) ## Refresh the README's table of what each system can do
	$(BIN)/python manage.py capabilities --write

bench: $(STAMP) ## Benchmarks
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: $(STAMP) ## The long fault run
	@$(BIN)/python -m tests.chaos $(ARGS)
