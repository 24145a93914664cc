/* SPDX-License-Identifier: BSD-3-Clause */
/* Docker's server keys. */
#include "tests/unit/unit.h"

#include <string.h>

#include "git-credential/docker_key.h"

static void test_keys(void **state)
{
	static const struct {
		const char *key, *host; /* NULL: refused */
	} rows[] = {
		{ "registry.example.com", "registry.example.com" },
		{ "Registry.Example.COM", "registry.example.com" },
		{ "registry.example.com:5000", "registry.example.com:5000" },
		{ "registry.example.com:443", "registry.example.com" },
		{ "https://registry.example.com", "registry.example.com" },
		{ "HTTPS://registry.example.com", "registry.example.com" },
		{ "https://registry.example.com/", "registry.example.com" },
		{ "https://registry.example.com:443", "registry.example.com" },
		{ "https://registry.example.com/v1/", "registry.example.com" },
		{ "https://registry.example.com:5000/v2/?a=b", "registry.example.com:5000" },
		{ "registry.example.com/team/image", "registry.example.com" },
		{ "registry.example.com/", "registry.example.com" },
		{ "registry.example.com/v1/", "registry.example.com" },
		{ "registry.example.com?x", "registry.example.com" },
		{ "registry.example.com/a://b", "registry.example.com" },
		{ "[::1]:5000/x", "[::1]:5000" },
		{ "https://index.docker.io/v1/", "docker.io" },
		{ "index.docker.io", "docker.io" },
		{ "docker.io", "docker.io" },
		{ "registry-1.docker.io", "docker.io" },
		{ "https://index.docker.io/v1/access-token", "docker.io" },
		{ "http://registry.example.com", NULL },
		{ "HTTP://registry.example.com", NULL },
		{ "ftp://registry.example.com", NULL },
		{ "https:///registry.example.com", NULL },
		{ "https://https://registry.example.com", NULL },
		{ "://registry.example.com", NULL },
		{ "https://", NULL },
		{ "/", NULL },
		{ "user@registry.example.com", NULL },
		{ "https://user:pw@registry.example.com", NULL },
		{ "https://evil.example.com\\@registry.example.com", NULL },
		{ "registry.example.com.", NULL },
		{ "registry..example.com", NULL },
		{ "registry.example.com:", NULL },
		{ "registry.example.com:0", NULL },
		{ "registry.example.com:05000", NULL },
		{ "registry.example.com:65536", NULL },
		{ "registry.example.com:5000:5000", NULL },
		{ "registry%2eexample.com", NULL },
		{ "registry .example.com", NULL },
		{ " registry.example.com", NULL },
		{ "r\xc3\xa9gistry.example.com", NULL },
		{ "registry.example.com\t", NULL },
		{ "registry.example.com/\x01", NULL },
		{ "registry.example.com/\xff", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char host[HOST_MAX] = "unset";
		int result = docker_key_host(rows[i].key, host, NULL);

		if ((result == 0) != (rows[i].host != NULL) ||
		    (result == 0 && strcmp(host, rows[i].host) != 0))
			fail_msg("%s: %d, %s", rows[i].key, result, host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("CRD-06 every way to write a registry becomes one canonical host, or is "
			  "refused",
			  test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
