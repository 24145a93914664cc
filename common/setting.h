/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A key of an INI section and its place in a structure: dialects, vendor files and the policy are
 * read by tables of these.
 */
#ifndef APITOKEN_SETTING_H
#define APITOKEN_SETTING_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/ini.h"

struct setting_word {
	const char *word; /* NULL ends */
	int value;
};

struct setting;

/* Writes the entry's value to place. Returns 0, or -1 with ERROR_CONFIGURATION (file:line, what was
 * expected) or ERROR_MEMORY; place is then as before. */
typedef int setting_set(void *place, const struct setting *setting, const struct ini_entry *entry,
			struct error *error);
/* NULL for a good text, else what was expected. Never asked for the empty text. */
typedef const char *setting_fault(const char *text);

struct setting {
	const char *key; /* NULL ends a table */
	setting_set *set;
	size_t offset;                    /* of the place in the section's structure */
	const struct setting_word *words; /* setting_choice, setting_flag */
	setting_fault *fault;             /* setting_text, setting_array */
	size_t size;                      /* setting_array: bytes with NUL */
	int64_t minimum, maximum;         /* setting_number */
	const char *unit;                 /* setting_number: "seconds", or "" */
};

setting_set setting_text;   /* char *: a copy; an empty value makes it NULL */
setting_set setting_array;  /* char []: an empty value makes it "" */
setting_set setting_choice; /* int, or an enumeration */
setting_set setting_flag;   /* bool */
setting_set setting_number; /* int64_t */

/* Finds the entry's key in the table and sets it in structure. page: the manual page that a wrong
 * key is referred to. */
int setting_apply(void *structure, const struct setting *settings, const struct ini_entry *entry,
		  const char *page, struct error *error);
/* Replaces *place by a copy of value. ERROR_MEMORY; then *place is as before. */
int setting_copy(char **place, const char *value, const struct ini_entry *entry,
		 struct error *error);
/* The same, but NULL where value is empty. */
int setting_replace(char **place, const char *value, const struct ini_entry *entry,
		    struct error *error);
/* ERROR_MEMORY with the entry's file and line. Returns -1. */
int setting_no_memory(const struct ini_entry *entry, struct error *error);

#define SETTING_TEXT(KEY, STRUCTURE, MEMBER, FAULT)                                                \
	{                                                                                          \
		.key = KEY, .set = setting_text, .offset = offsetof(struct STRUCTURE, MEMBER),     \
		.fault = FAULT                                                                     \
	}
#define SETTING_ARRAY(KEY, STRUCTURE, MEMBER, FAULT)                                               \
	{                                                                                          \
		.key = KEY, .set = setting_array, .offset = offsetof(struct STRUCTURE, MEMBER),    \
		.fault = FAULT, .size = sizeof(((struct STRUCTURE *)NULL)->MEMBER)                 \
	}
#define SETTING_CHOICE(KEY, STRUCTURE, MEMBER, WORDS)                                              \
	{                                                                                          \
		.key = KEY, .set = setting_choice, .offset = offsetof(struct STRUCTURE, MEMBER),   \
		.words = WORDS                                                                     \
	}
#define SETTING_FLAG(KEY, STRUCTURE, MEMBER, WORDS)                                                \
	{                                                                                          \
		.key = KEY, .set = setting_flag, .offset = offsetof(struct STRUCTURE, MEMBER),     \
		.words = WORDS                                                                     \
	}
#define SETTING_NUMBER(KEY, STRUCTURE, MEMBER, MINIMUM, MAXIMUM, UNIT)                             \
	{                                                                                          \
		.key = KEY, .set = setting_number, .offset = offsetof(struct STRUCTURE, MEMBER),   \
		.minimum = MINIMUM, .maximum = MAXIMUM, .unit = UNIT                               \
	}

#endif
