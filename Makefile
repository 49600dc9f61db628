# make demo    makes sample images in demo/ and shows the tutorial in the browser, until Ctrl+C
# make test    lint, types, arrows between the parts, and all tests
# make bench   speed, as ratios against a peer measured in the same run
# make soak    the long random tests in full
# make docs    builds the documentation in build/docs, with its links checked
# make extension-files    writes the list of files that Slicer packages
# make schema  writes what the quiz language means into Quiz.xsd
#
# PYTHON=/path/to/python chooses the interpreter that .venv is made with.

PYTHON ?= $(shell for name in python3.12 python3.11 python3.13 python3.10 python3 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 \
	&& command -v "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
# pydicom 2.4 is what Slicer 5.10 bundles; it lies beside the newer one and comes first on the path.
PYDICOM_2 := $(VENV)/pydicom-2.4
# A peer in the benchmarks; it pulls OpenCV and more, so it has an environment of its own.
RT_UTILS := $(VENV)/rt-utils
# Most of what is installed is never imported, and the rest is compiled then.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-compile
# Where make can keep the lines of each together.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync)
TRY_OPENGL = $(BIN)/python -c 'from QuizLoaderLib.apps.shared.opengl import opengl_problem; raise SystemExit(opengl_problem())'
TRY_QT = QT_QPA_PLATFORM=offscreen $(BIN)/python -c 'from PySide6.QtWidgets import QApplication; QApplication([])'
QT_PACKAGES := libgl1 libegl1 libglib2.0-0 libxkbcommon0 libfontconfig1 libdbus-1-3
TRY_CHROMIUM = $(BIN)/python Testing/Python/chromium.py
# A file of tests stays in one process: its fixtures (a browser, a server) are made once. conftest.py has the order.
SIDE_BY_SIDE := --numprocesses auto --dist loadfile --no-loadscope-reorder
# What fails side by side is named, and tried once more by itself: a busy machine may have let a browser wait too
# long. What fails again is a defect.
define run_tests
$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(1) || { test $$? -eq 1 \
		&& echo "Once more, one after the other, what failed side by side:" \
		&& $(BIN)/python -m pytest -v --last-failed --last-failed-no-failures none $(1); }
endef
# How shapes are drawn has nothing to do with pydicom.
DICOM_TESTS = $(filter-out %_shapes.py, \
	$(wildcard Testing/Python/test_dicom*.py Testing/Python/test_masks_dicom.py Testing/Python/test_rtstruct*.py))

# Hundreds of processes are started, each of which would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

ifeq ($(MAKELEVEL),0)
# Two may not install at once; `test` runs side by side what can be.
.NOTPARALLEL:
endif
.PHONY: demo test ready lint docs bench soak extension-files schema clean
.DEFAULT_GOAL := demo

demo: $(VENV)/demo $(VENV)/opengl
	$(BIN)/quizloader demo --out demo

test: $(VENV)/installed
	@$(MAKE) --no-print-directory --jobs=3 $(SYNC) lint ready
	$(call run_tests)
ifneq ($(DICOM_TESTS),)
	@echo "Once more with pydicom 2.4, as in Slicer 5.10:"
	PYTHONPATH=$(PYDICOM_2); export PYTHONPATH; $(call run_tests,$(DICOM_TESTS))
endif

ready: $(VENV)/compiled $(VENV)/nginx $(PYDICOM_2)/installed

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Without the notice of MkDocs Material about its successor.
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --site-dir build/docs

bench: $(VENV)/installed $(VENV)/opengl $(VENV)/qt $(VENV)/chromium $(RT_UTILS)/installed
	@command -v plastimatch >/dev/null || echo "plastimatch is not installed, so it is not measured;" \
		"on Debian or Ubuntu: sudo apt-get install plastimatch"
	@failed=""; for benchmark in Testing/Benchmarks/*.py; do \
		echo "$$benchmark"; \
		QUIZLOADER_RT_UTILS_PYTHON=$(RT_UTILS)/bin/python $(BIN)/python "$$benchmark" \
			|| failed="$$failed $$benchmark"; \
	done; if [ -n "$$failed" ]; then echo "Failed, or beyond a limit:$$failed"; exit 1; fi

soak: $(VENV)/installed $(VENV)/opengl $(VENV)/qt $(VENV)/chromium $(VENV)/nginx
	QUIZLOADER_SOAK=1 $(BIN)/python -m pytest $(SIDE_BY_SIDE)

extension-files: $(VENV)/installed
	$(BIN)/python Testing/extension_files.py

schema: $(VENV)/installed
	$(BIN)/python Testing/quiz_schema.py

clean:
	rm -rf $(VENV)

# A system package that is missing: root on Debian or Ubuntu gets it, anyone else the line to run. One after
# the other, as apt-get works alone.
define system_packages
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing $(1) with apt-get: $(2)"; \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(1); \
	else \
		echo "$(2) On Debian or Ubuntu run: sudo apt-get install $(1)"; exit 1; \
	fi
endef

$(VENV)/python: pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "QuizLoader needs Python 3.10, 3.11, 3.12 or 3.13, and none was found." \
			"Install one, or name it: make PYTHON=/path/to/python"; exit 1; fi
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		version=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		$(call system_packages,python$$version-venv,Python cannot make a virtual environment.); }
	@$(BIN)/python -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
		|| { echo "Making $(VENV) with $(PYTHON)"; "$(PYTHON)" -m venv --clear $(VENV); }
	@touch $@

# What runs the program, without the tests' tools.
$(VENV)/demo: $(VENV)/python
	@echo "Installing QuizLoader and what it needs into $(VENV) (about 1.3 GB, once)"
	$(INSTALL) --editable ".[web]"
	@touch $@

$(VENV)/installed: $(VENV)/python
	@echo "Installing QuizLoader and what its tests need into $(VENV) (about 2 GB, once)"
	$(INSTALL) --editable ".[test]"
	@touch $(VENV)/demo $@

# The tests and what they import, once and not in each process of their run; what fails here fails there.
$(VENV)/compiled: $(VENV)/installed | $(VENV)/qt
	@$(BIN)/python -m pytest --collect-only -q >/dev/null 2>&1 || true
	@touch $@

$(VENV)/opengl: $(VENV)/demo
	@$(TRY_OPENGL) 2>/dev/null || { \
		$(call system_packages,libegl1 libgl1-mesa-dri,The OpenGL libraries that VTK needs are missing.); \
		$(TRY_OPENGL); }
	@touch $@

$(VENV)/qt: $(VENV)/installed | $(VENV)/opengl
	@$(TRY_QT) 2>/dev/null || { \
		$(call system_packages,$(QT_PACKAGES),The libraries that Qt needs for the tests of the panel are missing.); \
		$(TRY_QT); }
	@touch $@

$(VENV)/chromium: $(VENV)/installed | $(VENV)/qt
	@$(TRY_CHROMIUM) 2>/dev/null || { \
		$(call system_packages,chromium,Chromium that the tests of the page run in is missing.); \
		$(TRY_CHROMIUM); }
	@touch $@

# Debian puts nginx where only root looks for programs.
$(VENV)/nginx: $(VENV)/installed | $(VENV)/chromium
	@PATH="$$PATH:/usr/sbin"; { command -v nginx && command -v openssl; } >/dev/null || { \
		$(call system_packages,nginx-light openssl,The tests of a server of many readers need nginx and openssl.); }
	@touch $@

$(RT_UTILS)/installed: $(VENV)/installed
	$(BIN)/python -m venv $(RT_UTILS)
	$(RT_UTILS)/bin/python -m pip install --disable-pip-version-check "rt-utils==1.2.*"
	@touch $@

$(PYDICOM_2)/installed: $(VENV)/installed
	$(BIN)/python -m pip install --disable-pip-version-check --upgrade --no-deps \
		--target $(PYDICOM_2) "pydicom==2.4.*"
	@touch $@
