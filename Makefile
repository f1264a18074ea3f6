# The two commands a newcomer needs are `make demo` and `make test`; both set up what they use.
SHELL := /bin/sh
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
PORT ?= 8000
JOBS ?= 2
ARGS ?=
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check check-types check-form check-start bench format lock clean

# Make the newspaper of an invented town, and serve it on 127.0.0.1 until Ctrl-C. Without a
# STRIPE_SECRET_KEY the Stripe sandbox runs beside it, on PORT + 100.
demo: $(READY)
	@DEBUG=1 SITE_URL=http://127.0.0.1:$(PORT) exec $(BIN)/python manage.py serve_demo --port $(PORT)

# Run every test, or what ARGS names: make test ARGS="tests/gate -x".
test: $(READY)
	$(BIN)/pytest -n $(JOBS) $(ARGS)

# Everything that needs no running: form, types, the order of the rooms, migrations, deployment.
check: check-types check-form check-start

check-types: $(READY)
	$(BIN)/mypy

check-form: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	find accounts articles config paywall -name '*.html' | xargs $(BIN)/djade --check --target-version 5.2
	$(BIN)/lint-imports

check-start: $(READY)
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	env -i PATH="$$PATH" $$(grep -v '^#' tests/deployment/production.env) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/pytest --quiet tests/deployment/test_requirements.py

# Pages a second, next to a bare Django app.
bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)

format: $(READY)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	find accounts articles config paywall -name '*.html' | xargs $(BIN)/djade --target-version 5.2

# Pin anew what pyproject.toml asks for.
lock: $(READY)
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements.txt
	$(BIN)/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -c requirements.txt \
		-o requirements-dev.txt

# Back to a fresh clone, the demonstration's database included.
clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment whose Python is gone is made anew. What is in it comes by uv, which takes a
# tenth of the time, or by pip, where only pip has been told which index to ask.
ifneq ($(shell $(BIN)/python -c 'print("works")' 2>/dev/null),works)
.PHONY: $(READY)
endif

$(READY): requirements-dev.txt
	@found= old= bare=; \
	for python in $(PYTHON); do \
		command -v "$$python" >/dev/null || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old=$$python; continue; }; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$python; continue; }; \
		found=$$python; break; \
	done; \
	if [ -n "$$found" ]; then :; \
	elif [ -n "$$bare" ]; then \
		echo "$$bare cannot make virtual environments: install its venv module (on Debian and Ubuntu the package python3-venv)." >&2; exit 1; \
	elif [ -n "$$old" ]; then \
		echo "$$old is older than Python 3.11: install a newer one, or name it: make demo PYTHON=/path/to/python3" >&2; exit 1; \
	else \
		echo "Python is missing: install Python 3.11 or newer, or name it: make demo PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		"$$found" -m venv --clear .venv || exit 1; \
	fi; \
	echo "Installing what requirements-dev.txt names into .venv (only when it changes)."; \
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt; \
	$(BIN)/python -m pip install --quiet --require-hashes -r .venv/uv.txt || exit 1; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt || exit 1; \
	touch $(READY)
