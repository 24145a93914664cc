/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every parser of ours must stand: all prefixes of a good text, and the text with each byte
 * replaced by each other byte. None may crash (sanitizers watch), and none that holds a control
 * byte may be accepted.
 */
#ifndef APITOKEN_TESTS_MUTATIONS_H
#define APITOKEN_TESTS_MUTATIONS_H

#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int mutation_parser(const char *text, size_t length); /* 0: accepted */

static inline bool mutation_has_control_byte(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == '\n' || text[i] == '\t' ||
		    (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n'))
			continue;
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	}
	return false;
}

/* The text is handed over in a block of exactly its size, so that a read behind the end is seen.
 * Returns how many were accepted. */
static inline size_t mutation_try(mutation_parser *parse, const char *text, size_t length)
{
	char *block = malloc(length ? length : 1);
	int result;

	assert_non_null(block);
	memcpy(block, text, length);
	result = parse(block, length);
	if (result == 0 && mutation_has_control_byte(text, length))
		fail_msg("accepted with a control byte: %.*s", (int)length, text);
	free(block);
	return result == 0;
}

static inline void mutations_all(mutation_parser *parse, const char *good)
{
	size_t length = strlen(good), place, accepted = 0;
	char *text = strdup(good);
	int byte;

	assert_non_null(text);
	assert_int_equal(parse(good, length), 0);
	for (place = 0; place <= length; place++)
		accepted += mutation_try(parse, good, place);
	for (place = 0; place < length; place++) {
		for (byte = 0; byte < 256; byte++) {
			text[place] = (char)byte;
			accepted += mutation_try(parse, text, length);
		}
		text[place] = good[place];
	}
	assert_true(accepted >
		    length); /* each text with one byte replaced by itself is among them */
	free(text);
}

#endif
