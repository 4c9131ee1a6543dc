# SPDX-License-Identifier: GPL-2.0
# What people type. `make help` lists it; what the kernel builds is in Kbuild.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
DESTDIR ?=
PREFIX ?= /usr

# Objects of several kernels must not mix: each has a folder of its own.
BUILDDIR ?= build/$(KERNELRELEASE)
MODULE ?= $(BUILDDIR)/openevse.ko
MODDIR = $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

# Of the test machine: any of 6.1, 6.12, debug.
KERNELS ?= 6.12

VM = tools/testing/vm/run
SETUP = tools/testing/setup

.PHONY: help all module programs install uninstall activate demo shell test test-full test-debug
.PHONY: coverage soak storm chaos fuzz check clean

help:
	@echo 'On any Debian 12 machine, without hardware:'
	@echo '  make demo        the whole path live, in a virtual machine'
	@echo '  make shell       the same machine, interactive'
	@echo '  make test        the test suite under the real kernel'
	@echo '  make test-full   the same, and what takes longer'
	@echo '  make test-debug  the same on kernels that find misuse of memory, locks, races'
	@echo '  make coverage    which lines of the driver the tests reach'
	@echo '  make soak        a noisy line, for each firmware, for hours'
	@echo '  make fuzz        frames and words nobody thought of, for hours'
	@echo '  make storm       a thousand plugs and unplugs of four boards'
	@echo '  make chaos       anything at once, on the debug kernels'
	@echo '  make check       what reads the sources: sparse, clang-tidy, shellcheck, ...'
	@echo 'With a real board:'
	@echo '  make             build module and programs for this machine'
	@echo '  sudo make install'
	@echo '  sudo make uninstall'
	@echo '  make clean'

all: module programs
.DEFAULT_GOAL := all

# --- build ---

module:
	@[ -d $(KDIR) ] || { echo "no kernel headers in $(KDIR):" \
		"apt install linux-headers-$(KERNELRELEASE)" >&2; exit 1; }
	@mkdir -p $(BUILDDIR)
	@cp -pru Kbuild driver $(BUILDDIR)/
	$(MAKE) -C $(KDIR) M=$(abspath $(BUILDDIR)) modules

programs:
	$(MAKE) -C userspace
	$(MAKE) -C tools/testing/board

# --- install: what a user of a real board needs ---

# Into this system: what is installed is what is here now. Into DESTDIR, for a
# package or the test machine: what its caller has built.
install: $(if $(DESTDIR),,all)
	install -D -m 644 $(MODULE) $(MODDIR)/openevse.ko
	install -D -m 644 driver/uapi/linux/openevse.h \
		$(DESTDIR)$(PREFIX)/include/linux/openevse.h
	$(MAKE) -C userspace install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(if $(DESTDIR),,$(MAKE) activate)

uninstall:
	$(if $(DESTDIR),,-[ ! -d /run/systemd/system ] || systemctl disable --now openevse-attach.service)
	$(if $(DESTDIR),,-[ -d /run/systemd/system ] || /etc/init.d/openevse-attach stop)
	rm -f $(MODDIR)/openevse.ko $(DESTDIR)$(PREFIX)/include/linux/openevse.h
	$(MAKE) -C userspace uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))
	$(if $(DESTDIR),,-udevadm control --reload)

activate:
	userspace/activate $(KERNELRELEASE)

# --- without hardware ---

demo:
	@$(SETUP) build vm
	@tools/testing/vm/demo

shell:
	@$(SETUP) build vm
	@$(VM) --board 8.2.3 --interactive

test:
	@$(SETUP) build vm check kernel tests udev fuzz
	@tools/testing/run-tests --quick $(KERNELS)

test-full:
	@$(SETUP) build vm check kernel tests udev fuzz
	@tools/testing/run-tests $(KERNELS)

test-debug:
	@$(SETUP) build vm kernel tests
	@tools/testing/run-tests debug kcsan

coverage:
	@$(SETUP) build vm kernel tests
	@tools/testing/coverage/run

soak:
	@$(SETUP) build vm kernel tests
	@tools/testing/soak

fuzz:
	@$(SETUP) build fuzz
	@$(MAKE) -s -C tools/testing/fuzz fuzz

chaos:
	@$(SETUP) build vm kernel tests
	@tools/testing/chaos

storm:
	@$(SETUP) build vm kernel tests
	@tools/testing/storm

check:
	@$(SETUP) build check kernel
	@tools/testing/check

clean:
	rm -rf build
	$(MAKE) -C userspace clean
	$(MAKE) -C tools/testing/board clean
	$(MAKE) -C tools/testing/udev clean
	$(MAKE) -C tools/testing/fuzz clean
