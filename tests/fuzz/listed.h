/* SPDX-License-Identifier: BSD-3-Clause */
/* Two listed hosts, and every way that they may be written: a token goes to nothing that is written in another way. */
#ifndef APITOKEN_TESTS_FUZZ_LISTED_H
#define APITOKEN_TESTS_FUZZ_LISTED_H

#include "tests/fuzz/fuzz.h"

#include <strings.h>

#include "common/vendor.h"

static inline bool listed_host(const char *canonical)
{
	static char git[] = "git.example.com", registry[] = "registry.example.com:5000";
	static struct vendor_host hosts[] = { { .host = git }, { .host = registry } };
	static const struct vendor vendor = { .hosts = hosts, .hosts_count = 2 };

	return vendor_host_find(&vendor, canonical) != NULL;
}

/* Written by hand here, beside the code that is tested: upper and lower case, and :443 where no port is listed. */
static inline bool listed_spelling(const char *text, size_t length)
{
	static const char *const spellings[] = { "git.example.com", "git.example.com:443", "registry.example.com:5000" };

	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (strlen(spellings[i]) == length && strncasecmp(spellings[i], text, length) == 0)
			return true;
	return false;
}

#endif
