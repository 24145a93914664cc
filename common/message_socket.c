/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of message.h on a socket: every wait has a deadline, no call raises a signal. */
#include "common/message.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

enum { FRAME_HEADER_BYTES = 12 + MESSAGE_NONCE_BYTES, NONCE_OFFSET = 8, LENGTH_OFFSET = 24 };

static const unsigned char magic[4] = { 'A', 'T', 'O', 'K' };

int64_t clock_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until the socket may be ready for events; signals of the host only make it look again. */
static int wait_ready(int socket, short events, int64_t deadline_ms, struct error *error)
{
	struct pollfd entry = { .fd = socket, .events = events };

	for (;;) {
		const int64_t left = deadline_ms - clock_monotonic_ms();
		int ready;

		if (left <= 0)
			return error_set(error, ERROR_UNAVAILABLE,
					 "no complete answer before the deadline");
		ready = poll(&entry, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return error_set_errno(error, ERROR_SYSTEM, errno,
					       "cannot wait for a socket");
	}
}

static bool is_peer_gone(int errnum)
{
	return errnum == EPIPE || errnum == ECONNRESET || errnum == ENOTCONN;
}

static void fill_header(const struct message *message, unsigned char header[FRAME_HEADER_BYTES])
{
	const size_t length = message->body.length;

	memset(header, 0, FRAME_HEADER_BYTES);
	memcpy(header, magic, sizeof magic);
	header[4] = MESSAGE_VERSION;
	header[5] = (unsigned char)message->type;
	memcpy(header + NONCE_OFFSET, message->nonce, MESSAGE_NONCE_BYTES);
	for (size_t i = 0; i < 4; i++)
		header[LENGTH_OFFSET + i] = (unsigned char)(length >> (24 - 8 * i));
}

static int send_bytes(int socket, const void *bytes, size_t length, int64_t deadline_ms,
		      struct error *error)
{
	const char *next = bytes;

	while (length > 0) {
		const ssize_t sent = send(socket, next, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0) {
			next += sent;
			length -= (size_t)sent;
		} else if (sent < 0 && errno == EAGAIN) {
			if (wait_ready(socket, POLLOUT, deadline_ms, error) != 0)
				return -1;
		} else if (sent < 0 && is_peer_gone(errno)) {
			return error_set_errno(error, ERROR_UNAVAILABLE, errno,
					       "it stopped before it had read the request");
		} else if (sent < 0 && errno != EINTR) {
			return error_set_errno(error, ERROR_SYSTEM, errno, "cannot send a message");
		}
	}
	return 0;
}

int message_send(int socket, struct message *message, int64_t deadline_ms, struct error *error)
{
	unsigned char header[FRAME_HEADER_BYTES];

	if (message->body.bytes == NULL)
		return error_set(error, ERROR_MEMORY, "not enough memory for a message");
	if (!secret_ok(&message->body))
		return error_set(error, ERROR_SYSTEM, "a message does not fit into %zu bytes",
				 message->body.maximum);
	fill_header(message, header);
	if (send_bytes(socket, header, sizeof header, deadline_ms, error) != 0 ||
	    send_bytes(socket, message->body.bytes, message->body.length, deadline_ms, error) != 0)
		return -1;
	if (shutdown(socket, SHUT_WR) != 0 && !is_peer_gone(errno))
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot end a message");
	return 0;
}

/* At most length bytes; *received is 0 at end of file. */
static int receive_some(int socket, void *bytes, size_t length, int64_t deadline_ms,
			size_t *received, struct error *error)
{
	for (;;) {
		const ssize_t got = recv(socket, bytes, length, MSG_DONTWAIT);

		if (got >= 0) {
			*received = (size_t)got;
			return 0;
		}
		if (errno == EAGAIN) {
			if (wait_ready(socket, POLLIN, deadline_ms, error) != 0)
				return -1;
		} else if (is_peer_gone(errno)) {
			return error_set_errno(error, ERROR_UNAVAILABLE, errno,
					       "it broke off without a complete answer");
		} else if (errno != EINTR) {
			return error_set_errno(error, ERROR_SYSTEM, errno,
					       "cannot receive a message");
		}
	}
}

static int receive_exactly(int socket, void *bytes, size_t length, int64_t deadline_ms,
			   struct error *error)
{
	char *next = bytes;
	size_t received = 0;

	while (length > 0) {
		if (receive_some(socket, next, length, deadline_ms, &received, error) != 0)
			return -1;
		if (received == 0)
			return error_set(error, ERROR_UNAVAILABLE,
					 "it ended without a complete answer");
		next += received;
		length -= received;
	}
	return 0;
}

static int receive_end(int socket, int64_t deadline_ms, struct error *error)
{
	size_t received = 0;
	char byte;

	if (receive_some(socket, &byte, 1, deadline_ms, &received, error) != 0)
		return -1;
	if (received != 0)
		return error_set(error, ERROR_UNAVAILABLE, "it sent bytes behind its answer");
	return 0;
}

/* An upgrade while the other program, or this one, went on running. */
static int other_version(int version, struct error *error)
{
	error_set(error, ERROR_UNAVAILABLE,
		  "it speaks version %d of apitoken's protocol, and this program version %d", version,
		  MESSAGE_VERSION);
	if (error != NULL)
		error->errnum = EPROTO;
	return -1;
}

static int check_header(const unsigned char header[FRAME_HEADER_BYTES], enum message_type type,
			const unsigned char *wanted_nonce, struct error *error)
{
	if (memcmp(header, magic, sizeof magic) == 0 && header[4] != MESSAGE_VERSION)
		return other_version(header[4], error);
	if (memcmp(header, magic, sizeof magic) != 0 ||
	    header[5] != (unsigned char)type || header[6] != 0 || header[7] != 0)
		return error_set(error, ERROR_UNAVAILABLE,
				 "what came is no message of the kind expected");
	if (wanted_nonce != NULL &&
	    memcmp(header + NONCE_OFFSET, wanted_nonce, MESSAGE_NONCE_BYTES) != 0)
		return error_set(error, ERROR_UNAVAILABLE,
				 "the answer belongs to another request");
	return 0;
}

/* The fields must fill the body to its last byte. */
static int check_fields(const struct message *message, struct error *error)
{
	struct message_field field;
	size_t cursor = 0;

	while (message_next(message, &cursor, &field))
		continue;
	if (cursor != message->body.length)
		return error_set(error, ERROR_UNAVAILABLE, "a message has a damaged field");
	return 0;
}

static int receive_body(int socket, struct message *message, size_t length, int64_t deadline_ms,
			struct error *error)
{
	if (secret_init(&message->body, length) != 0)
		return error_set(error, ERROR_MEMORY,
				 "not enough memory for a message of %zu bytes", length);
	if (receive_exactly(socket, message->body.bytes, length, deadline_ms, error) != 0)
		return -1;
	message->body.length = length;
	message->body.bytes[length] = '\0';
	if (check_fields(message, error) != 0)
		return -1;
	return receive_end(socket, deadline_ms, error);
}

int message_receive(int socket, enum message_type type, size_t maximum,
		    const unsigned char *wanted_nonce, int64_t deadline_ms,
		    struct message *message, struct error *error)
{
	unsigned char header[FRAME_HEADER_BYTES];
	size_t length = 0;

	message->type = type;
	message->body = SECRET_NONE;
	if (receive_exactly(socket, header, sizeof header, deadline_ms, error) != 0 ||
	    check_header(header, type, wanted_nonce, error) != 0)
		return -1;
	memcpy(message->nonce, header + NONCE_OFFSET, MESSAGE_NONCE_BYTES);
	for (size_t i = 0; i < 4; i++)
		length = length << 8 | header[LENGTH_OFFSET + i];
	if (length > maximum)
		return error_set(error, ERROR_UNAVAILABLE,
				 "a message of %zu bytes is larger than the %zu allowed", length,
				 maximum);
	if (receive_body(socket, message, length, deadline_ms, error) != 0) {
		message_release(message);
		return -1;
	}
	return 0;
}
