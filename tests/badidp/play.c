/* SPDX-License-Identifier: BSD-3-Clause */
#include "play.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "request.h"

static int send_all(struct transport *transport, const char *bytes, size_t length)
{
	while (length > 0) {
		long sent = transport_send(transport, bytes, length);

		if (sent < 0)
			return -1;
		bytes += sent;
		length -= (size_t)sent;
	}
	return 0;
}

static int send_repeatedly(struct transport *transport, const struct action *action, int64_t times)
{
	for (int64_t i = 0; times < 0 || i < times; i++)
		if (send_all(transport, action->bytes, action->length) != 0)
			return -1;
	return 0;
}

static int trickle(struct transport *transport, const struct action *action)
{
	size_t step = action->first > 0 ? (size_t)action->first : 1;

	for (size_t at = 0; at < action->length; at += step) {
		size_t part = action->length - at < step ? action->length - at : step;

		if (send_all(transport, action->bytes + at, part) != 0)
			return -1;
		sleep_milliseconds(action->second);
	}
	return 0;
}

static int respond(struct transport *transport, const struct action *action)
{
	char *head = NULL;
	int length = asprintf(&head, "HTTP/1.1 %lld Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			      (long long)action->first, action->length);
	int result;

	if (length < 0)
		errx(1, "out of memory");
	result = send_all(transport, head, (size_t)length);
	free(head);
	return result == 0 ? send_all(transport, action->bytes, action->length) : -1;
}

/* Below TLS, and how the connection ends. Returns 0 to go on, -1 when the connection is over. */
static int disturb(const struct action *action, struct transport *transport)
{
	switch (action->verb) {
	case DO_PEEK: transport_peek(transport); return 0;
	case DO_HANDSHAKE_CUT:
		transport->budget = action->first;
		transport_handshake(transport);
		return 0;
	case DO_RAW: return transport_send_raw(transport, action->bytes, action->length);
	case DO_SLOW:
		transport->slow_bytes = (size_t)action->first;
		transport->slow_wait = action->second;
		return 0;
	case DO_HANG:
		for (;;)
			pause();
	case DO_HALF_CLOSE: transport_half_close(transport); return 0;
	case DO_BYE: transport_bye(transport); return 0;
	case DO_CLOSE: transport_close(transport); return -1;
	case DO_RESET: transport_reset(transport); return -1;
	default: errx(1, "an action without a player");
	}
}

static int act(const struct action *action, struct transport *transport, struct inbox *inbox)
{
	switch (action->verb) {
	case DO_HANDSHAKE: return transport_handshake(transport);
	case DO_READ: return request_read(transport, inbox, false);
	case DO_READ_HEAD: return request_read(transport, inbox, true);
	case DO_SEND:
	case DO_SEND_FILE: return send_all(transport, action->bytes, action->length);
	case DO_REPEAT: return send_repeatedly(transport, action, action->first);
	case DO_FLOOD: return send_repeatedly(transport, action, -1);
	case DO_TRICKLE:
	case DO_TRICKLE_FILE: return trickle(transport, action);
	case DO_RESPOND: return respond(transport, action);
	case DO_WAIT: sleep_milliseconds(action->first); return 0;
	default: return disturb(action, transport);
	}
}

void play(const struct script *script, struct transport *transport)
{
	size_t at = script_part(script, transport->number - 1);
	struct inbox inbox = { NULL, 0, 0, 0 };
	int result = 0;

	if (at < script->count && script->list[at].verb == DO_CONNECTION)
		at++;
	for (; result == 0 && at < script->count && script->list[at].verb != DO_CONNECTION; at++)
		result = act(&script->list[at], transport, &inbox);
	if (transport->socket >= 0 && result == 0)
		transport_bye(transport);
	transport_close(transport);
	log_event(transport->number, "end %llu %llu", (unsigned long long)transport->received, (unsigned long long)transport->sent);
	inbox_free(&inbox);
}
