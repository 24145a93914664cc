/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/exchange.h"

#include <stdio.h>
#include <string.h>

#include "common/exchange_parts.h"
#include "common/spawn.h"
#include "common/text.h"

/* Beyond the vendor file's timeout, for fetch to start and to tell the cause of a timeout itself. */
enum { DEADLINE_MARGIN_MS = 400 };

/* At a refresh a refusal means that the stored login has ended; nobody typed a password. */
static enum error_code error_code_of(enum verdict verdict, enum operation operation)
{
	switch (verdict) {
	case VERDICT_REFUSED:
	case VERDICT_ACCOUNT:
	case VERDICT_LOGIN_AGAIN:
		return operation == OPERATION_LOGIN ? ERROR_REFUSED : ERROR_LOGIN_AGAIN;
	case VERDICT_CONFIGURATION:
		return ERROR_CONFIGURATION;
	case VERDICT_SUCCESS:
	case VERDICT_RATE_LIMITED:
	case VERDICT_UNAVAILABLE:
		break;
	}
	return ERROR_UNAVAILABLE;
}

static int run_fetch(const struct exchange *exchange, struct message *request, struct message *reply, struct error *error)
{
	static const char *const arguments[] = { "fetch", NULL };
	char program[sizeof(exchange->places->libexec) + sizeof("/fetch")];
	struct spawn spawn = { .program = program, .arguments = arguments };

	snprintf(program, sizeof(program), "%s/fetch", exchange->places->libexec);
	spawn.deadline_ms = clock_monotonic_ms() + (int64_t)exchange->vendor->timeout * 1000 + DEADLINE_MARGIN_MS;
	return spawn_exchange(&spawn, request, MESSAGE_FETCH_REPLY, reply, error);
}

/* The same story in the answer, for callers that look only there. */
static int fail_with(const struct error *error, struct exchange_answer *answer)
{
	answer->verdict = error->code == ERROR_CONFIGURATION ? VERDICT_CONFIGURATION : VERDICT_UNAVAILABLE;
	text_printable(answer->message, sizeof(answer->message), error->text, strlen(error->text));
	return -1;
}

static int read_reply(const struct exchange *exchange, const struct message *reply, struct exchange_answer *answer, struct error *error)
{
	if (exchange_reply(exchange, reply, answer) == 0)
		return 0;
	return error_set(error, error_code_of(answer->verdict, exchange->operation), "%s: %s", exchange->vendor->name,
			 answer->message[0] == '\0' ? "the vendor gave no verdict" : answer->message);
}

int exchange_run(const struct exchange *exchange, struct exchange_answer *answer, struct error *error)
{
	struct message request, reply;
	struct error why = { .code = ERROR_NONE };
	int result;

	memset(answer, 0, sizeof(*answer));
	answer->verdict = VERDICT_UNAVAILABLE;
	if (exchange_request(exchange, &request, &why) < 0) {
		result = fail_with(&why, answer);
	} else if (run_fetch(exchange, &request, &reply, &why) < 0) {
		result = fail_with(&why, answer);
		/* A program that could not be started has an errno; one that broke off or stalled has none. */
		answer->unanswered = why.code == ERROR_UNAVAILABLE && why.errnum == 0;
	} else {
		result = read_reply(exchange, &reply, answer, &why);
		message_release(&reply);
	}
	message_release(&request);
	if (result < 0 && error != NULL)
		*error = why;
	return result;
}

void exchange_answer_release(struct exchange_answer *answer)
{
	secret_release(&answer->access_token);
	secret_release(&answer->refresh_token);
}
