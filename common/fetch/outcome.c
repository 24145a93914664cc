/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

void outcome_init(struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->verdict = VERDICT_UNAVAILABLE;
}

void outcome_release(struct outcome *outcome)
{
	secret_release(&outcome->access_token);
	secret_release(&outcome->refresh_token);
}

int outcome_fail(struct outcome *outcome, enum verdict verdict, const char *format, ...)
{
	char text[OUTCOME_MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	outcome->verdict = verdict;
	text_printable(outcome->message, sizeof(outcome->message), text, strlen(text));
	outcome_release(outcome);
	return -1;
}

static void put_text(struct message *reply, const char *name, const char *value)
{
	message_put_text(reply, name, value[0] == '\0' ? NULL : value);
}

static void put_secret(struct message *reply, const char *name, const struct secret *value)
{
	if (value->bytes != NULL)
		message_put(reply, name, value->bytes, value->length);
}

void outcome_put(const struct outcome *outcome, struct message *reply)
{
	message_put_text(reply, "verdict", verdict_word(outcome->verdict));
	put_text(reply, "message", outcome->message);
	message_put_number(reply, "status", outcome->status);
	if (outcome->unanswered)
		message_put_number(reply, "unanswered", 1);
	put_text(reply, "rule", outcome->rule);
	put_text(reply, "code", outcome->code);
	put_text(reply, "address", outcome->address);
	if (outcome->retry_after > 0)
		message_put_number(reply, "retry_after", outcome->retry_after);
	if (outcome->verdict != VERDICT_SUCCESS || outcome->access_token.bytes == NULL)
		return;
	put_secret(reply, "access_token", &outcome->access_token);
	put_secret(reply, "refresh_token", &outcome->refresh_token);
	message_put_number(reply, "lifetime", outcome->lifetime);
	put_text(reply, "lifetime_from", outcome->lifetime_from);
	if (outcome->refresh_lifetime > 0)
		message_put_number(reply, "refresh_lifetime", outcome->refresh_lifetime);
	put_text(reply, "subject", outcome->subject);
}
