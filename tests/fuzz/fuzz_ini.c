/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of every configuration file: what the handler sees is one line each, in order, and stands in the text. */
#include "tests/fuzz/fuzz.h"

#include "common/ini.h"

struct seen {
	const char *text;
	size_t length;
	int line;
};

static bool stands_in(const struct seen *seen, const char *piece)
{
	return memmem(seen->text, seen->length, piece, strlen(piece)) != NULL;
}

static int handle(const struct ini_entry *entry, void *context, struct error *error)
{
	struct seen *seen = context;

	(void)error;
	FUZZ_REQUIRE(entry->line > seen->line);
	seen->line = entry->line;
	FUZZ_REQUIRE(strlen(entry->section) <= INI_NAME_MAX && stands_in(seen, entry->section));
	if (entry->key == NULL)
		return 0;
	FUZZ_REQUIRE(entry->key[0] != '\0' && strlen(entry->key) <= INI_NAME_MAX && stands_in(seen, entry->key));
	FUZZ_REQUIRE(strpbrk(entry->value, "\r\n") == NULL && stands_in(seen, entry->value));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .text = (const char *)data, .length = size };
	struct error error;

	if (ini_parse("file", (const char *)data, size, handle, &seen, &error) < 0) {
		FUZZ_REQUIRE(error.code == ERROR_CONFIGURATION);
		FUZZ_REQUIRE(strncmp(error.text, "file", 4) == 0);
	}
	return 0;
}
