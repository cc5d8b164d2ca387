# Everything runs in an environment of its own, .venv, made on first use. PYTHON chooses the interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := dist/bundle
CONSTRAINTS := -c constraints.txt

.PHONY: bars-serve browser bundle demo serve test check format bars clean

$(BIN)/minwon: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) -e .
	@touch $@

$(VENV)/.dev: $(BIN)/minwon
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) -e '.[train,dev]'
	@touch $@

demo: $(BIN)/minwon  ## route the example backlog and show three complaints with their reasons
	@mkdir -p demo
	$(BIN)/minwon classify examples/backlog.xlsx -o demo/routed.xlsx --compare 처리부서 --show 3

serve: $(BIN)/minwon  ## the endpoint and the pages with demo cases, on http://127.0.0.1:8080
	@mkdir -p demo
	@test -f demo/minwon.db || $(BIN)/minwon admin --database sqlite:///demo/minwon.db demo examples/backlog.xlsx
	@echo "http://127.0.0.1:8080  coordinator / minwon-demo-1"
	$(BIN)/minwon serve --database sqlite:///demo/minwon.db

browser:  ## Debian's Chromium, which the tests of the pages drive; the only thing that pip cannot install
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	{ apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-nanum; }

bundle: $(BIN)/minwon  ## all wheels with their hashes, for a network without a package index
	rm -rf $(BUNDLE) && mkdir -p $(BUNDLE)
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check $(CONSTRAINTS) --wheel-dir $(BUNDLE) .
	cd $(BUNDLE) && sha256sum *.whl | tee SHA256SUMS | \
	sed -E 's/^([0-9a-f]{64})  ([^-]+)-([^-]+)-.*/\2==\3 --hash=sha256:\1/' > requirements.txt

test: check  ## all checks and tests, as CI runs them

check: $(VENV)/.dev  ## format, lint, types, import direction, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bars: $(VENV)/.dev  ## long measurements: throughput, start, memory, engines
	$(BIN)/python -m tests.bars

bars-serve: $(VENV)/.dev  ## long measurements of the server: latency, load, kills, coordinators, the queue, schemathesis
	$(BIN)/python -m tests.serve_bars

clean:
	rm -rf $(VENV) demo dist
