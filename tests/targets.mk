# The top-level test targets; included by the Makefile. The scripts of the same names do the work; they call make again themselves,
# so that a job server must not be handed on.
script = $(Q)MAKEFLAGS= B='$(B)' CC='$(CC)' SANITIZE='$(SANITIZE)'

# What the test servers and rigs need, and no more: the demo builds no unit tests.
tests-servers-build: all $(filter $(B)/tests/rigs/%,$(RIGS)) $(B)/tests/testvendor
demo:
	$(script) tests/demo
check:
	$(script) tests/check
check-peers:
	$(script) tests/peers/run
lint: all
	$(script) tests/lint
analyze: all
	$(script) tests/analyze all
scoreboard:
	$(Q)tests/tap-read $(wildcard $(B)/results/*.tap) | tests/scoreboard tests/threats.md -
.PHONY: tests-servers-build

# For tests/rigs/at-clock: a clock that is wrong, and the static helpers once more as programs that can be given one.
TWINS := $(addprefix $(B)/tests/twins/,git-credential-apitoken docker-credential-apitoken)
$(B)/tests/preload/wrongclock.so: $(B)/tests/preload/wrongclock.o
	$(call link,-shared,)
$(TWINS): $(B)/tests/twins/%: $(B)/git-credential/%.o $(B)/libhelper.a $(B)/libcommon.a
	$(Q)mkdir -p $(@D)
	$(call link,-pie,-lkeyutils)
tests-build: $(TWINS) $(B)/tests/preload/wrongclock.so

# tests/fuzz/fuzz_NAME.c with libFuzzer, over a build of its own; and with tests/fuzz/replay.c, which any compiler builds.
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_ARCHIVES := $(addprefix $(B)/,libfetch.a libhelper.a libcommon.a)
REPLAYS      := $(addprefix $(B)/tests/fuzz/replay_,$(FUZZ_NAMES))
$(REPLAYS): $(B)/tests/fuzz/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(FUZZ_ARCHIVES)
	$(call link,-pie,$(curl_flags) -lkeyutils)
tests-build: $(REPLAYS)
$(addprefix $(B)/tests/fuzz/fuzz_,$(FUZZ_NAMES)): %: %.o $(FUZZ_ARCHIVES)
	$(call link,-pie -fsanitize=fuzzer,$(curl_flags) -lkeyutils)
fuzz-build: $(addprefix $(B)/tests/fuzz/fuzz_,$(FUZZ_NAMES))
fuzz:
	$(Q)tests/install-packages build fuzz
	$(script) tests/fuzz/run
soak:
	$(Q)tests/install-packages build flows
	$(Q)$(MAKE) --no-print-directory -s all tests-servers-build
	$(script) tests/soak
.PHONY: fuzz-build
