# aiwf: one makefile, no recursion, no configure. `make help` lists the targets.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:

VERSION := 0.1.0
B ?= build
prefix ?= /usr/local
DESTDIR ?=
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
SAN ?=

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wwrite-strings -Wundef -Wcast-qual -Wnull-dereference -Wno-overlength-strings -Werror
ifneq (,$(findstring gcc,$(CC)))
WARN += -Wduplicated-cond -Wlogical-op
endif
# No tables for unwinding: nothing throws, and debuggers have their own (-g).
SLIM := -fno-asynchronous-unwind-tables -fno-unwind-tables
# What clang does by itself: tables of commands and code start where the last ones end, not at the next cache line.
ifneq (,$(findstring gcc,$(CC)))
SLIM += -fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels
SLIM += $(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),-malign-data=abi)
endif
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Headers of libraries that are loaded when first needed (libcurl, cJSON, libyaml, ncurses, smartcols, ...) are
# used, their libraries are not linked: see lib/base/dl.h.
HEADER_PKGS := libcurl libcjson yaml-0.1 smartcols ncursesw libevent_core
PKG_CFLAGS := $(shell pkg-config --cflags $(HEADER_PKGS) 2>/dev/null)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Ilib -I$(B) -include lib/base/banned.h $(WARN) $(HARDEN) $(SLIM) $(SANFLAGS) $(PKG_CFLAGS) $(CFLAGS)
# Packed relocations (glibc 2.36 or later): the tables of commands are pointers, and would be an eighth of the program.
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,-z,pack-relative-relocs -Wl,--as-needed $(SANFLAGS) $(LDFLAGS)
# http-parser is linked statically: shared, it would slow the start of every command.
LIBS = -l:libhttp_parser.a

LIB_SRC := $(sort $(wildcard lib/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)

# make V=1 shows the whole commands.
say = $(if $(V),,@echo '  $(1)	$@';)

all: $(B)/aiwf ## build/aiwf (the default)

# What the flags were: rewritten only when they change, and everything depends on it.
$(shell mkdir -p $(B)/gen; echo '$(filter-out ccache,$(CC)) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(VERSION)' | cmp -s - $(B)/flags || echo '$(filter-out ccache,$(CC)) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(VERSION)' >$(B)/flags)

# The directory is the registry: cmd/cmd_NOUN.c, lib/serverless/rt_NAME.c, lib/train/trainer_NAME.c, lib/top/panel_NAME.c.
registry = $(shell tests/tools/registry.sh $(B)/gen/$(1).inc $(2) $(sort $(wildcard $(3)/$(2)*.c)))
$(call registry,cmds,cmd_,cmd)
$(call registry,runtimes,rt_,lib/serverless)
$(call registry,trainers,trainer_,lib/train)
$(call registry,panels,panel_,lib/top)
$(call registry,suites,test_,tests/unit)

$(B)/gen/version.h: $(B)/flags
	@printf '#define AIWF_VERSION "%s"\n' '$(VERSION)' >$@

$(B)/aiwf: $(CMD_OBJ) $(LIB_OBJ)
	$(call say,CC)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c $(B)/flags | $(B)/gen/version.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CFLAGS) -I$(B)/gen -MMD -MP -c -o $@ $<

# Everything but main, so that unit tests reach the command tree too.
$(B)/unit: $(UNIT_OBJ) $(LIB_OBJ) $(filter-out $(B)/cmd/main.o,$(CMD_OBJ))
	$(call say,CC)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs check)
$(UNIT_OBJ): ALL_CFLAGS += -Icmd -Itests/unit

# Most of the program waits for networks and people: there it is made small, not fast. Not so what each byte of a
# document, each row of a list, each request to the gateway and each sample of a dashboard passes.
FAST := $(addprefix base/,arena clock hash map mem str) $(addprefix doc/,items json json_print node print_cell print_table) \
	$(addprefix local/,call forward function function_stats functions instance loop message route server upstream wire) \
	$(addprefix metrics/,label_sets scan) $(addprefix top/,index labels take)
$(filter-out $(FAST:%=$(B)/lib/%.o),$(LIB_OBJ) $(CMD_OBJ)): ALL_CFLAGS += $(patsubst -O2,-Oz,$(filter -O2,$(CFLAGS)))

# Embedded (base/embed.h), which the compiler's dependency files do not tell.
$(B)/cmd/cmd_completion.o: $(wildcard completions/*)
$(B)/cmd/completion.o: cmd/completion.bash cmd/completion.zsh cmd/completion.fish
$(B)/lib/metrics/vocabulary.o: $(wildcard lib/metrics/data/*.yaml)

# A fuzz target that replays files (tests/fuzz/replay.sh); with CC=clang SAN=fuzzer,address it explores.
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(LIB_OBJ)
	$(call say,CC)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# The command line's parser is in cmd/.
$(B)/tests/fuzz/fuzz_words.o: ALL_CFLAGS += -Icmd
$(B)/fuzz_words: $(filter-out $(B)/cmd/main.o,$(CMD_OBJ))

# ---- what a person types -------------------------------------------------------------------------------------

demo: ## install what is missing, build, run the digits workflow on the local runtime
	@tests/tools/deps.sh build demo
	@$(MAKE) --no-print-directory all
	@tests/demo.sh

# Tests compile a thousand times what has not changed.
CACHED := CCACHE_NOHASHDIR=1 $(MAKE) --no-print-directory CC='ccache $(filter-out ccache,$(CC))'
# As many at once as there are processors, unless it was said how many.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

check: ## install what is missing, run every test
	@tests/tools/deps.sh check
	@+$(CACHED) $(PARALLEL) all $(B)/unit
	@BED_NAME=$${BED_NAME:-aiwf-check} BED_NET=$${BED_NET:-10.88.0} BED_AFTER=reset tests/run unit cli fuzz live -- lint mutants

check-unit: all $(B)/unit ## the unit tests alone
	@tests/run unit

check-cli: all ## the black-box tests alone (ONLY=pattern picks files)
	@tests/run cli

check-live: all $(B)/unit ## the real services (BED=part,part: only what needs no other; ONLY=pattern picks files)
	@tests/tools/deps.sh check
	@tests/run live

check-asan: ## unit and black-box tests under AddressSanitizer and UBSan
	@tests/tools/deps.sh check
	@+$(CACHED) $(PARALLEL) B=build/asan SAN=address,undefined CFLAGS="-O1 -g" build/asan/aiwf build/asan/unit
	@B=build/asan tests/run unit cli

check-valgrind: ## unit tests and the quick commands under valgrind
	@tests/tools/deps.sh check
	@$(MAKE) --no-print-directory all $(B)/unit
	@tests/valgrind.sh

check-mutants: ## every deliberate bug must be caught, also those that were before
	@ALL=1 tests/run mutants

lint: ## layers, format, clang-tidy, cppcheck
	@tests/tools/deps.sh check
	@$(MAKE) --no-print-directory all
	@tests/run lint

format: ## rewrite the sources in the project's format
	git ls-files -- '*.c' '*.h' | xargs clang-format -i

bench: ## measure against the peers and the limits, side by side; writes build/bench.json
	@tests/tools/deps.sh bench
	@$(MAKE) --no-print-directory all
	@tests/bench/run

man: all ## write the manual pages from the command tree
	@for page in $$($(B)/aiwf __man); do $(B)/aiwf __man $$page >man/$$page; done

completions: all ## write the completions from the command tree
	@for shell in bash zsh fish; do $(B)/aiwf __completion $$shell >completions/aiwf.$$shell || exit 1; done
	@$(MAKE) --no-print-directory all

install: all ## install below DESTDIR and prefix (/usr/local)
	install -D -m 755 $(B)/aiwf $(DESTDIR)$(prefix)/bin/aiwf
	for page in man/*.[157]; do install -D -m 644 $$page $(DESTDIR)$(prefix)/share/man/man$${page##*.}/$${page##*/}; done
	install -D -m 644 completions/aiwf.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/aiwf
	install -D -m 644 completions/aiwf.zsh $(DESTDIR)$(prefix)/share/zsh/site-functions/_aiwf
	install -D -m 644 completions/aiwf.fish $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/aiwf.fish

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(prefix)/bin/aiwf $(DESTDIR)$(prefix)/share/bash-completion/completions/aiwf
	rm -f $(DESTDIR)$(prefix)/share/zsh/site-functions/_aiwf $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/aiwf.fish
	for page in man/*.[157]; do rm -f $(DESTDIR)$(prefix)/share/man/man$${page##*.}/$${page##*/}; done

clean: ## remove the build folder
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile
	@echo '  variables: CC=clang  CFLAGS=...  B=folder  SAN=address,undefined  DESTDIR=  prefix=/usr/local  V=1'

.PHONY: all demo check check-unit check-cli check-live check-asan check-valgrind check-mutants lint format bench man completions install uninstall clean help
-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(wildcard $(B)/tests/fuzz/*.d)
