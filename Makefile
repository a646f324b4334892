# The two commands that matter: `make demo` and `make test`. Each does all of its own set-up in .venv.
.PHONY: demo test lint types imports tests bench faults soak clean
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo "make demo   talk to the assistant on this terminal (pipe questions in, one a line, to have them answered)"
	@echo "            ASSISTANT_LANGUAGE=zh make demo: in Chinese"
	@echo "make test   check the code and run all tests"
	@echo "make bench  measure speed; figures go to build/bench/"
	@echo "make faults kill every part again and again under load, and count what was lost"
	@echo "make soak   half an hour of steady load; watch memory and connections"

$(READY): pyproject.toml constraints.txt infra/setup.py
	@$(PYTHON) infra/setup.py $(VENV)
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python -m infra.demo

test: lint types imports tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-cache

tests: $(READY)
	$(BIN)/pytest -n 2 --dist loadgroup

bench: $(READY)
	$(BIN)/python -m tests.bench

faults: $(READY)
	$(BIN)/python -m tests.faults

soak: $(READY)
	$(BIN)/python -m tests.bench.soak

clean:
	rm -rf $(VENV) build dist *.egg-info
