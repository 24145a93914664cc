/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/stash.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/kept_password.h"
#include "common/message.h"
#include "common/record.h"
#include "common/spawn.h"

enum {
	NUMBER_TEXT_MAX = 24,
	REQUEST_MAX = LOGIN_PAYLOAD_MAX + 1024, /* a login and its name */
	MILLISECONDS = 1000,
};

/* The reason that stash gives, or one for a reply without a reason. Returns -1. */
static int take_failure(const struct message *reply, struct error *error)
{
	char text[ERROR_TEXT_MAX];
	int64_t code;

	if (message_number(reply, "code", ERROR_USAGE, ERROR_SYSTEM, &code) != 0 ||
	    message_text(reply, "message", text, sizeof text) != 0)
		return error_set(error, ERROR_UNAVAILABLE, "stash: its answer lacks a part");
	return error_set(error, (enum error_code)code, "%s", text);
}

/* One call of stash. *reply is the caller's only after 0. */
static int call(const char *libexec, const char *const *arguments, const char *user,
		const struct secret *payload, struct message *reply, struct error *error)
{
	char program[PATH_MAX];
	const struct spawn spawn = {
		.program = program,
		.arguments = arguments,
		.deadline_ms = clock_monotonic_ms() + STASH_SECONDS * MILLISECONDS,
	};
	struct message request;
	int result;

	if ((size_t)snprintf(program, sizeof program, "%s/stash", libexec) >= sizeof program)
		return error_set(error, ERROR_CONFIGURATION, "%s: the path is too long", libexec);
	if (message_init_request(&request, MESSAGE_STASH_REQUEST, REQUEST_MAX, error) != 0)
		return -1;
	message_put_text(&request, "user", user);
	if (payload != NULL)
		message_put(&request, "record", payload->bytes, payload->length);
	result = spawn_exchange(&spawn, &request, MESSAGE_STASH_REPLY, reply, error);
	message_release(&request);
	return result;
}

int stash_park(const char *libexec, const char *user, const struct secret *payload,
	       int32_t *serial, struct error *error)
{
	static const char *const arguments[] = { "stash", "park", NULL };
	struct message reply;
	int64_t number;
	int result = 0;

	if (call(libexec, arguments, user, payload, &reply, error) != 0)
		return -1;
	if (message_number(&reply, "serial", 1, INT32_MAX, &number) == 0)
		*serial = (int32_t)number;
	else
		result = take_failure(&reply, error);
	message_release(&reply);
	return result;
}

int stash_store(const char *libexec, int32_t serial, const struct secret *payload,
		const char *user, uid_t uid, gid_t gid, struct error *error)
{
	char serial_text[NUMBER_TEXT_MAX], uid_text[NUMBER_TEXT_MAX], gid_text[NUMBER_TEXT_MAX];
	const char *const arguments[] = { "stash", "store", serial_text, uid_text, gid_text, NULL };
	struct message_field stored;
	struct message reply;
	int result = 0;

	snprintf(serial_text, sizeof serial_text, "%d", serial);
	snprintf(uid_text, sizeof uid_text, "%u", uid);
	snprintf(gid_text, sizeof gid_text, "%u", gid);
	if (call(libexec, arguments, user, serial == 0 ? payload : NULL, &reply, error) != 0)
		return -1;
	if (!message_find(&reply, "stored", &stored))
		result = take_failure(&reply, error);
	message_release(&reply);
	return result;
}
