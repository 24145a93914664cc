/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * INI as administrators know it: [section], key = value, full-line comments with '#'. Nothing else: no inline comments, continuation,
 * includes or quotes. White space around names and values is stripped. A line is at most INI_LINE_MAX bytes, the text INI_TEXT_MAX.
 * Keys before the first section have section "". Control characters, non-ASCII in names, a NUL or a CR (but one before LF) are errors.
 */
#ifndef APITOKEN_INI_H
#define APITOKEN_INI_H

#include <stddef.h>

#include "common/error.h"
#include "common/trusted.h"

enum {
	INI_LINE_MAX = 16384,         /* bytes */
	INI_TEXT_MAX = 256 * 1024,    /* bytes */
	INI_NAME_MAX = 128,           /* bytes of a section or key */
	INI_PATH_MAX = 1280,          /* bytes with NUL of a file's path, as it is shown */
};

struct ini_entry {
	const char *path;    /* the file, as it is to be shown */
	int line;            /* from 1 */
	const char *section; /* never NULL */
	const char *key;     /* NULL: the section's own header line */
	const char *value;   /* may be "" */
};

/* Returns 0 to go on; -1 with *error filled to stop. Strings live only during the call. */
typedef int ini_handler(const struct ini_entry *entry, void *context, struct error *error);

/*
 * Parses text and calls handler for each section header and each key, in order. A section opened twice and a key repeated in its section are errors.
 * Returns 0, or -1 with ERROR_CONFIGURATION and "PATH:LINE: what is wrong, what was expected".
 */
int ini_parse(const char *path, const char *text, size_t length, ini_handler *handler, void *context, struct error *error);
/* Opens with trusted_open(), reads whole, parses. errno ENOENT is kept in error->errnum. */
int ini_parse_file(const char *path, ini_handler *handler, void *context, struct error *error);
/* The same for a file in a folder that was judged before. */
int ini_parse_in_folder(const struct trusted_folder *folder, const char *name, ini_handler *handler, void *context, struct error *error);
/* "PATH:LINE: " and the text; returns -1. For handlers. */
int ini_error(struct error *error, const struct ini_entry *entry, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
