/* SPDX-License-Identifier: BSD-3-Clause */
#include "request.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "log.h"

enum { RECEIVE_SIZE = 16384 };

static const char *canary;
static size_t canary_length;

void request_watch_for(const char *text, size_t length)
{
	canary = text;
	canary_length = length;
}

static void watch(const struct transport *transport, struct inbox *inbox)
{
	const char *at = inbox->bytes + inbox->watched, *end = inbox->bytes + inbox->length;

	if (canary_length == 0)
		return;
	while ((at = memmem(at, (size_t)(end - at), canary, canary_length))) {
		log_event(transport->number, "canary");
		at += canary_length;
		inbox->watched = (size_t)(at - inbox->bytes);
	}
	if (inbox->length - inbox->watched >= canary_length)
		inbox->watched = inbox->length - canary_length + 1;
}

static int receive_more(struct transport *transport, struct inbox *inbox)
{
	long got;

	if (inbox->size - inbox->length < RECEIVE_SIZE) {
		inbox->size = inbox->size * 2 + RECEIVE_SIZE;
		inbox->bytes = realloc(inbox->bytes, inbox->size);
		if (!inbox->bytes || inbox->size > REQUEST_MAX)
			errx(1, "a request is too long");
	}
	got = transport_receive(transport, inbox->bytes + inbox->length, RECEIVE_SIZE);
	if (got <= 0)
		return -1;
	inbox->length += (size_t)got;
	watch(transport, inbox);
	return 0;
}

/* Waits until text stands at or behind the offset. Returns the offset behind it, or 0. */
static size_t await(struct transport *transport, struct inbox *inbox, size_t offset, const char *text)
{
	for (;;) {
		const char *at = NULL;

		if (inbox->length >= offset && inbox->bytes)
			at = memmem(inbox->bytes + offset, inbox->length - offset, text, strlen(text));
		if (at)
			return (size_t)(at - inbox->bytes) + strlen(text);
		if (receive_more(transport, inbox) != 0)
			return 0;
	}
}

/* The value of a header within the head, as a new string; NULL where it is not there. */
static char *header(const struct inbox *inbox, size_t head, const char *name)
{
	const char *line = inbox->bytes, *end = inbox->bytes + head;
	size_t length = strlen(name);

	while ((line = memmem(line, (size_t)(end - line), "\r\n", 2))) {
		line += 2;
		if ((size_t)(end - line) > length && strncasecmp(line, name, length) == 0 && line[length] == ':') {
			line += length + 1;
			line += strspn(line, " ");
			return strndup(line, strcspn(line, "\r"));
		}
	}
	return NULL;
}

static size_t chunked_end(struct transport *transport, struct inbox *inbox, size_t at)
{
	for (;;) {
		size_t data = await(transport, inbox, at, "\r\n");
		unsigned long size = data ? strtoul(inbox->bytes + at, NULL, 16) : 0;

		if (data == 0 || size > REQUEST_MAX)
			return 0;
		if (size == 0)
			return await(transport, inbox, data, "\r\n");
		at = data + size + 2;
	}
}

/* Where the request ends whose head ends there; 0 where the client broke off. */
static size_t body_end(struct transport *transport, struct inbox *inbox, size_t head)
{
	char *length = header(inbox, head, "Content-Length"), *coding = header(inbox, head, "Transfer-Encoding");
	int64_t bytes = 0;
	size_t end = 0;

	if (coding)
		end = chunked_end(transport, inbox, head);
	else if (!length || number_parse(length, 0, REQUEST_MAX, &bytes) == 0)
		end = head + (size_t)bytes;
	free(length);
	free(coding);
	while (end > inbox->length)
		if (receive_more(transport, inbox) != 0)
			return 0;
	return end;
}

int request_read(struct transport *transport, struct inbox *inbox, bool head_only)
{
	size_t head = await(transport, inbox, 0, "\r\n\r\n");
	size_t end = head && !head_only ? body_end(transport, inbox, head) : head;

	if (end == 0) {
		log_bytes(transport->number, "cut-request", inbox->bytes, inbox->length);
		return -1;
	}
	log_bytes(transport->number, "request", inbox->bytes, end);
	inbox->length -= end;
	inbox->watched -= end < inbox->watched ? end : inbox->watched;
	memmove(inbox->bytes, inbox->bytes + end, inbox->length);
	return 0;
}

void inbox_free(struct inbox *inbox)
{
	free(inbox->bytes);
	*inbox = (struct inbox){ NULL, 0, 0, 0 };
}
