/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/claim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/host.h"
#include "common/ini.h"

struct claim {
	const char *host;
	bool found;
};

static bool lists(const char *words, const char *host)
{
	char canonical[HOST_MAX];

	while (*words) {
		size_t length = strcspn(words, " \t");

		if (length > 0 && host_canonical(words, length, canonical, NULL) == 0 &&
		    strcmp(canonical, host) == 0)
			return true;
		words += length;
		words += strspn(words, " \t");
	}
	return false;
}

static int look(const struct ini_entry *entry, void *context, struct error *error)
{
	struct claim *claim = context;

	(void)error;
	if (entry->key && strcmp(entry->section, "vendor") == 0 &&
	    strcmp(entry->key, "hosts") == 0 && lists(entry->value, claim->host))
		claim->found = true;
	return claim->found ? -1 : 0;
}

bool claim_host(const struct vendor_places *places, const char *name, const char *canonical_host)
{
	struct claim claim = { .host = canonical_host };
	struct error error = { .code = ERROR_NONE };
	char path[sizeof(places->vendor_folders[0]) + VENDOR_NAME_MAX + 8];

	for (size_t i = 0; i < sizeof(places->vendor_folders) / sizeof(places->vendor_folders[0]);
	     i++) {
		if (places->vendor_folders[i][0] == '\0')
			break;
		snprintf(path, sizeof(path), "%s/%s.conf", places->vendor_folders[i], name);
		if (ini_parse_file(path, look, &claim, &error) == 0 || error.errnum != ENOENT)
			break; /* the first folder that has the file decides */
		error.errnum = 0;
	}
	return claim.found;
}
