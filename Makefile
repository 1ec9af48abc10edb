# Two commands are enough: `make demo` and `make test`. Everything else is for those who work on Dateline.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check gate bench corpus-check docs setup clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.installed ## make the virtual environment and install everything that pip can

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Dateline needs Python 3.11 or newer; set PYTHON=python3.12 or so."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,parquet,neo4j]'
	@touch $@

demo: $(VENV)/.installed ## build a graph from the shipped samples and say where to look
	$(BIN)/kg build samples -o output
	@echo
	$(BIN)/kg query quoted-most -o output
	@echo
	$(BIN)/kg rank --top 8 -o output
	@echo
	@echo "Open output/graph.html in a browser. More questions: $(BIN)/kg queries"

test: $(VENV)/.installed ## the tests that pip alone can run, under 5 minutes; names aloud what it skipped
	$(BIN)/python -m pytest -n 2 -q -m "not browser and not server and not jena and not slow"

test-all: $(VENV)/.installed ## everything: browser, servers, Jena, kill loops (installs Debian packages)
	scripts/system-packages
	$(BIN)/python -m pytest -q -m "browser or server or jena or slow"

check: $(VENV)/.installed ## ruff, mypy --strict, import floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

gate: $(VENV)/.installed ## quality floors on the gold data, where it is there
	$(BIN)/python -m tests.gate --shared $(SHARED)

bench: $(VENV)/.installed ## speed and memory, printed as ratios within one run
	$(BIN)/python scripts/bench_nlp.py samples
	$(BIN)/python scripts/bench_store.py
	$(BIN)/python scripts/bench_network.py
	$(BIN)/python scripts/bench_draw.py

corpus-check: $(VENV)/.installed ## validate the annotated articles in training/news
	$(BIN)/python -m training.corpus check

docs: $(VENV)/.installed ## refresh the real output shown in the README
	$(BIN)/python scripts/readme_examples.py

clean: ## remove what was built; corrections.toml stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
