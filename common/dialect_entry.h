/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of entries as they were read: a dialect's own, and a vendor file's for its dialect. */
#ifndef APITOKEN_DIALECT_ENTRY_H
#define APITOKEN_DIALECT_ENTRY_H

#include "common/dialect.h"

/* Appends a copy of the entry; a key of NULL (a section's header) stays NULL. ERROR_MEMORY. */
int dialect_entries_append(struct dialect_entry **entries, size_t *count,
			   const struct ini_entry *entry, struct error *error);
/* Puts the entry's value and place in the file into an older entry of the same section and key.
 * ERROR_MEMORY. */
int dialect_entry_replace(struct dialect_entry *old, const struct ini_entry *entry,
			  struct error *error);
/* The place of a section and key in the list; NULL where there is none. */
struct dialect_entry *dialect_entries_find(struct dialect_entry *entries, size_t count,
					   const char *section, const char *key);
void dialect_entries_release(struct dialect_entry *entries, size_t count);

#endif
