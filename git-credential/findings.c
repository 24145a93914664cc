/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git-credential/json_text.h"

static const char *const level_words
	[] = { [FINDING_GOOD] = "ok", [FINDING_HINT] = "hint", [FINDING_WRONG] = "wrong" };

void findings_init(struct findings *findings)
{
	memset(findings, 0, sizeof(*findings));
}

void findings_release(struct findings *findings)
{
	free(findings->items);
	findings_init(findings);
}

static int make_room(struct findings *findings)
{
	size_t room = findings->room == 0 ? 16 : findings->room * 2;
	struct finding *items;

	if (findings->count < findings->room)
		return 0;
	if (room > FINDINGS_MAX)
		return -1;
	items = reallocarray(findings->items, room, sizeof(*items));
	if (!items)
		return -1;
	findings->items = items;
	findings->room = room;
	return 0;
}

void findings_add(struct findings *findings, enum finding_level level, const char *format, ...)
{
	struct finding *finding;
	va_list arguments;

	if (level == FINDING_WRONG)
		findings->wrong++;
	if (make_room(findings) != 0) {
		findings->failed = 1;
		return;
	}
	finding = &findings->items[findings->count++];
	finding->level = level;
	va_start(arguments, format);
	if (vsnprintf(finding->text, sizeof(finding->text), format, arguments) < 0)
		finding->text[0] = '\0';
	va_end(arguments);
}

void findings_table(const struct findings *findings, struct secret *out)
{
	for (size_t i = 0; i < findings->count; i++)
		secret_append_format(out, "%-5s  %s\n", level_words[findings->items[i].level],
				     findings->items[i].text);
}

void findings_json(const struct findings *findings, struct secret *out)
{
	secret_append_text(out, "{");
	json_text_boolean(out, "good", findings->wrong == 0);
	json_text_name(out, "findings");
	secret_append_text(out, "[");
	for (size_t i = 0; i < findings->count; i++) {
		json_text_comma(out);
		secret_append_text(out, "{");
		json_text_member(out, "level", level_words[findings->items[i].level]);
		json_text_member(out, "text", findings->items[i].text);
		secret_append_text(out, "}");
	}
	secret_append_text(out, "]}\n");
}
