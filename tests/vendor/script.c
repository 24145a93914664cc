/* SPDX-License-Identifier: BSD-3-Clause */
#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"

enum { STEPS_MAX = 64, COUNT_MAX = 1000000, DELAY_MAX = 3600 * 1000 };

static struct script_step steps[STEPS_MAX];
static size_t steps_count;

static void step_release(struct script_step *step)
{
	free(step->path);
	free(step->type);
	free(step->body);
	fields_free(&step->headers);
}

static int number_field(const struct fields *form, const char *name, int64_t standard, int64_t maximum, int64_t *number)
{
	const char *text = fields_get(form, name);

	*number = standard;
	return text ? number_parse(text, 0, maximum, number) : 0;
}

static int read_headers(const struct fields *form, struct fields *headers)
{
	for (size_t i = 0; i < form->count; i++) {
		const char *colon = strstr(form->list[i].value, ": ");
		char *name;

		if (strcmp(form->list[i].name, "header") != 0)
			continue;
		if (!colon)
			return -1;
		name = copy_bytes(form->list[i].value, (size_t)(colon - form->list[i].value));
		fields_add(headers, name, colon + 2, strlen(colon + 2));
		free(name);
	}
	return 0;
}

int script_add(const struct fields *form)
{
	struct script_step step = { .count = 1 };
	const char *when = fields_get(form, "when");
	int64_t status, drop;

	if (steps_count == STEPS_MAX || number_field(form, "count", 1, COUNT_MAX, &step.count) != 0 || step.count == 0 ||
	    number_field(form, "status", 0, 599, &status) != 0 || number_field(form, "delay_ms", 0, DELAY_MAX, &step.delay) != 0 ||
	    number_field(form, "drop", 0, 1, &drop) != 0 || read_headers(form, &step.headers) != 0) {
		fields_free(&step.headers);
		return -1;
	}
	step.status = (unsigned)status;
	step.drop = drop;
	step.after = when && strcmp(when, "after") == 0;
	step.path = copy_text(fields_get(form, "path"));
	step.type = copy_text(fields_get(form, "content_type"));
	step.body = copy_text(fields_get(form, "body"));
	steps[steps_count++] = step;
	return 0;
}

static void copy_step(const struct script_step *from, struct script_step *to)
{
	*to = *from;
	to->path = NULL;
	to->type = copy_text(from->type);
	to->body = copy_text(from->body);
	to->headers = (struct fields){ NULL, 0 };
	for (size_t i = 0; i < from->headers.count; i++)
		fields_add(&to->headers, from->headers.list[i].name, from->headers.list[i].value,
			   strlen(from->headers.list[i].value));
}

void script_next(const char *path, struct script_step *step)
{
	for (size_t i = 0; i < steps_count; i++) {
		if (steps[i].path && strcmp(steps[i].path, path) != 0)
			continue;
		copy_step(&steps[i], step);
		if (--steps[i].count <= 0) {
			step_release(&steps[i]);
			memmove(&steps[i], &steps[i + 1], (--steps_count - i) * sizeof(steps[0]));
		}
		return;
	}
}

void script_reset(void)
{
	while (steps_count > 0)
		step_release(&steps[--steps_count]);
}

void script_apply(struct script_step *step, struct answer *answer)
{
	if (step->status != 0) {
		if (answer->pipe >= 0)
			close(answer->pipe);
		answer->pipe = -1;
		fields_free(&answer->headers);
		answer_text(answer, step->status, step->type ? step->type : "application/json", step->body ? step->body : "");
		for (size_t i = 0; i < step->headers.count; i++)
			answer_header(answer, step->headers.list[i].name, step->headers.list[i].value);
	}
	answer->drop = step->drop;
	step_release(step);
}
