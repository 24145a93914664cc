/* SPDX-License-Identifier: BSD-3-Clause */
/* The server key of a docker client: only a key that names a listed host is found. */
#include "tests/fuzz/listed.h"

#include "git-credential/docker_key.h"

static bool names_listed(const char *key)
{
	if (strncasecmp(key, "https://", 8) == 0)
		key += 8;
	return listed_spelling(key, strcspn(key, "/?#"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *key = fuzz_text(data, size), host[HOST_MAX], again[HOST_MAX];
	struct error error;

	if (docker_key_host(key, host, &error) == 0) {
		FUZZ_REQUIRE(listed_host(host) == names_listed(key));
		FUZZ_REQUIRE(docker_key_host(host, again, &error) == 0);
		FUZZ_REQUIRE(strcmp(host, again) == 0);
	} else {
		FUZZ_REQUIRE(error.code == ERROR_POLICY);
	}
	free(key);
	return 0;
}
