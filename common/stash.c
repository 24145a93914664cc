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

struct call {
	const char *libexec;
	const char *const *arguments;
	const char *user;
	const struct secret *payload; /* NULL: none */
	bool hand_back;
};

/* One call of stash. *reply is the caller's only after 0. */
static int run(const struct call *call, struct message *reply, struct error *error)
{
	char program[PATH_MAX];
	const struct spawn spawn = {
		.program = program,
		.arguments = call->arguments,
		.deadline_ms = clock_monotonic_ms() + STASH_SECONDS * MILLISECONDS,
	};
	struct message request;
	int result;

	if ((size_t)snprintf(program, sizeof program, "%s/stash", call->libexec) >= sizeof program)
		return error_set(error, ERROR_CONFIGURATION, "%s: the path is too long",
				 call->libexec);
	if (message_init_request(&request, MESSAGE_STASH_REQUEST, REQUEST_MAX, error) != 0)
		return -1;
	message_put_text(&request, "user", call->user);
	if (call->payload != NULL)
		message_put(&request, "record", call->payload->bytes, call->payload->length);
	if (call->hand_back)
		message_put_text(&request, "hand_back", "");
	result = spawn_exchange(&spawn, &request, MESSAGE_STASH_REPLY, reply, error);
	message_release(&request);
	return result;
}

int stash_park(const char *libexec, const char *user, const struct secret *payload,
	       int32_t *serial, struct error *error)
{
	static const char *const arguments[] = { "stash", "park", NULL };
	const struct call call = { libexec, arguments, user, payload, false };
	struct message reply;
	int64_t number;
	int result = 0;

	if (run(&call, &reply, error) != 0)
		return -1;
	if (message_number(&reply, "serial", 1, INT32_MAX, &number) == 0)
		*serial = (int32_t)number;
	else
		result = take_failure(&reply, error);
	message_release(&reply);
	return result;
}

/* The record in this field; false where it is none. */
static bool decode(const struct message_field *field, struct record *record)
{
	struct secret payload = SECRET_NONE;
	bool result;

	result = secret_set(&payload, field->value, field->length) == 0 &&
		 record_decode(&payload, record, NULL) == 0;
	secret_release(&payload);
	return result;
}

/* What it displaced is of use for telling the vendor only: that it cannot be read is no failure. */
static int take_stored(const struct message *reply, struct stash_stored *stored,
		       struct error *error)
{
	struct message_field field;

	if (!message_find(reply, "stored", &field))
		return take_failure(reply, error);
	if (stored == NULL)
		return 0;
	if (message_number(reply, "ends_in", 1, VENDOR_LIFETIME_MAX, &stored->ends_in) != 0)
		stored->ends_in = 0;
	if (stored->hand_back && message_find(reply, "record", &field) &&
	    !decode(&field, &stored->displaced))
		record_init(&stored->displaced);
	return 0;
}

int stash_store(const char *libexec, const struct stash_user *user, int32_t serial,
		const struct secret *payload, struct stash_stored *stored, struct error *error)
{
	char serial_text[NUMBER_TEXT_MAX], uid_text[NUMBER_TEXT_MAX], gid_text[NUMBER_TEXT_MAX];
	const char *const arguments[] = { "stash", "store", serial_text, uid_text, gid_text, NULL };
	const struct call call = { libexec, arguments, user->name, serial == 0 ? payload : NULL,
				   stored != NULL && stored->hand_back };
	struct message reply;
	int result;

	if (stored != NULL)
		record_init(&stored->displaced);
	snprintf(serial_text, sizeof serial_text, "%d", serial);
	snprintf(uid_text, sizeof uid_text, "%u", user->uid);
	snprintf(gid_text, sizeof gid_text, "%u", user->gid);
	if (run(&call, &reply, error) != 0)
		return -1;
	result = take_stored(&reply, stored, error);
	message_release(&reply);
	return result;
}

static int take_ended(struct stash_ended *ended, struct error *error)
{
	if (message_number(&ended->reply, "removed", 0, INT32_MAX, &ended->removed) != 0 ||
	    message_number(&ended->reply, "untold", 0, INT32_MAX, &ended->untold) != 0)
		return take_failure(&ended->reply, error);
	return 0;
}

int stash_end(const char *libexec, const struct stash_user *user, bool hand_back,
	      struct stash_ended *ended, struct error *error)
{
	char uid_text[NUMBER_TEXT_MAX], gid_text[NUMBER_TEXT_MAX];
	const char *const arguments[] = { "stash", "end", uid_text, gid_text, NULL };
	const struct call call = { libexec, arguments, user->name, NULL, hand_back };

	snprintf(uid_text, sizeof uid_text, "%u", user->uid);
	snprintf(gid_text, sizeof gid_text, "%u", user->gid);
	if (run(&call, &ended->reply, error) != 0)
		return -1;
	if (take_ended(ended, error) == 0)
		return 0;
	message_release(&ended->reply);
	return -1;
}

bool stash_ended_next(const struct stash_ended *ended, size_t *cursor, struct record *record)
{
	static const char name[] = "record";
	struct message_field field;

	while (message_next(&ended->reply, cursor, &field)) {
		if (field.name_length == sizeof name - 1 &&
		    memcmp(field.name, name, field.name_length) == 0 && decode(&field, record))
			return true;
	}
	return false;
}

void stash_ended_release(struct stash_ended *ended)
{
	message_release(&ended->reply);
}
