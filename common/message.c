/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/text.h"

enum { FIELD_HEADER_BYTES = 5, NUMBER_TEXT_MAX = 24 };

static int message_init(struct message *message, enum message_type type, size_t maximum,
			struct error *error)
{
	message->type = type;
	if (secret_init(&message->body, maximum) != 0)
		return error_set(error, ERROR_MEMORY, "not enough memory for a message of %zu bytes",
				 maximum);
	return 0;
}

int message_init_request(struct message *message, enum message_type type, size_t maximum,
			 struct error *error)
{
	ssize_t got;

	message->body = SECRET_NONE;
	do
		got = getrandom(message->nonce, sizeof message->nonce, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot draw random bytes");
	if (got != sizeof message->nonce)
		return error_set(error, ERROR_SYSTEM, "cannot draw random bytes: got %zd of %zu", got,
				 sizeof message->nonce);
	return message_init(message, type, maximum, error);
}

int message_init_reply(struct message *reply, enum message_type type,
		       const struct message *request, size_t maximum, struct error *error)
{
	reply->body = SECRET_NONE;
	memcpy(reply->nonce, request->nonce, sizeof reply->nonce);
	return message_init(reply, type, maximum, error);
}

void message_release(struct message *message)
{
	secret_release(&message->body);
}

void message_put(struct message *message, const char *name, const void *value, size_t length)
{
	const size_t name_length = strlen(name);
	unsigned char header[FIELD_HEADER_BYTES];

	if (name_length == 0 || name_length > MESSAGE_NAME_MAX || length > UINT32_MAX) {
		message->body.failed = true;
		return;
	}
	header[0] = (unsigned char)name_length;
	for (size_t i = 0; i < 4; i++)
		header[1 + i] = (unsigned char)(length >> (24 - 8 * i));
	secret_append(&message->body, header, sizeof header);
	secret_append(&message->body, name, name_length);
	secret_append(&message->body, value, length);
}

void message_put_text(struct message *message, const char *name, const char *value)
{
	if (value != NULL)
		message_put(message, name, value, strlen(value));
}

void message_put_number(struct message *message, const char *name, int64_t value)
{
	char text[NUMBER_TEXT_MAX];

	snprintf(text, sizeof text, "%lld", (long long)value);
	message_put_text(message, name, text);
}

bool message_next(const struct message *message, size_t *cursor, struct message_field *field)
{
	const struct secret *body = &message->body;
	const unsigned char *header;
	size_t rest;

	if (body->bytes == NULL || *cursor >= body->length ||
	    body->length - *cursor < FIELD_HEADER_BYTES)
		return false;
	header = (const unsigned char *)body->bytes + *cursor;
	rest = body->length - *cursor - FIELD_HEADER_BYTES;
	field->name_length = header[0];
	field->length = (size_t)header[1] << 24 | (size_t)header[2] << 16 | (size_t)header[3] << 8 |
			(size_t)header[4];
	if (field->name_length == 0 || field->name_length > MESSAGE_NAME_MAX ||
	    field->name_length > rest || field->length > rest - field->name_length)
		return false;
	field->name = body->bytes + *cursor + FIELD_HEADER_BYTES;
	field->value = field->name + field->name_length;
	*cursor += FIELD_HEADER_BYTES + field->name_length + field->length;
	return true;
}

bool message_find(const struct message *message, const char *name, struct message_field *field)
{
	const size_t name_length = strlen(name);
	size_t cursor = 0;

	while (message_next(message, &cursor, field))
		if (field->name_length == name_length &&
		    memcmp(field->name, name, name_length) == 0)
			return true;
	return false;
}

int message_text(const struct message *message, const char *name, char *out, size_t size)
{
	struct message_field field;

	if (!message_find(message, name, &field) || field.length >= size ||
	    memchr(field.value, '\0', field.length) != NULL)
		return -1;
	memcpy(out, field.value, field.length);
	out[field.length] = '\0';
	return 0;
}

int message_number(const struct message *message, const char *name, int64_t minimum,
		   int64_t maximum, int64_t *number)
{
	char text[NUMBER_TEXT_MAX];

	if (message_text(message, name, text, sizeof text) != 0)
		return -1;
	return number_parse(text, minimum, maximum, number);
}
