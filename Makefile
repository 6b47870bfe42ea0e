# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
PORT ?= 5000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check format bench device trial lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run ## start the demonstration on http://127.0.0.1:5000 (PORT=… for another)
	@$(VENV)/bin/hailong db upgrade 2>/dev/null
	@$(VENV)/bin/hailong demo load
	@printf '\nHài Lòng: http://127.0.0.1:%s\n' $(PORT)
	@$(VENV)/bin/hailong demo logins
	@exec $(VENV)/bin/gunicorn --config instance/gunicorn.example.py --bind 127.0.0.1:$(PORT) 'survey_app:create_app()'

test: $(VENV)/test chromium ## install what tests need and run everything
	@PYTHONHASHSEED=0 $(PYTHON) -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(TESTS)

check: $(VENV)/test ## format, lint, types, templates
	@$(VENV)/bin/ruff format --check . && $(VENV)/bin/ruff check . && $(VENV)/bin/mypy && \
	 $(VENV)/bin/djlint survey_app/web/templates --lint --quiet

format: $(VENV)/test ## write the one format
	@$(VENV)/bin/ruff check --fix-only --quiet . && $(VENV)/bin/ruff format .

bench: $(VENV)/test ## measure the promised speeds, coverage and false alarms (half an hour) beside their promises
	@status=0; for each in tests.benchmarks tests.benchmarks.streaming tests.benchmarks.coverage tests.benchmarks.false_alarms \
	  tests.benchmarks.rechecks tests.benchmarks.publication; do \
	  $(PYTHON) -m $$each || status=1; done; exit $$status

device: $(VENV)/test chromium ## measure an enumerator's device in Chromium: storage, queue, kills, a slow network
	@$(PYTHON) -m tests.benchmarks.device

trial: $(VENV)/test ## repeat the measurement behind the way answers are stored
	@$(PYTHON) tests/benchmarks/storage_trial.py

lock: ## renew the lock files with uv (https is asked of the configured index; no address is written)
	uv pip compile pyproject.toml --extra build --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra test --extra check --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-header --quiet -c requirements.lock -o requirements-dev.lock

clean: ## remove the virtual environment and the demonstration's database
	rm -rf $(VENV) instance/hailong.sqlite*

$(VENV)/bin/pip:
	@python3 -c 'import ensurepip' 2>/dev/null || \
	  { echo 'Python cannot make a virtual environment here: apt-get install python3-venv'; exit 1; }
	@python3 -m venv $(VENV)

$(VENV)/run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo 'Installing…'
	@$(VENV)/bin/pip install --quiet --require-hashes -r requirements.lock
	@$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/test: requirements-dev.lock $(VENV)/run
	@echo 'Installing what tests need…'
	@$(VENV)/bin/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  echo 'Installing Chromium for the browser tests…'; \
	  $$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null; }
