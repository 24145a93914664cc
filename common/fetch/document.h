/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON body of an answer, and what stands at a path in it; the only user of json-c. */
#ifndef APITOKEN_FETCH_DOCUMENT_H
#define APITOKEN_FETCH_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum document_kind {
	DOCUMENT_MISSING, /* not there, or null */
	DOCUMENT_STRING,
	DOCUMENT_INTEGER,
	DOCUMENT_OTHER,   /* object, array, boolean, or a number with a fraction */
};

/* One value; the bytes live as long as the document. */
struct document_value {
	enum document_kind kind;
	const char *bytes;  /* of a string; may hold NULs */
	size_t length;
	int64_t integer;    /* INT64_MIN and INT64_MAX also stand for what is beyond them */
	char path[128];     /* the alternative that was found */
};

struct document; /* opaque */

/*
 * Parses the whole text: strict JSON, valid UTF-8, nothing behind it but white space, and what json_is_strict() asks. NULL where it is anything else, or
 * memory is short. A body of only a scalar is no document.
 */
struct document *document_parse(const char *text, size_t length);
void document_release(struct document *document);

/*
 * The first of the paths (apart by spaces; "a.b[0].c", "[0].a") that stands there and is not null. The order of alternatives is the dialect's.
 * document may be NULL: DOCUMENT_MISSING. Returns value->kind.
 */
enum document_kind document_find(const struct document *document, const char *paths, struct document_value *value);
/* Walks all alternatives that stand there: *rest begins as paths and moves on. False at the end. */
bool document_next(const struct document *document, const char **rest, struct document_value *value);

#endif
