# What a newcomer types. Programs land in .venv, data in .state, both in this folder.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard disputes/translations/*/LC_MESSAGES/*.po))
BROWSER_PACKAGES := chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
UV_COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.PHONY: help run test test-all faults bench lint browser lock install install-dev translations

help:
	@echo "make run        start the whole system; PORT=8010 chooses another port"
	@echo "make test       lint, types and the test suite"
	@echo "make test-all   the same with the long runs"
	@echo "make faults     kill and disturb everything under load, up to half an hour; FAULTS='--only NAME --cases N --seed N'"
	@echo "make lint       lint and types alone"
	@echo "make bench      measure speed on a million cases, about twenty minutes; BENCH='--cases 100000' takes fewer"
	@echo "make browser    install Chromium and fonts for the browser journeys"
	@echo "make lock       pin the dependencies of pyproject.toml anew (needs uv)"

run: install translations
	@exec $(BIN)/disputes run

test: install-dev translations $(if $(CI),browser)
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 2 -m "not long"

test-all: install-dev translations $(if $(CI),browser)
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 2

# Exits with 1 when anything was lost, doubled or missed. docs/faults.md says how to read the table.
faults: install-dev translations
	@$(BIN)/python -m tests.faults.harness $(FAULTS)

bench: install-dev translations
	@$(BIN)/python -m benchmarks $(BENCH)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# An unchanged lock is not looked at again, so that a later start takes no time. A copy of what was installed tells.
install: $(BIN)/python
	@cmp -s requirements.lock .venv/requirements.lock || { \
	  echo "Installing the libraries that requirements.lock names. This takes a minute or two, once." && \
	  $(PIP) install --quiet --require-hashes --only-binary :all: --requirement requirements.lock && \
	  cp requirements.lock .venv/requirements.lock; }
	@cmp -s pyproject.toml .venv/pyproject.toml || { \
	  $(PIP) install --quiet --no-deps --no-build-isolation --editable . && cp pyproject.toml .venv/pyproject.toml; }

# The development lock holds everything of the other one too.
install-dev: $(BIN)/python
	@cmp -s requirements-dev.lock .venv/requirements-dev.lock || { \
	  echo "Installing the libraries that requirements-dev.lock names. This takes a minute or two, once." && \
	  $(PIP) install --quiet --require-hashes --only-binary :all: --requirement requirements-dev.lock && \
	  cp requirements.lock requirements-dev.lock .venv/; }
	@$(MAKE) --no-print-directory install

# Tried by starting it: the Python that it was made from may have been replaced by a system upgrade.
ifneq ($(shell $(BIN)/python -c '' 2>/dev/null && echo works),works)
.PHONY: $(BIN)/python
endif
$(BIN)/python:
	@$(PYTHON) disputes/embedded/supported.py
	@echo "Making a virtual environment in .venv."
	@rm -rf .venv && $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

translations: $(CATALOGUES)

%.mo: %.po | install
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

browser:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update --quiet --quiet && \
	  DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends $(BROWSER_PACKAGES) >/dev/null; \
	elif [ -n "$$DISPUTES_CHROMIUM" ] || command -v chromium chromium-browser google-chrome >/dev/null; then \
	  echo "A Chromium is installed already."; \
	else \
	  echo "Installing a browser needs root and apt: sudo make browser"; \
	  echo "Elsewhere install Chromium and the Noto fonts with the package manager; if it is not found, set DISPUTES_CHROMIUM to its path."; \
	  exit 1; \
	fi

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	$(UV_COMPILE) --output-file requirements.lock
	$(UV_COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock
