/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame as it comes over the socket, from bytes that a stranger chose. */
#ifndef APITOKEN_TESTS_FUZZ_FRAMES_H
#define APITOKEN_TESTS_FUZZ_FRAMES_H

#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/message.h"

enum { FRAMES_BYTES_MAX = 60 * 1024, FRAMES_SECONDS = 10 };

/* Sends the bytes and an end, and receives. 0: *message is to be released; its fields fill it. */
static inline int frames_receive(const void *bytes, size_t length, enum message_type type, struct message *message)
{
	struct error error = { .code = ERROR_NONE };
	struct message_field field;
	size_t cursor = 0, total = 0;
	int ends[2], result;

	FUZZ_REQUIRE(length <= FRAMES_BYTES_MAX && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	FUZZ_REQUIRE(send(ends[1], bytes, length, MSG_NOSIGNAL) == (ssize_t)length && shutdown(ends[1], SHUT_WR) == 0);
	result = message_receive(ends[0], type, MESSAGE_REPLY_MAX, NULL, clock_monotonic_ms() + FRAMES_SECONDS * 1000, message, &error);
	close(ends[0]);
	close(ends[1]);
	if (result < 0) {
		FUZZ_REQUIRE(error.code == ERROR_UNAVAILABLE);
		return -1;
	}
	while (message_next(message, &cursor, &field)) {
		FUZZ_REQUIRE(field.name_length >= 1 && field.name_length <= MESSAGE_NAME_MAX);
		total += 5 + field.name_length + field.length;
	}
	FUZZ_REQUIRE(total == message->body.length);
	return 0;
}

/* The frame whose body the bytes are. */
static inline int frames_receive_body(const uint8_t *body, size_t length, enum message_type type, struct message *message)
{
	const uint8_t header[] = { 'A', 'T', 'O', 'K', MESSAGE_VERSION, (uint8_t)type, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
				   (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length };
	uint8_t *frame = malloc(sizeof(header) + length);
	int result;

	FUZZ_REQUIRE(frame != NULL);
	memcpy(frame, header, sizeof(header));
	if (length > 0)
		memcpy(frame + sizeof(header), body, length);
	result = frames_receive(frame, sizeof(header) + length, type, message);
	free(frame);
	return result;
}

#endif
