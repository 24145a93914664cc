/* SPDX-License-Identifier: BSD-3-Clause */
/* The values of one request by name (username, password, client_id, ...), and templates filled with them. */
#ifndef APITOKEN_FETCH_VARIABLES_H
#define APITOKEN_FETCH_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/dialect.h"
#include "common/error.h"
#include "common/secret.h"

enum {
	VARIABLE_NAME_MAX = 64,   /* bytes with NUL */
	VARIABLES_MAX = 24,       /* what a caller sends, and what a chain adds */
	VARIABLES_NESTING_MAX = 4 /* a default may name other variables: that deep */
};

struct variable {
	char name[VARIABLE_NAME_MAX];
	struct secret value;
	bool is_url; /* checked: it stands in a URL as it is */
};

struct variables {
	struct variable items[VARIABLES_MAX];
	size_t count;
	const struct dialect *dialect; /* its variables stand behind the items; NULL: none */
};

void variables_init(struct variables *variables, const struct dialect *dialect);
void variables_release(struct variables *variables);
/* Sets or replaces one. Returns 0, or -1 (ERROR_CONFIGURATION: a bad name or too many; ERROR_MEMORY). */
int variables_set(struct variables *variables, const char *name, const void *bytes, size_t length, struct error *error);
/* The same for the text of a URL that url_parse() has taken. */
int variables_set_url(struct variables *variables, const char *name, const char *url, struct error *error);
/* Wipes it: what was sent once is not sent again. */
void variables_drop(struct variables *variables, const char *name);
/* NULL where the caller sent none of that name. */
const struct secret *variables_find(const struct variables *variables, const char *name);

enum template_use {
	TEMPLATE_TEXT, /* as it is */
	TEMPLATE_URL,  /* what a person typed or a vendor issued is percent-encoded; configuration stands as it is */
};

/*
 * Appends text to out, each {name} replaced: by the caller's variable, else by the dialect's (a template itself), else by nothing (known but not set, like an
 * absent scope). ERROR_CONFIGURATION for a brace without its partner or defaults that nest too deep, ERROR_MEMORY where out is too small.
 */
int template_expand(struct secret *out, const char *text, const struct variables *variables, enum template_use use, struct error *error);
/* 1 where the template, or a default that it names, uses that variable. */
int template_names(const char *text, const struct variables *variables, const char *name);

#endif
