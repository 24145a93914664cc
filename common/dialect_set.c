/* SPDX-License-Identifier: BSD-3-Clause */
/* One entry into its place: tables of sections and keys, no key has code of its own here. */
#include <string.h>

#include "common/dialect.h"
#include "common/dialect_entry.h"
#include "common/dialect_key.h"
#include "common/dialect_part.h"
#include "common/dialect_syntax.h"
#include "common/setting.h"
#include "common/text.h"

static const char page[] = "apitoken-dialect(5)";

static int set_in_dialect(struct dialect *dialect, const char *name, const struct ini_entry *entry,
			  struct error *error)
{
	(void)name;
	return entry->key ? setting_apply(dialect, dialect_settings, entry, page, error) : 0;
}

static struct dialect_step *step_obtain(struct dialect *dialect, const char *name,
					const struct ini_entry *entry, struct error *error)
{
	struct dialect_step *step;
	size_t i;

	for (i = 0; i < dialect->steps_count; i++)
		if (strcmp(dialect->steps[i].name, name) == 0)
			return &dialect->steps[i];
	if (dialect->steps_count == DIALECT_STEPS_MAX) {
		ini_error(error, entry, "there are more than %d steps", DIALECT_STEPS_MAX);
		return NULL;
	}
	step = &dialect->steps[dialect->steps_count++];
	memcpy(step->name, name, strlen(name) + 1);
	return step;
}

static int set_in_step(struct dialect *dialect, const char *name, const struct ini_entry *entry,
		       struct error *error)
{
	struct dialect_step *step = step_obtain(dialect, name, entry, error);

	if (!step)
		return -1;
	if (!entry->key)
		return 0;
	if (text_starts_with(entry->key, "header."))
		return dialect_header_set(step, entry, error);
	if (text_starts_with(entry->key, "field."))
		return dialect_field_set(step, entry, error);
	return setting_apply(step, dialect_step_settings, entry, page, error);
}

static int set_in_discovery(struct dialect *dialect, const char *name,
			    const struct ini_entry *entry, struct error *error)
{
	(void)name;
	if (!entry->key)
		return 0;
	if (text_starts_with(entry->key, "endpoint."))
		return dialect_endpoint_set(&dialect->discovery, entry, error);
	return setting_apply(&dialect->discovery, dialect_discovery_settings, entry, page, error);
}

static int set_in_answer(struct dialect *dialect, const char *name, const struct ini_entry *entry,
			 struct error *error)
{
	struct dialect_answer *answer = &dialect->answer;
	struct dialect_step *step;

	if (name[0] != '\0') {
		step = step_obtain(dialect, name, entry, error);
		if (!step)
			return -1;
		answer = &step->answer;
	}
	return entry->key ? setting_apply(answer, dialect_answer_settings, entry, page, error) : 0;
}

static struct dialect_rule *rule_obtain(struct dialect *dialect, const char *name,
					const struct ini_entry *entry, struct error *error)
{
	struct dialect_rule *rule;
	size_t i;

	for (i = 0; i < dialect->rules_count; i++)
		if (strcmp(dialect->rules[i].name, name) == 0)
			return &dialect->rules[i];
	if (dialect->rules_count == DIALECT_RULES_MAX) {
		ini_error(error, entry, "there are more than %d error rules", DIALECT_RULES_MAX);
		return NULL;
	}
	rule = &dialect->rules[dialect->rules_count++];
	memcpy(rule->name, name, strlen(name) + 1);
	rule->body = -1;
	return rule;
}

static int set_in_rule(struct dialect *dialect, const char *name, const struct ini_entry *entry,
		       struct error *error)
{
	struct dialect_rule *rule = rule_obtain(dialect, name, entry, error);

	if (!rule)
		return -1;
	return entry->key ? setting_apply(rule, dialect_rule_settings, entry, page, error) : 0;
}

static int set_in_use(struct dialect *dialect, const char *name, const struct ini_entry *entry,
		      struct error *error)
{
	(void)name;
	if (!entry->key)
		return 0;
	if (text_starts_with(entry->key, "header."))
		return dialect_use_header_set(dialect, entry, error);
	return setting_apply(dialect, dialect_use_settings, entry, page, error);
}

static int set_in_variables(struct dialect *dialect, const char *name,
			    const struct ini_entry *entry, struct error *error)
{
	(void)name;
	return entry->key ? dialect_variable_set(dialect, entry, error) : 0;
}

struct section {
	const char *word;
	bool name_may, name_must; /* [word NAME] */
	int (*set)(struct dialect *dialect, const char *name, const struct ini_entry *entry,
		   struct error *error);
};

static const struct section sections[] = {
	{ "dialect", false, false, set_in_dialect },
	{ "defaults", false, false, set_in_variables },
	{ "variables", false, false, set_in_variables },
	{ "step", true, true, set_in_step },
	{ "discovery", false, false, set_in_discovery },
	{ "answer", true, false, set_in_answer },
	{ "error", true, true, set_in_rule },
	{ "use", false, false, set_in_use },
};

/* The section's kind, and its NAME ("" where there is none); NULL where it is none of ours. */
static const struct section *section_find(const char *text, const char **name)
{
	size_t length = strcspn(text, " "), i;

	*name = text + length + (text[length] == ' ');
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strlen(sections[i].word) != length ||
		    memcmp(sections[i].word, text, length) != 0)
			continue;
		if (text[length] == '\0')
			return sections[i].name_must ? NULL : &sections[i];
		return sections[i].name_may && dialect_name_valid(*name) ? &sections[i] : NULL;
	}
	return NULL;
}

static int entry_record(struct dialect *dialect, const struct ini_entry *entry, struct error *error)
{
	struct dialect_entry *old = dialect_entries_find(dialect->entries, dialect->entries_count,
							 entry->section, entry->key);

	if (old)
		return dialect_entry_replace(old, entry, error);
	return dialect_entries_append(&dialect->entries, &dialect->entries_count, entry, error);
}

int dialect_set(struct dialect *dialect, const struct ini_entry *entry, struct error *error)
{
	const char *name;
	const struct section *section = section_find(entry->section, &name);

	if (!section)
		return ini_error(error, entry,
				 "unknown section [%s]; expected dialect, defaults, 'step NAME', "
				 "discovery, answer, 'answer STEP', 'error NAME' or use",
				 entry->section);
	if (section->set(dialect, name, entry, error) < 0)
		return -1;
	return entry->key ? entry_record(dialect, entry, error) : 0;
}

/* ---- the order of rules ---- */

static void rules_reverse(struct dialect_rule *rules, size_t count)
{
	struct dialect_rule kept;
	size_t i;

	for (i = 0; i < count / 2; i++) {
		kept = rules[i];
		rules[i] = rules[count - 1 - i];
		rules[count - 1 - i] = kept;
	}
}

static bool entry_is_of_rules(const struct dialect_entry *entry, const struct dialect_rule *rules,
			      size_t count)
{
	size_t i;

	if (!text_starts_with(entry->section, "error "))
		return false;
	for (i = 0; i < count; i++)
		if (strcmp(entry->section + strlen("error "), rules[i].name) == 0)
			return true;
	return false;
}

/* Stable: what is moved, and what is passed, keep their orders. */
static void entries_to_front(struct dialect *dialect, const struct dialect_rule *rules,
			     size_t count)
{
	struct dialect_entry moved;
	size_t i, front = 0;

	for (i = 0; i < dialect->entries_count; i++) {
		if (!entry_is_of_rules(&dialect->entries[i], rules, count))
			continue;
		moved = dialect->entries[i];
		memmove(&dialect->entries[front + 1], &dialect->entries[front],
			(i - front) * sizeof(moved));
		dialect->entries[front++] = moved;
	}
}

void dialect_rules_to_front(struct dialect *dialect, size_t first)
{
	size_t moved = dialect->rules_count - first;

	/* Three reversals turn AB into BA. */
	rules_reverse(dialect->rules, first);
	rules_reverse(dialect->rules + first, moved);
	rules_reverse(dialect->rules, dialect->rules_count);
	if (moved > 0)
		entries_to_front(dialect, dialect->rules, moved);
}
