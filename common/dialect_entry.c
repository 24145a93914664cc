/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/dialect_entry.h"

#include <stdlib.h>
#include <string.h>

#include "common/setting.h"

enum { STRIDE = 32 }; /* entries by which a list grows */

static void entry_release(struct dialect_entry *entry)
{
	free(entry->path);
	free(entry->section);
	free(entry->key);
	free(entry->value);
}

/* The caller releases *copy also after a failure. */
static int entry_copy(struct dialect_entry *copy, const struct ini_entry *entry,
		      struct error *error)
{
	copy->path = strdup(entry->path);
	copy->section = strdup(entry->section);
	copy->key = entry->key ? strdup(entry->key) : NULL;
	copy->value = strdup(entry->value);
	copy->line = entry->line;
	if (!copy->path || !copy->section || !copy->value || (entry->key && !copy->key))
		return setting_no_memory(entry, error);
	return 0;
}

int dialect_entries_append(struct dialect_entry **entries, size_t *count,
			   const struct ini_entry *entry, struct error *error)
{
	struct dialect_entry copy, *grown;

	if (*count % STRIDE == 0) {
		grown = reallocarray(*entries, *count + STRIDE, sizeof(*grown));
		if (!grown)
			return setting_no_memory(entry, error);
		*entries = grown;
	}
	if (entry_copy(&copy, entry, error) < 0) {
		entry_release(&copy);
		return -1;
	}
	(*entries)[(*count)++] = copy;
	return 0;
}

int dialect_entry_replace(struct dialect_entry *old, const struct ini_entry *entry,
			  struct error *error)
{
	struct dialect_entry copy, released;
	int result = entry_copy(&copy, entry, error);

	released = copy;
	if (result == 0) {
		released = *old;
		*old = copy;
	}
	entry_release(&released);
	return result;
}

struct dialect_entry *dialect_entries_find(struct dialect_entry *entries, size_t count,
					   const char *section, const char *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (entries[i].key && strcmp(entries[i].key, key) == 0 &&
		    strcmp(entries[i].section, section) == 0)
			return &entries[i];
	return NULL;
}

void dialect_entries_release(struct dialect_entry *entries, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		entry_release(&entries[i]);
	free(entries);
}
