/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What crosses the socket between a caller and fetch or stash: one request, one reply, each one frame, then end of file.
 *
 * Frame: "ATOK", version (1 byte), type (1 byte), 2 zero bytes, nonce (16 bytes), body length (4 bytes, big endian), body.
 * Body: fields, in order: name length (1 byte, 1..MESSAGE_NAME_MAX), value length (4 bytes, big endian), name, value. A name may stand more than once.
 * The reply repeats the request's nonce: a complete frame with our nonce, followed by end of file, is the only verdict there is.
 */
#ifndef APITOKEN_MESSAGE_H
#define APITOKEN_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/secret.h"

enum {
	MESSAGE_VERSION = 1,
	MESSAGE_STATUS_VERSION = 76,       /* exit status of a program whose request was of another version (EX_PROTOCOL of sysexits.h) */
	MESSAGE_NONCE_BYTES = 16,
	MESSAGE_NAME_MAX = 200,            /* bytes */
	MESSAGE_REQUEST_MAX = 1536 * 1024, /* bytes: a CA file and the dialect */
	MESSAGE_REPLY_MAX = 64 * 1024,     /* bytes */
};

enum message_type {
	MESSAGE_FETCH_REQUEST = 1,
	MESSAGE_FETCH_REPLY = 2,
	MESSAGE_STASH_REQUEST = 3,
	MESSAGE_STASH_REPLY = 4,
};

struct message {
	enum message_type type;
	unsigned char nonce[MESSAGE_NONCE_BYTES];
	struct secret body; /* wiped like any secret */
};

/* Init for writing; a request draws its nonce from getrandom(2). Returns 0, or -1 (ERROR_SYSTEM, ERROR_MEMORY). */
int message_init_request(struct message *message, enum message_type type, size_t maximum, struct error *error);
/* Init of the reply to a request: its nonce. */
int message_init_reply(struct message *reply, enum message_type type, const struct message *request, size_t maximum, struct error *error);
void message_release(struct message *message);

/* Append a field; sticky failure in body, asked for by message_send(). */
void message_put(struct message *message, const char *name, const void *value, size_t length);
void message_put_text(struct message *message, const char *name, const char *value); /* NULL: nothing is put */
void message_put_number(struct message *message, const char *name, int64_t value);

/* One field of a received message. The value is not NUL-terminated by itself: see message_text(). */
struct message_field {
	const char *name;
	size_t name_length;
	const char *value;
	size_t length;
};
/* Walks the fields in order: *cursor starts at 0. True while there is a field. */
bool message_next(const struct message *message, size_t *cursor, struct message_field *field);
/* The first field of that name; false where there is none. */
bool message_find(const struct message *message, const char *name, struct message_field *field);
/* Copies the first field of that name as text: 0, or -1 where it is missing, does not fit or holds a NUL. */
int message_text(const struct message *message, const char *name, char *out, size_t size);
int message_number(const struct message *message, const char *name, int64_t minimum, int64_t maximum, int64_t *number);

/*
 * Both loop over EINTR and partial transfers until the deadline (milliseconds of CLOCK_MONOTONIC, see clock_monotonic_ms()); MSG_NOSIGNAL, so no SIGPIPE.
 * message_send() sends the frame and shuts the writing side down. message_receive() takes exactly one frame of the wanted type, at most maximum bytes of body,
 * checks every field's bounds, and insists on end of file behind it; wanted_nonce (may be NULL) must match. *message is initialised here.
 * Return 0, or -1: ERROR_UNAVAILABLE for a short, wrong, late or oversized frame (errnum EPROTO: of another version), ERROR_SYSTEM for a failed call.
 */
int message_send(int socket, struct message *message, int64_t deadline_ms, struct error *error);
int message_receive(int socket, enum message_type type, size_t maximum, const unsigned char *wanted_nonce, int64_t deadline_ms,
		    struct message *message, struct error *error);

int64_t clock_monotonic_ms(void);

#endif
