# make bench: what a cached get and a login cost, beside their peers, in one run (tests/bench/measure says how).
# ROUNDS=400 LOGIN_ROUNDS=200 are the standard.
LIBCURL_VARIANT := $(B)/tests/bench/git-credential-apitoken-libcurl

# The same helper, had it been linked with libcurl: dynamically, as libcurl comes in no useful static form.
$(LIBCURL_VARIANT): $(B)/git-credential/git-credential-apitoken.o $(B)/libhelper.a $(B)/libcommon.a
	$(Q)mkdir -p $(@D)
	$(call link,-pie,-lkeyutils -Wl$(comma)--no-as-needed $(curl_flags))

bench:
	$(Q)tests/install-packages build unit flows
	$(Q)$(MAKE) --no-print-directory -s all tests-build $(LIBCURL_VARIANT)
	$(script) tests/nsrun --net env $(if $(ROUNDS),ROUNDS=$(ROUNDS)) $(if $(LOGIN_ROUNDS),LOGIN_ROUNDS=$(LOGIN_ROUNDS)) tests/bench/measure
