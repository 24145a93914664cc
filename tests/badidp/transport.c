/* SPDX-License-Identifier: BSD-3-Clause */
#include "transport.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

enum { BYE_WAIT = 2000, DRAIN_SIZE = 4096 }; /* ms, bytes */

void sleep_milliseconds(int64_t milliseconds)
{
	struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void must(int result, const char *what)
{
	if (result < 0)
		errx(1, "%s: %s", what, gnutls_strerror(result));
}

void tls_setup(struct tls_setup *setup, const char *certificate, const char *key, const char *priority)
{
	must(gnutls_certificate_allocate_credentials(&setup->credentials), "TLS");
	must(gnutls_certificate_set_x509_key_file(setup->credentials, certificate, key, GNUTLS_X509_FMT_PEM), certificate);
	must(gnutls_priority_init(&setup->priority, priority, NULL), priority);
}

int transport_send_raw(struct transport *transport, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t part = transport->slow_bytes > 0 && transport->slow_bytes < length ? transport->slow_bytes : length;
		ssize_t sent = send(transport->socket, bytes, part, MSG_NOSIGNAL);

		if (sent < 0)
			return -1;
		bytes += sent;
		length -= (size_t)sent;
		if (transport->slow_bytes > 0 && length > 0)
			sleep_milliseconds(transport->slow_wait);
	}
	return 0;
}

/* GnuTLS's way out: what the budget does not cover stays here, and GnuTLS is told to try again later. */
static ssize_t push(gnutls_transport_ptr_t context, const void *bytes, size_t length)
{
	struct transport *transport = context;

	if (transport->budget == 0) {
		gnutls_transport_set_errno(transport->session, EAGAIN);
		return -1;
	}
	if (transport->budget > 0 && (int64_t)length > transport->budget)
		length = (size_t)transport->budget;
	if (transport_send_raw(transport, bytes, length) != 0) {
		gnutls_transport_set_errno(transport->session, errno);
		return -1;
	}
	if (transport->budget > 0)
		transport->budget -= (int64_t)length;
	return (ssize_t)length;
}

static ssize_t pull(gnutls_transport_ptr_t context, void *bytes, size_t size)
{
	struct transport *transport = context;
	ssize_t got = recv(transport->socket, bytes, size, 0);

	if (got < 0)
		gnutls_transport_set_errno(transport->session, errno);
	return got;
}

static int pull_timeout(gnutls_transport_ptr_t context, unsigned milliseconds)
{
	struct transport *transport = context;
	struct pollfd wait = { .fd = transport->socket, .events = POLLIN };

	return poll(&wait, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

void transport_open(struct transport *transport, size_t number, int socket, const struct tls_setup *setup)
{
	*transport = (struct transport){ .number = number, .socket = socket, .budget = -1 };
	if (!setup)
		return;
	must(gnutls_init(&transport->session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL), "TLS");
	must(gnutls_priority_set(transport->session, setup->priority), "TLS");
	must(gnutls_credentials_set(transport->session, GNUTLS_CRD_CERTIFICATE, setup->credentials), "TLS");
	gnutls_transport_set_ptr(transport->session, transport);
	gnutls_transport_set_push_function(transport->session, push);
	gnutls_transport_set_pull_function(transport->session, pull);
	gnutls_transport_set_pull_timeout_function(transport->session, pull_timeout);
}

void transport_close(struct transport *transport)
{
	if (transport->socket >= 0)
		close(transport->socket);
	if (transport->session)
		gnutls_deinit(transport->session);
	transport->socket = -1;
	transport->session = NULL;
}

void transport_reset(struct transport *transport)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(transport->socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	transport_close(transport);
}

void transport_half_close(struct transport *transport)
{
	shutdown(transport->socket, SHUT_WR);
}

void transport_bye(struct transport *transport)
{
	const struct timeval limit = { BYE_WAIT / 1000, BYE_WAIT % 1000 * 1000 };
	char drain[DRAIN_SIZE];

	if (transport->secured)
		gnutls_bye(transport->session, GNUTLS_SHUT_WR);
	transport_half_close(transport);
	setsockopt(transport->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	while (recv(transport->socket, drain, sizeof(drain), 0) > 0)
		;
}

void transport_peek(struct transport *transport)
{
	char byte;

	recv(transport->socket, &byte, 1, MSG_PEEK);
}

int transport_handshake(struct transport *transport)
{
	char *version;
	int result;

	if (transport->secured || !transport->session)
		return 0;
	do
		result = gnutls_handshake(transport->session);
	while (result < 0 && !gnutls_error_is_fatal(result) && transport->budget != 0);
	if (result < 0) {
		log_event(transport->number, "handshake-failed %s", gnutls_strerror(result));
		return -1;
	}
	version = gnutls_session_get_desc(transport->session);
	log_event(transport->number, "handshake %s", version ? version : "");
	gnutls_free(version);
	transport->secured = true;
	return 0;
}

long transport_receive(struct transport *transport, char *bytes, size_t size)
{
	ssize_t got;

	if (transport_handshake(transport) != 0)
		return -1;
	if (transport->session)
		got = gnutls_record_recv(transport->session, bytes, size);
	else
		got = recv(transport->socket, bytes, size, 0);
	if (got > 0)
		transport->received += (uint64_t)got;
	return got < 0 ? -1 : got;
}

long transport_send(struct transport *transport, const char *bytes, size_t length)
{
	ssize_t sent;

	if (transport_handshake(transport) != 0)
		return -1;
	if (!transport->session) {
		if (transport_send_raw(transport, bytes, length) != 0)
			return -1;
		sent = (ssize_t)length;
	} else {
		do
			sent = gnutls_record_send(transport->session, bytes, length);
		while (sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED);
	}
	if (sent > 0)
		transport->sent += (uint64_t)sent;
	return sent < 0 ? -1 : sent;
}
