# make setup                install Debian packages and .venv
# make demo                 run two simulated gates against a real broker and bridge
# make check                lint, format, types, imports, documentation
# make test                 check, then run every test
# make test-fresh           the same on a bare Debian in a folder; FRESH=bookworm or trixie, else as here
# make fresh-root           make that bare Debian only
# make docs                 generate the pages of commands and settings
# make bench                list the benchmarks; run one: python -m benchmarks NAME
# make image                build a gate's SD card image
# make image-test           boot that image in QEMU and check it
# make virtual-gate         boot the image's root without a Pi and check it
# make virtual-gate-cache   build the virtual gate's kernel and root only
# make powercut             campaign: the power cut at any write of the ledger
# make simulate             campaign: seeds of a simulated district
# make faults               campaign: faults done to real processes
# make soak                 campaign: a long run that looks for growth
# make lock                 renew the lock files
# make clean                remove .venv, var and caches
# make help                 print this list
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := $(shell sed '/^\#/d; s/ .*//' packages.txt)
DEMO_ARGS ?=
TEST_ARGS ?=
SEEDS ?= 100000

FRESH ?= own

# Installs what is missing of some packages, and makes the target.
define packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		$(SUDO) apt-get update -q; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $$missing; \
	fi
	@mkdir -p .venv && touch $@
endef

.PHONY: help setup demo test test-fresh fresh-root check image image-test virtual-gate virtual-gate-cache faults simulate powercut soak lock clean docs bench
help:
	@sed -n 's/^# make/make/p' Makefile

setup: .venv/packages .venv/installed

.venv/packages: packages.txt
	$(call packages,$(PACKAGES))

.venv/installed: .venv/packages requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Schoolgate needs Python 3.11 or newer; install Debian's python3"; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/python -m demo $(DEMO_ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/docs

# Skipped is only what no package can bring: tests that take root, where there is none; small disks,
# where root may not mount; IPv6 and system call filters, where the kernel has none; and the virtual
# gate, whose kernel runs on x86-64 alone and is built from a package mirror. The last is said again
# at the end.
test: check .venv/image-test-packages
	@no_gate=; \
	if [ "$$(uname -m)" != x86_64 ]; then no_gate="this is no x86-64"; \
	elif ! $(MAKE) virtual-gate-cache; then no_gate="make virtual-gate-cache failed, see above"; fi; \
	[ -z "$$no_gate" ] || trap 'echo "THE VIRTUAL GATE WAS NOT RUN: $$no_gate" >&2' EXIT; \
	$(BIN)/pytest -n 3 --dist worksteal --ignore tests/docs tests $(TEST_ARGS)

docs: setup
	$(BIN)/python -m tests.docs.reference

bench: setup
	@$(BIN)/python -m benchmarks --help

# With our environment, which may say where packages come from.
IN_FRESH := $(SUDO) $(if $(SUDO),-E) $(PYTHON) -B -m tests.fresh
fresh-root:
	@command -v mmdebstrap >/dev/null || { \
		$(SUDO) apt-get update -q; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends mmdebstrap; }
	$(IN_FRESH) make $(FRESH)

test-fresh: fresh-root
	$(IN_FRESH) run $(FRESH) make test TEST_ARGS='--nothing-skipped $(TEST_ARGS)'

IMAGE_PACKAGES := $(shell sed '/^\#/d; s/ .*//' firmware_config/image/packages.txt)
.venv/image-packages: firmware_config/image/packages.txt
	$(call packages,$(IMAGE_PACKAGES))

# Of these what the tests use; emulators and compilers of other architectures are for images alone.
IMAGE_TEST_PACKAGES := $(shell sed -nE '/ (build|bundle):/s/ .*//p' firmware_config/image/packages.txt)
.venv/image-test-packages: firmware_config/image/packages.txt
	$(call packages,$(IMAGE_TEST_PACKAGES))

# Another architecture's programs are run by qemu-user while the root is made.
image: setup .venv/image-packages
	@[ -e /proc/sys/fs/binfmt_misc/register ] || $(SUDO) mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
	@[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || [ "$$(uname -m)" = aarch64 ] || $(SUDO) update-binfmts --enable qemu-aarch64
	$(SUDO) nice -n 19 $(BIN)/gate-image build $(IMAGE_ARGS)

image-test: setup .venv/image-packages
	$(BIN)/pytest -q -n0 tests/firmware_config/image
	$(BIN)/python -m tests.firmware_config.image $(IMAGE_TEST_ARGS)

VIRTUAL_GATE_PACKAGES := $(shell sed '/^\#/d; s/ .*//' tests/virtual_gate/packages.txt)
.venv/virtual-gate-packages: tests/virtual_gate/packages.txt
	$(call packages,$(VIRTUAL_GATE_PACKAGES))

virtual-gate: virtual-gate-cache
	nice -n 19 $(BIN)/python -m tests.virtual_gate $(VIRTUAL_GATE_ARGS)

virtual-gate-cache: setup .venv/virtual-gate-packages
	$(SUDO) env XDG_CACHE_HOME="$${XDG_CACHE_HOME:-$$HOME/.cache}" nice -n 19 $(BIN)/python -m tests.virtual_gate --fill

faults: setup
	$(BIN)/python -m tests.faults $(FAULTS_ARGS)

simulate: setup
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(SIMULATE_ARGS)

powercut: setup
	$(BIN)/python -m tests.crash $(POWERCUT_ARGS)

soak: setup
	$(BIN)/python -m tests.soak $(SOAK_ARGS)

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml
lock:
	$(LOCK) --extra device --extra server --group dev -o requirements.lock
	$(LOCK) --extra device --group build -c requirements.lock -o requirements-gate.lock
	$(LOCK) --extra server --group build -c requirements.lock -o requirements-bridge.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis
