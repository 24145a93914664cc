/* SPDX-License-Identifier: BSD-3-Clause */
/* One accepted connection: TCP, with or without TLS above it, and the ways to break both. */
#ifndef APITOKEN_TESTS_BADIDP_TRANSPORT_H
#define APITOKEN_TESTS_BADIDP_TRANSPORT_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls_setup {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

struct transport {
	size_t number;            /* of the connection, from 1 */
	int socket;               /* -1 when it is over */
	gnutls_session_t session; /* NULL: plain TCP */
	bool secured;             /* the handshake is done */
	int64_t budget;           /* bytes that may still go out below TLS; -1: any number */
	size_t slow_bytes;        /* 0: as fast as can be */
	int64_t slow_wait;        /* ms */
	uint64_t received, sent;  /* application bytes */
};

/* Certificate and key are PEM files; priority is a GnuTLS priority string (man gnutls-cli). Exits the program on failure. */
void tls_setup(struct tls_setup *setup, const char *certificate, const char *key, const char *priority);

/* setup NULL: no TLS. */
void transport_open(struct transport *transport, size_t number, int socket, const struct tls_setup *setup);
void transport_close(struct transport *transport);
void transport_reset(struct transport *transport);
/* Sends close_notify, ends this direction, and waits a while for the client's end, so that nothing sent before is lost to a RST. */
void transport_bye(struct transport *transport);
void transport_half_close(struct transport *transport);

void transport_peek(struct transport *transport);
/* Returns 0, or -1 (logged). Does nothing when it was done, or without TLS. */
int transport_handshake(struct transport *transport);
/* Both return a count of bytes, or -1; 0 from receive: the client has ended. They do the handshake where it is due. */
long transport_receive(struct transport *transport, char *bytes, size_t size);
long transport_send(struct transport *transport, const char *bytes, size_t length);
/* Below TLS. */
int transport_send_raw(struct transport *transport, const char *bytes, size_t length);

void sleep_milliseconds(int64_t milliseconds);

#endif
