/* SPDX-License-Identifier: BSD-3-Clause */
/* A dialect for harnesses, from one of the files that are shipped. */
#ifndef APITOKEN_TESTS_FUZZ_CONFIG_H
#define APITOKEN_TESTS_FUZZ_CONFIG_H

#include "tests/fuzz/fuzz.h"

#include "common/dialect.h"
#include "common/ini.h"

static inline int config_set(const struct ini_entry *entry, void *dialect, struct error *error)
{
	return dialect_set(dialect, entry, error);
}

/* Read without the rules for trusted files: a source tree may lie anywhere. */
static inline void config_dialect(struct dialect *dialect, const char *name)
{
	static char text[INI_TEXT_MAX];
	struct error error = { .text = "" };
	char path[128];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "common/dialects/%s.conf", name);
	file = fopen(path, "r");
	FUZZ_REQUIRE(file != NULL);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	dialect_init(dialect);
	FUZZ_REQUIRE(ini_parse(path, text, length, config_set, dialect, &error) == 0);
	FUZZ_REQUIRE(dialect_check(dialect, path, &error) == 0);
}

#endif
