/* SPDX-License-Identifier: BSD-3-Clause */
/* What the liar does with each connection: a list of actions, one a line. */
#ifndef APITOKEN_TESTS_BADIDP_SCRIPT_H
#define APITOKEN_TESTS_BADIDP_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

enum verb {
	DO_CONNECTION,    /* connection           what follows is for the next connection; the last part serves all further ones */
	DO_PEEK,          /* peek                 waits for the client's first bytes (its ClientHello) without reading them */
	DO_HANDSHAKE,     /* handshake            the TLS handshake; read, send and so on do it by themselves where it is still due */
	DO_HANDSHAKE_CUT, /* handshake-cut N      begins it, but lets out only the server's first N bytes */
	DO_RAW,           /* raw BYTES            sends below TLS */
	DO_SLOW,          /* slow N MS            from now on, what goes out below TLS goes N bytes at a time, MS between */
	DO_READ,          /* read                 a whole request: head and body */
	DO_READ_HEAD,     /* read-head            only up to the empty line */
	DO_SEND,          /* send BYTES */
	DO_SEND_FILE,     /* send-file PATH */
	DO_REPEAT,        /* repeat N BYTES       N times */
	DO_FLOOD,         /* flood BYTES          again and again until the client goes away */
	DO_TRICKLE,       /* trickle N MS BYTES   N bytes at a time, MS between */
	DO_TRICKLE_FILE,  /* trickle-file N MS PATH */
	DO_RESPOND,       /* respond STATUS BYTES a complete answer: application/json, Content-Length, and the body BYTES */
	DO_WAIT,          /* wait MS */
	DO_HANG,          /* hang                 for ever */
	DO_HALF_CLOSE,    /* half-close           no more from here, the client may go on */
	DO_BYE,           /* bye                  TLS close_notify */
	DO_CLOSE,         /* close                ends the connection without close_notify */
	DO_RESET,         /* reset                ends it with a TCP RST */
};
/* BYTES run to the end of the line; \r \n \t \0 \\ and \xNN stand for bytes. A part that ends by itself says bye and closes. */

struct action {
	enum verb verb;
	int64_t first, second;
	char *bytes;
	size_t length;
};

struct script {
	struct action *list;
	size_t count;
};

/* Reads the file ("-" is stdin). Exits the program with file:line where it is wrong. */
void script_read(struct script *script, const char *path);
void script_add(struct script *script, enum verb verb, const char *bytes, size_t length);
/* The index of the first action for that connection, counted from 0. */
size_t script_part(const struct script *script, size_t connection);
/* Reads a whole file; exits the program on failure. */
char *file_read(const char *path, size_t *length);

#endif
