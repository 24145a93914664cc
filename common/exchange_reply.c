/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fetch parses what strangers send and may have been taken over by them; nothing it says is used before it is checked here. What it can still do is lie about the vendor's verdict, which is why it has
 * no root, no files and no other process.
 */
#include "common/exchange_parts.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum { RETRY_AFTER_MAX = 3600 }; /* seconds */

/* A reply that does not fit: VERDICT_UNAVAILABLE. */
static int distrust(struct exchange_answer *answer, const char *what)
{
	answer->verdict = VERDICT_UNAVAILABLE;
	snprintf(answer->message, sizeof(answer->message), "fetch's reply is not to be trusted: %s", what);
	secret_release(&answer->access_token);
	secret_release(&answer->refresh_token);
	return -1;
}

/* A text that may be missing; every byte that is not printable ASCII is shown as \xNN. */
static void take_printable(const struct message *reply, const char *name, char *out, size_t size)
{
	struct message_field field;

	out[0] = '\0';
	if (message_find(reply, name, &field))
		text_printable(out, size, field.value, field.length);
}

/* A word of letters, digits and "_.-[]=" (rule, code, path); anything else is dropped. */
static void take_word(const struct message *reply, const char *name, char *out, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-[]=";

	if (message_text(reply, name, out, size) < 0 || strspn(out, letters) != strlen(out))
		out[0] = '\0';
}

/* 0 where it is missing; -1 where it is out of its range. */
static int take_number(const struct message *reply, const char *name, int64_t maximum, int64_t *number)
{
	struct message_field field;

	*number = 0;
	return message_find(reply, name, &field) ? message_number(reply, name, 0, maximum, number) : 0;
}

/* SECRET_NONE where it is missing; -1 where it is no token. */
static int take_token(const struct message *reply, const char *name, bool visible, struct secret *token)
{
	struct message_field field;

	if (!message_find(reply, name, &field))
		return 0;
	if (token_check(field.value, field.length, visible) < 0)
		return -1;
	return secret_set(token, field.value, field.length);
}

static int take_details(const struct message *reply, struct exchange_answer *answer)
{
	int64_t status, unanswered;

	take_printable(reply, "message", answer->message, sizeof(answer->message));
	take_printable(reply, "address", answer->address, sizeof(answer->address));
	take_printable(reply, "sandbox", answer->sandbox, sizeof(answer->sandbox));
	take_word(reply, "rule", answer->rule, sizeof(answer->rule));
	take_word(reply, "code", answer->code, sizeof(answer->code));
	if (take_number(reply, "status", 599, &status) < 0 || take_number(reply, "unanswered", 1, &unanswered) < 0 ||
	    take_number(reply, "retry_after", RETRY_AFTER_MAX, &answer->retry_after) < 0)
		return distrust(answer, "a number is out of its range");
	answer->status = (int)status;
	answer->unanswered = unanswered == 1;
	return 0;
}

static int take_tokens(const struct exchange *exchange, const struct message *reply, struct exchange_answer *answer)
{
	bool visible = exchange->dialect->token_visible;

	if (take_token(reply, "access_token", visible, &answer->access_token) < 0 || answer->access_token.bytes == NULL)
		return distrust(answer, "the access token is missing or malformed");
	if (take_token(reply, "refresh_token", visible, &answer->refresh_token) < 0)
		return distrust(answer, "the refresh token is malformed");
	if (answer->access_token.length + answer->refresh_token.length > TOKENS_MAX)
		return distrust(answer, "the tokens are too long");
	if (message_number(reply, "lifetime", 1, VENDOR_LIFETIME_MAX, &answer->lifetime) < 0 ||
	    take_number(reply, "refresh_lifetime", VENDOR_LIFETIME_MAX, &answer->refresh_lifetime) < 0)
		return distrust(answer, "a lifetime is missing or out of its range");
	take_word(reply, "lifetime_from", answer->lifetime_from, sizeof(answer->lifetime_from));
	take_printable(reply, "subject", answer->subject, sizeof(answer->subject));
	if (!exchange_keeps_refresh(exchange)) {
		secret_release(&answer->refresh_token);
		answer->refresh_lifetime = 0;
	}
	return 0;
}

int exchange_reply(const struct exchange *exchange, const struct message *reply, struct exchange_answer *answer)
{
	char word[32];

	if (message_text(reply, "verdict", word, sizeof(word)) < 0 || verdict_parse(word, &answer->verdict) < 0)
		return distrust(answer, "it has no verdict");
	if (take_details(reply, answer) < 0)
		return -1;
	if (answer->verdict != VERDICT_SUCCESS)
		return -1;
	return exchange->operation == OPERATION_REVOKE ? 0 : take_tokens(exchange, reply, answer);
}
