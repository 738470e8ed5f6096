# make report MONTH=2026-10 makes the environment, the sample's data if they are missing, and the page.
# `make` alone lists the targets. Where there is no make: python -m alignment_lib report 2026-10

# Values given on the command line are text and stay text: without this, make would run a $(shell ...) in them.
$(foreach v,$(.VARIABLES),$(if $(findstring command line,$(origin $(v))),$(eval override $(v) := $$(value $(v)))))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
override SHELL := /bin/sh
override .SHELLFLAGS := -c
PYTHON ?= python3
UV ?= uv
override VENV := .venv
override RUN := $(VENV)/bin/python -m alignment_lib
export MONTH FROM TO COMPANY PARAMS PYTHON

# Which params folder: --params or --company, passed on as they are; the program checks them.
override WHO = $${PARAMS:+--params="$$PARAMS"} $${COMPANY:+--company="$$COMPANY"}

.PHONY: help report reports check sample lab test bench doctor clean lock

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
	@echo
	@echo "  MONTH=2026-10   FROM=2026-01 TO=2026-10   COMPANY=acme (short for PARAMS=params/acme; the sample if left out)"

report: $(VENV)/report.stamp ## make one month's page: MONTH=2026-10 [COMPANY=acme]
	@$(RUN) report $(WHO) -- "$$MONTH"

reports: $(VENV)/report.stamp ## make several: FROM=2026-01 TO=2026-10 [COMPANY=acme]
	@$(RUN) reports $(WHO) -- "$$FROM" "$$TO"

check: $(VENV)/report.stamp ## what the data can answer and what is wrong with it, by row: [MONTH=2026-10]
	@$(RUN) check $(WHO) -- "$$MONTH"

sample: $(VENV)/report.stamp ## make the sample company's exports
	@$(RUN) sample

lab: $(VENV)/lab.stamp ## open the notebooks in JupyterLab
	@$(VENV)/bin/python -m jupyter lab --notebook-dir=.

test: $(VENV)/test.stamp ## ruff, mypy and the tests
	@$(VENV)/bin/python -m ruff check .
	@$(VENV)/bin/python -m mypy
	@$(VENV)/bin/python -m pytest -n 2 -m "not slow"

bench: $(VENV)/report.stamp ## how long a report takes, and reading a million rows, against the plain tools
	@$(VENV)/bin/python -m alignment_lib.report.bench
	@PYTHONPATH=. $(VENV)/bin/python tests/benchmarks/bench_reading.py

doctor: $(VENV)/report.stamp ## look at this machine and say what would keep a report from being made
	@$(RUN) doctor

clean: ## remove caches and the sample's exports; pages, logs and keys stay
	@rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis data/riverside data/alder
	@if test -x $(VENV)/bin/python; then $(RUN) clean; fi
	@find alignment_lib tests -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## solve the sets of pyproject.toml again (maintainers; needs uv)
	@mkdir -p build && "$$PYTHON" -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	  sets = {"": project["dependencies"], **{"-" + name: extra for name, extra in project["optional-dependencies"].items()}}; \
	  [open(f"build/requirements{name}.in", "w").write("\n".join(lines) + "\n") for name, lines in sets.items()]'
	@for set in "" -test -lab -spark; do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  $${set:+-c requirements.txt} "build/requirements$$set.in" -o "requirements$$set.txt" || exit 1; done

# The environment. A stamp is older than its lock file if the lock changed: then the set is installed again.
$(VENV)/report.stamp: requirements.txt
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the environment in $(VENV) (once, some minutes)"
	@"$$PYTHON" -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.txt
	@pwd > "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/alignment.pth"
	@env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m compileall -q alignment_lib
	@touch $@

$(VENV)/test.stamp: requirements-test.txt $(VENV)/report.stamp
	@echo "Adding what tests need"
	@$(VENV)/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements-test.txt
	@touch $@

$(VENV)/lab.stamp: requirements-lab.txt $(VENV)/report.stamp
	@echo "Adding JupyterLab"
	@$(VENV)/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements-lab.txt
	@touch $@
