/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/setting.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

int setting_no_memory(const struct ini_entry *entry, struct error *error)
{
	return error_set(error, ERROR_MEMORY, "%s:%d: not enough memory to read it", entry->path,
			 entry->line);
}

int setting_copy(char **place, const char *value, const struct ini_entry *entry,
		 struct error *error)
{
	char *copy = strdup(value);

	if (!copy)
		return setting_no_memory(entry, error);
	free(*place);
	*place = copy;
	return 0;
}

int setting_replace(char **place, const char *value, const struct ini_entry *entry,
		    struct error *error)
{
	if (value[0] != '\0')
		return setting_copy(place, value, entry, error);
	free(*place);
	*place = NULL;
	return 0;
}

static int text_judge(const struct setting *setting, const struct ini_entry *entry,
		      struct error *error)
{
	const char *expected = entry->value[0] ? setting->fault(entry->value) : NULL;

	return expected ? ini_error(error, entry, "bad value of '%s'; expected %s", entry->key,
				    expected)
			: 0;
}

int setting_text(void *place, const struct setting *setting, const struct ini_entry *entry,
		 struct error *error)
{
	if (text_judge(setting, entry, error) < 0)
		return -1;
	return setting_replace(place, entry->value, entry, error);
}

int setting_array(void *place, const struct setting *setting, const struct ini_entry *entry,
		  struct error *error)
{
	if (text_judge(setting, entry, error) < 0)
		return -1;
	if (strlen(entry->value) >= setting->size)
		return ini_error(error, entry, "bad value of '%s'; expected at most %zu bytes",
				 entry->key, setting->size - 1);
	return text_copy(place, setting->size, entry->value);
}

/* "a|b|c" */
static void words_join(char *out, size_t size, const struct setting_word *words)
{
	size_t used = 0;

	for (; words->word && used + strlen(words->word) + 2 <= size; words++) {
		if (used > 0)
			out[used++] = '|';
		memcpy(out + used, words->word, strlen(words->word));
		used += strlen(words->word);
	}
	out[used] = '\0';
}

static const struct setting_word *word_find(const struct setting *setting,
					    const struct ini_entry *entry, struct error *error)
{
	const struct setting_word *word = setting->words;
	char choices[256];

	while (word->word && strcmp(word->word, entry->value) != 0)
		word++;
	if (word->word)
		return word;
	words_join(choices, sizeof(choices), setting->words);
	ini_error(error, entry, "bad value of '%s'; expected %s", entry->key, choices);
	return NULL;
}

int setting_choice(void *place, const struct setting *setting, const struct ini_entry *entry,
		   struct error *error)
{
	const struct setting_word *word = word_find(setting, entry, error);

	if (!word)
		return -1;
	memcpy(place, &word->value, sizeof(word->value));
	return 0;
}

int setting_flag(void *place, const struct setting *setting, const struct ini_entry *entry,
		 struct error *error)
{
	const struct setting_word *word = word_find(setting, entry, error);

	if (!word)
		return -1;
	*(bool *)place = word->value != 0;
	return 0;
}

int setting_number(void *place, const struct setting *setting, const struct ini_entry *entry,
		   struct error *error)
{
	if (number_parse(entry->value, setting->minimum, setting->maximum, place) == 0)
		return 0;
	return ini_error(error, entry,
			 "bad value of '%s'; expected a plain number from %lld to %lld%s%s",
			 entry->key, (long long)setting->minimum, (long long)setting->maximum,
			 setting->unit[0] ? " " : "", setting->unit);
}

int setting_apply(void *structure, const struct setting *settings, const struct ini_entry *entry,
		  const char *page, struct error *error)
{
	for (; settings->key; settings++)
		if (strcmp(settings->key, entry->key) == 0)
			return settings->set((char *)structure + settings->offset, settings, entry,
					     error);
	return ini_error(error, entry, "unknown key '%s' in section [%s]; see %s", entry->key,
			 entry->section, page);
}
