# Needs Python 3.11 or newer, and nothing else. PYTHON, PORT and MILEPOST_HOME can be given: make demo PORT=9000
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input install \
	--quiet --progress-bar off --no-compile --no-deps --require-hashes
NOT_INSTALLED := { echo "Milepost's parts could not be installed; the lines above say why. The first time needs the \
network, and macOS or a Linux with glibc (not Alpine)." >&2; exit 1; }
# A file at a time, so that what a file starts (a browser, the demo) is started once. One more than there are cores, as
# some only wait: for a demo that goes its two minutes, for a worker that was killed.
PARALLEL = -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(UPGRADE)

# Found from its own place, so that a moved clone still starts its own code.
define LAUNCHER
#!/bin/sh
exec "$$(dirname "$$0")/python" -P -c \
    'import sys; from webapp.cli import main; sys.argv[0] = "milepost"; sys.exit(main())' "$$@"
endef
export LAUNCHER

.PHONY: help setup demo run gates test night check audit lock format clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

setup: $(VENV)/runtime ## make the environment in .venv from requirements.lock

demo: $(VENV)/runtime ## everything on this machine with a demo firm, until Ctrl-C
	@exec $(BIN)/milepost demo

run: $(VENV)/runtime ## everything on this machine with your firm and real mail, until Ctrl-C
	@exec $(BIN)/milepost run

check: gates test ## every gate: style, types, import contracts, tests

gates: $(VENV)/development ## every gate but the tests
	@echo "== ruff check"
	@$(BIN)/ruff check .
	@echo "== ruff format"
	@$(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== import contracts"
	@$(BIN)/lint-imports --no-cache

test: $(VENV)/development ## the tests, on every core; ARGS="-k name" chooses some
	@echo "== pytest"
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

night: $(VENV)/development ## what takes long: many more examples of every property, random each time
	@echo "== pytest, many examples"
	@HYPOTHESIS_PROFILE=night $(BIN)/python -m pytest $(PARALLEL) --timeout 3600 $(ARGS)

audit: $(VENV)/development ## known faults of the pinned versions, where the network has a list of them
	@echo "== audit of pinned versions"
	@said="$$($(BIN)/uv tool run --quiet pip-audit==2.10.1 --requirement requirements.lock --require-hashes \
		--disable-pip --progress-spinner off 2>&1)"; found=$$?; \
	case "$$said" in \
		*"Found "*" known vulnerabilit"*) echo "$$said"; exit $$found ;; \
		*"could not be audited"*) echo "NOT AUDITED: no list of known faults can be reached from here." ;; \
		*"No known vuln"*) echo "No known faults." ;; \
		*) echo "NOT AUDITED: $$said" ;; \
	esac

format: $(VENV)/development ## put the code into its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/development ## write the lock files anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and caches; data stays
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find webapp emails workers tests -name __pycache__ -prune -exec rm -rf {} +

# Missing when the system's Python was replaced: then everything below is made again.
$(BIN)/python: ;

$(VENV)/made: $(BIN)/python
	@python="$(PYTHON)"; python="$${python:-python3}"; \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Milepost needs Python 3.11 or newer: install it, or say where it is with PYTHON=/path/to/python3." >&2; exit 1; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make environments: run 'apt install python3-venv' (as root), then try again." >&2; exit 1; }; \
	if $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then :; else \
		echo "Making the environment (once, less than a minute) ..."; \
		$$python -m venv --clear $(VENV) || exit 1; \
	fi; touch $@

$(BIN)/milepost: $(VENV)/made
	@$(BIN)/python -c 'import sysconfig; open(sysconfig.get_path("purelib") + "/milepost.pth", "w").write("../../../..\n")'
	@printf '%s\n' "$$LAUNCHER" > $@
	@chmod +x $@

$(VENV)/runtime: requirements.lock $(VENV)/made $(BIN)/milepost
	@$(PIP_INSTALL) --requirement requirements.lock || $(NOT_INSTALLED)
	@touch $@

$(VENV)/development: requirements-dev.lock requirements.lock $(VENV)/made $(BIN)/milepost
	@$(PIP_INSTALL) --requirement requirements-dev.lock || $(NOT_INSTALLED)
	@touch $(VENV)/runtime $@
