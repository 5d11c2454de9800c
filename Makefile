# One command each, on a fresh machine too: what is missing is set up first.
#
# Choices:  PYTHON=python3.12 VENV=build/py312   another Python, in an environment of its own
#           LIBZMQ=auto|system|bundled           which libzmq (see cpp/libzmq.cmake); ZMQ_PREFIX=/opt/zmq
#           WERROR=ON                            warnings in our C++ are errors
#           PYTEST_ARGS='-m slow -k wheel'       what pytest runs (all but slow, two at a time)
#           BENCH_ARGS='--only=tcp --rounds=9'   what the benchmarks run (see benchmarks/README.md)
#           STRESS_SECONDS=30 SOAK_SECONDS=600   how long `make stress` takes over each thing
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
LIBZMQ ?= auto
LIBZMQ_SOURCE ?=
SANITIZE ?=
WERROR ?= OFF
PYTEST_ARGS ?=
BENCH_ARGS ?=
STRESS_SECONDS ?= 30
SOAK_SECONDS ?= 600

# Without libsodium a bundled libzmq goes without CURVE; setup.sh says so.
CURVE = $(shell pkg-config --exists libsodium 2>/dev/null && echo ON || echo OFF)
CHOICES = ZMQPP_LIBZMQ=$(LIBZMQ) ZMQPP_CURVE=$(CURVE) ZMQ_PREFIX=$(ZMQ_PREFIX) ZMQPP_WERROR=$(WERROR) \
          FETCHCONTENT_SOURCE_DIR_LIBZMQ=$(LIBZMQ_SOURCE) ZMQPP_SANITIZE=$(SANITIZE)

NAME := $(notdir $(VENV))
HYBRID := build/hybrid$(if $(filter-out .venv,$(NAME)),-$(NAME))
ECHO := $(HYBRID)/echo
PROBES := $(HYBRID)/tests
PACKAGE := CMakeLists.txt pyproject.toml README.md LICENSE \
           $(shell find cpp python -type f ! -name '*.md' ! -name '*.pyc' ! -name '*.so')
CXX_FILES = $$(find cpp tests examples benchmarks -name '*.[ch]pp')
DANGERS = $(wildcard $(patsubst %,tests/test_%.py,aborts borrowing chaos children connections exit fork gil lifetime limits \
                                           monitor proxy raising_handlers sharing signals slow_joiners threads zero_copy))
# Programs built with ThreadSanitizer do not start where addresses are randomised too well.
NO_ASLR := $(shell setarch -R true 2>/dev/null && echo setarch -R)

export PATH := $(abspath $(VENV))/bin:$(PATH)
export PYTHONPATH := $(abspath $(ECHO)):$(abspath $(PROBES))
export ZMQPP_HYBRID := $(abspath $(PROBES))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export LIBZMQ_SOURCE
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN)

.PHONY: help demo test test-cpp test-python prepare test-bundled sanitize sanitize-hybrid stress lint format stubs bench bench-docs instructions install clean FORCE
.DELETE_ON_ERROR:

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /:/' | column -t -s:

demo: $(ECHO)/.built  ## run the echo servers and clients: processes and threads, Python and C++
	python examples/demo.py

test: test-cpp test-python  ## run all tests

test-cpp: build/default/build.ninja  ## run the tests of the C++ core, without Python
	cmake --build build/default
	ctest --test-dir build/default --output-on-failure

test-python: prepare  ## run pytest on the installed package
	python -m pytest $(or $(PYTEST_ARGS),-n 2)

prepare: $(VENV)/.test $(ECHO)/.built $(PROBES)/.built  ## set up and build all that test-python needs

test-bundled:  ## run pytest on a bundled libzmq, built from LIBZMQ_SOURCE=folder; with -m slow on its wheel too
ifeq ($(LIBZMQ_SOURCE),)
	@echo "test-bundled: skipped, because LIBZMQ_SOURCE names no folder with a libzmq source"
else
	$(MAKE) test-python LIBZMQ=bundled VENV=build/bundled
endif

sanitize: build/asan/build.ninja build/tsan/build.ninja  ## run the C++ tests under ASan + UBSan and under TSan
	cmake --build build/asan
	ctest --test-dir build/asan --output-on-failure
	cmake --build build/tsan
	$(NO_ASLR) ctest --test-dir build/tsan --output-on-failure

# Python itself is no program of AddressSanitizer's: its library goes first, with the one that throws.
ASAN_LIBRARIES = $(shell c++ -print-file-name=libasan.so):$(shell c++ -print-file-name=libstdc++.so.6)

sanitize-hybrid:  ## run the tests of what C++ and Python share under ASan + UBSan, with Python's own checks
ifeq ($(SANITIZE),)
	$(MAKE) sanitize-hybrid SANITIZE=address,undefined VENV=build/asan-python
else
	$(MAKE) $(VENV)/.test $(PROBES)/.built $(ECHO)/.built
	LD_PRELOAD=$(ASAN_LIBRARIES) ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 PYTHONMALLOC=malloc \
	    python -X dev -m pytest tests/test_casters.py tests/test_capi.py tests/test_embedding.py $(PYTEST_ARGS)
endif

# ThreadSanitizer's tests are many times slower, so they get a third of the time.
stress: build/asan/build.ninja build/tsan/build.ninja $(VENV)/.test  ## run the fuzz, sanitizers and dangers for long, and a soak
	cmake --build build/asan --target zmqpp_fuzz
	ZMQPP_STRESS_SECONDS=$$((2 * $(STRESS_SECONDS))) ctest --test-dir build/asan -R fuzz --output-on-failure
	cmake --build build/tsan
	ZMQPP_STRESS_SECONDS=$$(($(STRESS_SECONDS) / 3)) ZMQPP_TEST_SECONDS=3600 \
	    $(NO_ASLR) ctest --test-dir build/tsan --output-on-failure
	ZMQPP_STRESS_SECONDS=$(STRESS_SECONDS) python -m pytest $(DANGERS) $(PYTEST_ARGS)
	python tests/stress/soak.py $(SOAK_SECONDS)

lint: $(VENV)/.lint  ## check with ruff, mypy and clang-format, and that the stub is the extension's
	ruff check
	ruff format --check
	mypy
	clang-format --dry-run --Werror $(CXX_FILES)
	python tools/generate_stubs.py build/_core.pyi
	diff -u python/zmqpp/_core.pyi build/_core.pyi

format: $(VENV)/.lint  ## let ruff and clang-format put the sources in shape
	ruff check --fix
	ruff format
	clang-format -i $(CXX_FILES)

stubs: $(VENV)/.lint  ## write python/zmqpp/_core.pyi anew from the built extension
	python tools/generate_stubs.py python/zmqpp/_core.pyi

bench: $(VENV)/.installed  ## run the benchmarks beside other bindings, in under 3 minutes; BENCH_ARGS=--full for all
	python benchmarks/run.py $(BENCH_ARGS)

bench-docs: $(VENV)/.bench  ## run all benchmarks for long, and write docs/benchmarks.md and its plots
	python benchmarks/run.py --full --publish $(BENCH_ARGS)

instructions: $(VENV)/.installed  ## check that the hot path takes no more instructions than it did
	@WITH=valgrind tools/setup.sh
	python benchmarks/instructions.py --check

install: $(VENV)/.installed  ## install the package in .venv

clean:  ## remove everything that was built, and .venv
	rm -rf build dist .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache

# --- what the above stands on -------------------------------------------------------------------

# Changes when the choices do, and then everything is built by them.
$(VENV)/.choices: FORCE
	@mkdir -p $(VENV)
	@echo '$(CHOICES)' | cmp -s - $@ || echo '$(CHOICES)' > $@

$(VENV)/.setup: tools/setup.sh $(VENV)/.choices
	@PYTHON=$(PYTHON) LIBZMQ=$(LIBZMQ) tools/setup.sh
	$(PYTHON) -m venv $(VENV)
	pip install -q 'scikit-build-core>=0.11' 'pybind11>=3.0' 'cmake>=3.26' ninja
	@touch $@

# No build isolation and a build folder that stays: only what changed is compiled again.
$(VENV)/.installed: $(VENV)/.setup $(PACKAGE)
	@echo "building and installing zmqpp in $(VENV) (log: $(VENV)/install.log)"
	@pip install -v --no-build-isolation --no-deps --force-reinstall . \
	    --config-settings=build-dir=build/wheel-$(NAME) \
	    $(foreach choice,$(CHOICES),--config-settings=cmake.define.$(choice)) \
	    > $(VENV)/install.log 2>&1 || { cat $(VENV)/install.log; exit 1; }
	@grep -oE 'zmqpp uses libzmq.*|.*warning:.*' $(VENV)/install.log
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.bench: $(VENV)/.%: pyproject.toml | $(VENV)/.installed
	pip install -q 'zmqpp[$*]'
	@touch $@

# Projects of others, as it were, built with the installed package.
$(ECHO)/.built: SOURCE = examples/hybrid/echo
$(ECHO)/.built: $(wildcard examples/hybrid/echo/*)
$(PROBES)/.built: SOURCE = tests/hybrid
$(PROBES)/.built: $(wildcard tests/hybrid/*)
$(ECHO)/.built $(PROBES)/.built: $(VENV)/.installed
	cmake -G Ninja -S $(SOURCE) -B $(@D) -DCMAKE_BUILD_TYPE=Release --log-level=WARNING \
	    -DPython_EXECUTABLE=$(abspath $(VENV))/bin/python -DZMQPP_SANITIZE=$(SANITIZE) \
	    -DCMAKE_PREFIX_PATH=$$(python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
	cmake --build $(@D)
	@touch $@

build/default/build.ninja build/asan/build.ninja build/tsan/build.ninja: build/%/build.ninja: $(VENV)/.setup
	cmake --preset $* -U ZMQ_PREFIX -U FETCHCONTENT_SOURCE_DIR_LIBZMQ $(addprefix -D,$(filter-out %=,$(CHOICES)))
	@touch $@
