/* SPDX-License-Identifier: BSD-3-Clause */
/* A host name and a URL: the canonical form is its own canonical form, and only what is listed is found. */
#include "tests/fuzz/listed.h"

static void try_host(const char *text, size_t length)
{
	char host[HOST_MAX], again[HOST_MAX];
	struct error error;

	if (host_canonical(text, length, host, &error) < 0) {
		FUZZ_REQUIRE(error.code == ERROR_POLICY);
		return;
	}
	FUZZ_REQUIRE(host_canonical(host, strlen(host), again, &error) == 0);
	FUZZ_REQUIRE(strcmp(host, again) == 0);
	FUZZ_REQUIRE(strpbrk(host, "@/\\%?# ") == NULL);
	FUZZ_REQUIRE(listed_host(host) == listed_spelling(text, length));
}

static void try_url(const char *text)
{
	static struct url url, again;
	struct error error;

	if (url_parse(text, &url, &error) < 0) {
		FUZZ_REQUIRE(error.code == ERROR_CONFIGURATION);
		return;
	}
	FUZZ_REQUIRE(strncmp(url.text, "https://", 8) == 0);
	FUZZ_REQUIRE(strncmp(url.text + 8, url.host, strlen(url.host)) == 0);
	FUZZ_REQUIRE(strchr("/?", url.text[8 + strlen(url.host)]) != NULL);
	FUZZ_REQUIRE(url.port >= 1 && url.port <= 65535);
	FUZZ_REQUIRE(url_parse(url.text, &again, &error) == 0);
	FUZZ_REQUIRE(strcmp(url.text, again.text) == 0 && strcmp(url.host, again.host) == 0);
	FUZZ_REQUIRE(strcmp(url.name, again.name) == 0 && url.port == again.port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	try_host((const char *)data, size);
	try_url(text);
	free(text);
	return 0;
}
