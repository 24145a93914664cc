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
analyze:
	$(script) tests/analyze all
scoreboard:
	$(Q)tests/tap-read $(wildcard $(B)/results/*.tap) | tests/scoreboard tests/threats.md -
.PHONY: tests-servers-build
