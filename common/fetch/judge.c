/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/judge.h"

#include <stddef.h>
#include <string.h>

bool judge_is_success(const struct dialect_step *step, int status)
{
	if (status >= 300 && status <= 399)
		return false;
	if (step->success != NULL)
		return dialect_status_in(step->success, status);
	return status >= 200 && status <= 299 && status != 202 && status != 206;
}

static bool matches(const struct dialect_rule *rule, const struct dialect_step *step, const struct finding *finding)
{
	if (rule->steps != NULL && !dialect_word_in(rule->steps, step->name))
		return false;
	if (rule->statuses != NULL && !dialect_status_in(rule->statuses, finding->status))
		return false;
	if (rule->body >= 0 && rule->body != (int)finding->body)
		return false;
	if (rule->codes != NULL && !dialect_word_in(rule->codes, finding->code)) /* "" is no word */
		return false;
	return rule->text == NULL || strstr(finding->description, rule->text) != NULL;
}

const struct dialect_rule *judge(const struct dialect *dialect, const struct dialect_step *step, const struct finding *finding)
{
	for (size_t i = 0; i < dialect->rules_count; i++) {
		if (matches(&dialect->rules[i], step, finding))
			return &dialect->rules[i];
	}
	return NULL;
}
