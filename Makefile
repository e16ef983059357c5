# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed

.PHONY: demo docs batch test fuzz quick check format clean install

demo: $(STAMP)
	$(BIN)/siting run configs/aveyron.yaml
	$(BIN)/siting run configs/telecentres.yaml
	@$(BIN)/python -c "from siting import texts; print(texts.text('cli_workshop.after_demo', command='$(BIN)/siting serve configs/aveyron.yaml --open'))"

test: $(STAMP)
	$(BIN)/python scripts/ensure_chromium.py
	$(BIN)/python -m pytest -n 2

# four départements in the layouts of 2026 x three scenarios, within two minutes
batch: $(STAMP)
	$(BIN)/python benchmarks/batch.py

# the site, in build/site: French for planners, English for developers; opens from disk
docs: $(STAMP)
	$(BIN)/python scripts/build_site.py

# between two commits, under a minute: lint, types, the tests of the rooms that changed
quick: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 -x -m "not slow and not browser" $$($(BIN)/python scripts/quick_tests.py)

# damaged files of all kinds with new seeds, for so many minutes; ends with a table of buckets
MINUTES ?= 60
fuzz: $(STAMP)
	$(BIN)/python tests/robustness/harness.py --minutes $(MINUTES)

# bytes led by what the four readers of text do with them; needs `pip install atheris` (not on Windows)
fuzz-coverage: $(STAMP)
	$(BIN)/python tests/robustness/coverage_fuzz.py --minutes $(MINUTES)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(STAMP)

$(STAMP): pyproject.toml requirements-dev.lock hatch_build.py $(wildcard siting/browser/*.json siting/browser/shared/* siting/browser/map/* siting/browser/workshop/*)
	$(PYTHON) -c "import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else 'siting needs Python 3.11 to 3.13: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	$(BIN)/python -c "open('$(STAMP)', 'w').close()"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('$(VENV)', 'build', 'dist', '.pytest_cache', '.mypy_cache', '.ruff_cache', 'siting/browser/built')]"
