# apitoken: plain "make" builds everything into build/. "make help" lists the targets.
# B=DIR builds elsewhere; V=1 shows the commands; SANITIZE=address,undefined instruments (and links dynamically).

VERSION    := 0.1.0
CC         ?= gcc
PKG_CONFIG ?= pkg-config
B          ?= build
PREFIX     ?= /usr/local
PAMDIR     ?= $(PREFIX)/lib/security
DESTDIR    ?=
SANITIZE   ?=

LIBEXECDIR := $(PREFIX)/libexec/apitoken
SHAREDIR   := $(PREFIX)/share/apitoken

CFLAGS   ?= -O2 -g
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla \
            -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Werror
ifeq ($(SANITIZE),)
FORTIFY  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
STATIC   := -static-pie
else
FORTIFY  := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -DAPITOKEN_SANITIZED
STATIC   := -pie
SANLINK  := -fsanitize=$(SANITIZE)
endif
# The folder where it is built does not matter to what is built.
ALL_CFLAGS  = -std=gnu11 $(CFLAGS) -ffile-prefix-map=$(CURDIR)=. $(FORTIFY) $(HARDEN) $(WARN) -fPIC -fvisibility=hidden -I. -ffunction-sections -MMD -MP
ALL_CPPFLAGS = -D_GNU_SOURCE -DAPITOKEN_VERSION='"$(VERSION)"' -DAPITOKEN_LIBEXECDIR='"$(LIBEXECDIR)"' $(CPPFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SANLINK) -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--as-needed,--gc-sections

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

lib_objects  = $(patsubst %.c,$(B)/%.o,$(sort $(1)))
COMMON       := $(call lib_objects,$(wildcard common/*.c))
# client_auth = assertion needs OpenSSL's headers; everything else does without.
CRYPTO       := $(shell $(PKG_CONFIG) --exists libcrypto 2>/dev/null && echo libcrypto)
FETCH        := $(call lib_objects,$(filter-out common/fetch/$(if $(CRYPTO),assertion_without,assertion).c,$(wildcard common/fetch/*.c)))
PAM_MODULE   := $(call lib_objects,$(filter-out pam_apitoken/stash.c,$(wildcard pam_apitoken/*.c)))
HELPER_MAINS := git-credential/git-credential-apitoken.c git-credential/docker-credential-apitoken.c git-credential/apitoken.c
HELPER       := $(call lib_objects,$(filter-out $(HELPER_MAINS),$(wildcard git-credential/*.c)))
DIALECTS     := $(patsubst common/dialects/%,$(B)/dialects/%,$(wildcard common/dialects/*.conf))

curl_flags   = $(shell $(PKG_CONFIG) --libs libcurl json-c $(CRYPTO))

PROGRAMS := $(B)/pam_apitoken.so $(B)/fetch $(B)/stash $(B)/git-credential-apitoken \
            $(B)/docker-credential-apitoken $(B)/apitoken

all: $(PROGRAMS) $(DIALECTS)

# "make" and then "make install PREFIX=/usr": what is compiled in must follow, or the module looks for fetch below the old PREFIX.
COMPILED_IN := $(VERSION) $(LIBEXECDIR)
$(B)/compiled-in: always
	$(Q)mkdir -p $(@D) && { echo '$(COMPILED_IN)' | cmp -s - $@ || echo '$(COMPILED_IN)' >$@; }

$(B)/%.o: %.c $(B)/compiled-in
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

define archive
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^
endef
$(B)/libcommon.a: $(COMMON)
	$(archive)
$(B)/libhelper.a: $(HELPER)
	$(archive)
$(B)/libfetch.a: $(filter-out %/main.o,$(FETCH))
	$(archive)
$(B)/libpammodule.a: $(PAM_MODULE)
	$(archive)

define link
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(1) -o $@ $(filter %.o %.a,$^) $(2)
endef
$(B)/pam_apitoken.so: $(PAM_MODULE) $(B)/libcommon.a pam_apitoken/pam_apitoken.map
	$(call link,-shared -Wl$(comma)-Bsymbolic -Wl$(comma)--version-script=pam_apitoken/pam_apitoken.map,-lpam -lkeyutils)
$(B)/fetch: $(B)/common/fetch/main.o $(B)/libfetch.a $(B)/libcommon.a
	$(call link,-pie,$(curl_flags))
$(B)/stash: $(B)/pam_apitoken/stash.o $(B)/libcommon.a
	$(call link,$(STATIC),-lkeyutils)
$(B)/git-credential-apitoken $(B)/docker-credential-apitoken: $(B)/%: $(B)/git-credential/%.o $(B)/libhelper.a $(B)/libcommon.a
	$(call link,$(STATIC),-lkeyutils)
$(B)/apitoken: $(B)/git-credential/apitoken.o $(B)/libhelper.a $(B)/libcommon.a
	$(call link,-pie,-lkeyutils)
$(B)/dialects/%.conf: common/dialects/%.conf
	$(Q)mkdir -p $(@D) && cp $< $@

comma := ,

# ---- installation ------------------------------------------------------------------------------------------------------
install: all
	install -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(SHAREDIR)/dialects $(DESTDIR)$(SHAREDIR)/examples $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PAMDIR) \
		$(DESTDIR)$(PREFIX)/share/pam-configs $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(B)/fetch $(B)/stash $(DESTDIR)$(LIBEXECDIR)/
	install -m 755 $(B)/git-credential-apitoken $(B)/docker-credential-apitoken $(B)/apitoken $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(B)/pam_apitoken.so $(DESTDIR)$(PAMDIR)/
	install -m 644 $(DIALECTS) $(DESTDIR)$(SHAREDIR)/dialects/
	install -m 644 common/examples/*.conf $(DESTDIR)$(SHAREDIR)/examples/
	install -m 644 pam_apitoken/pam-configs/apitoken $(DESTDIR)$(PREFIX)/share/pam-configs/
	for page in $(wildcard */*.[158]); do \
		install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/ || exit 1; done

# ---- tests -------------------------------------------------------------------------------------------------------------
UNITS      := $(patsubst %.c,$(B)/%,$(filter-out $(if $(CRYPTO),,tests/unit/test_assertion.c),$(wildcard tests/unit/test_*.c)))
RIGS       := $(patsubst %.c,$(B)/%,$(wildcard tests/rigs/*.c) $(wildcard tests/servers/*.c) $(wildcard tests/bench/*.c))
TESTVENDOR := $(call lib_objects,$(wildcard tests/vendor/*.c))
BADIDP     := $(call lib_objects,$(wildcard tests/badidp/*.c))
TESTPROGS  := $(UNITS) $(RIGS) $(if $(TESTVENDOR),$(B)/tests/testvendor) $(if $(BADIDP),$(B)/tests/badidp/badidp)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libfetch.a $(B)/libpammodule.a $(B)/libhelper.a $(B)/libcommon.a
	$(call link,-pie,-lcmocka $(curl_flags) -lpam -lkeyutils)
# What is pure in the test servers, for their own units.
SERVERS_PURE := $(addprefix $(B)/tests/vendor/,fields.o options.o state.o users.o tokens.o counters.o) $(B)/tests/badidp/script.o
$(B)/tests/unit/test_servers_%: $(B)/tests/unit/test_servers_%.o $(SERVERS_PURE) $(B)/libcommon.a
	$(call link,-pie,-lcmocka $(curl_flags))
$(filter-out %/formwriter,$(RIGS)): $(B)/%: $(B)/%.o $(B)/libcommon.a
	$(call link,-pie,-lpam -lkeyutils -ldl -lpthread)
$(B)/tests/rigs/formwriter: %: %.o $(B)/libfetch.a $(B)/libcommon.a
	$(call link,-pie,)
$(B)/tests/testvendor: $(TESTVENDOR) $(B)/libcommon.a
	$(call link,-pie,-lmicrohttpd -lgnutls -ljson-c)
$(B)/tests/badidp/badidp: $(BADIDP) $(B)/libcommon.a
	$(call link,-pie,-lgnutls)

tests-build: all $(TESTPROGS)
unit: all $(UNITS)
	$(Q)tests/run-units $(B)
.PHONY: all always install tests-build unit demo check check-peers bench soak fuzz analyze lint scoreboard clean help
help:
	@printf '  %-12s %s\n' \
		all 'the programs, the PAM module and the dialects, into B (the default)' \
		demo 'a login with a vendor password, then git and docker, shown step by step' \
		check 'every test that needs nothing but Debian packages' \
		check-peers 'the same against Keycloak, dockerd and newer versions of git (downloads them)' \
		unit 'the unit tests alone' \
		bench 'what a cached get and a login cost, beside their peers' \
		soak 'logins and eight processes for an hour, with tokens of three seconds: SOAK_SECONDS=3600' \
		fuzz 'libFuzzer on every parser: FUZZ_SECONDS=60 for each' \
		analyze 'clang, cppcheck, clang-tidy and gcc -fanalyzer over the product' \
		lint 'rules for sources, binaries, scripts and manual pages' \
		scoreboard 'the threats of tests/threats.md that the last test run covered' \
		install 'into PREFIX, PAMDIR and below DESTDIR' \
		clean 'remove B'
	@printf '%s\n' '' 'Variables, with their values now:'
	@printf '  %-32s %s\n' 'B=$(B)' 'where to build' 'V=$(V)' '1: show the commands' 'CC=$(CC)' 'gcc or clang' \
		'SANITIZE=$(SANITIZE)' 'address,undefined: instrument everything' 'PREFIX=$(PREFIX)' 'where programs, dialects and manual pages go' \
		'PAMDIR=$(PAMDIR)' 'where PAM looks for modules' 'DESTDIR=$(DESTDIR)' 'put before all of these, for packages'
.SECONDARY:
clean:
	rm -rf $(B)
include $(wildcard tests/targets.mk tests/bench/targets.mk)
-include $(shell find $(B) -name '*.d' 2>/dev/null)
