# Every target sets up what it needs: a virtual environment in .venv, made once and remade when pyproject.toml changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test test-all check clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,lab,onnx,segment]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/agentvid demo --out demo-results

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow and not gpu and not browser and not postgres'

test-all: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m 'not slow and not gpu and not browser and not postgres'

clean:
	rm -rf $(VENV) demo-results agentvid-results dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
