/* SPDX-License-Identifier: BSD-3-Clause */
/* A vendor's file: what is taken is within its bounds, and its hosts are canonical and each there once. */
#include "tests/fuzz/fuzz.h"

#include "common/vendor_key.h"

static void check_hosts(const struct vendor *vendor)
{
	char host[HOST_MAX];

	for (size_t i = 0; i < vendor->hosts_count; i++) {
		const char *listed = vendor->hosts[i].host;

		FUZZ_REQUIRE(host_canonical(listed, strlen(listed), host, NULL) == 0 && strcmp(host, listed) == 0);
		FUZZ_REQUIRE(vendor_host_find(vendor, listed) == &vendor->hosts[i]);
	}
}

static void check_urls(const struct vendor *vendor)
{
	const char *const urls[] = { vendor->token_url, vendor->base_url, vendor->issuer };
	static struct url url;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		FUZZ_REQUIRE(urls[i] == NULL || url_parse(urls[i], &url, NULL) == 0);
}

static void check_vendor(const struct vendor *vendor)
{
	char account[ACCOUNT_MAX];

	FUZZ_REQUIRE(vendor->timeout >= VENDOR_TIMEOUT_MIN && vendor->timeout <= VENDOR_TIMEOUT_MAX);
	FUZZ_REQUIRE(vendor->default_lifetime >= 0 && vendor->default_lifetime <= VENDOR_LIFETIME_MAX);
	FUZZ_REQUIRE(vendor->otp_digits >= 0 && vendor->otp_digits <= VENDOR_OTP_DIGITS_MAX);
	FUZZ_REQUIRE(vendor_name_valid(vendor->dialect));
	if (vendor_username(vendor, "alice", account, NULL) == 0)
		FUZZ_REQUIRE(strlen(account) < ACCOUNT_MAX);
	check_urls(vendor);
	check_hosts(vendor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vendor vendor = { .name = "fuzz", .timeout = VENDOR_TIMEOUT_DEFAULT };
	struct vendor_reader reader = { .vendor = &vendor };
	struct error error;

	vendor.path = strdup("fuzz.conf");
	FUZZ_REQUIRE(vendor.path != NULL);
	if (ini_parse(vendor.path, (const char *)data, size, vendor_read_entry, &reader, &error) == 0 && vendor_read_finish(&reader, &error) == 0)
		check_vendor(&vendor);
	else
		FUZZ_REQUIRE(error.code == ERROR_CONFIGURATION);
	vendor_hosts_release(reader.settings, reader.settings_count);
	vendor_release(&vendor);
	return 0;
}
