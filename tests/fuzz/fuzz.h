/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the fuzz harnesses share. Each tests/fuzz/fuzz_NAME.c feeds one kind of input from outside to the real code and
 * asks for properties that must hold whatever the input is. "make fuzz" links them with libFuzzer, the test run with
 * replay.c, which feeds them the files of corpus/NAME/. They run in the source tree.
 */
#ifndef APITOKEN_TESTS_FUZZ_H
#define APITOKEN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that does not hold is a finding, like a crash. */
#define FUZZ_REQUIRE(property)                                                                     \
	do {                                                                                       \
		if (!(property)) {                                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as a string that ends where its block ends, so that a read behind it is seen. A NUL inside cuts it. free() it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = strndup(size == 0 ? "" : (const char *)data, size);

	FUZZ_REQUIRE(text != NULL);
	return text;
}

/* The next line of the input into out, without its newline, cut where it does not fit; *data and *size move behind it. */
static inline void fuzz_line(const uint8_t **data, size_t *size, char *out, size_t room)
{
	const uint8_t *end = *size == 0 ? NULL : memchr(*data, '\n', *size);
	size_t length = end == NULL ? *size : (size_t)(end - *data), taken = length + (end != NULL);

	snprintf(out, room, "%.*s", (int)length, *size == 0 ? "" : (const char *)*data);
	*data += taken;
	*size -= taken;
}

#endif
