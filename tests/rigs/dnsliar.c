/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dnsliar ADDRESS: a name server (RFC 1035, UDP port 53) for what dnsmasq cannot be told to say. The first label of the name says what it does:
 *   servfail | refused | formerr   that code, for each type
 *   loop      CNAME other.REST, and for other: CNAME loop.REST, both in each answer
 *   truncated an answer without records that says "ask by TCP", where nobody listens
 *   garbage   bytes that are no message
 *   stranger  a right answer (127.0.0.1) with another message's number
 *   self      a right answer, for A: 127.0.0.1 (that the rig works)
 * Others: NXDOMAIN. Prints "ready", then a line "NAME TYPE" for each query.
 */
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { MESSAGE_MAX = 512, HEADER = 12, NAME_MAX_BYTES = 255, TYPE_A = 1, TYPE_CNAME = 5, CODE_FORMERR = 1, CODE_SERVFAIL = 2, CODE_NXDOMAIN = 3, CODE_REFUSED = 5 };

struct answer {
	unsigned char bytes[MESSAGE_MAX];
	size_t length;
};

/* The question's name as text, and where its type begins; 0 where it is no question. */
static size_t question_read(const unsigned char *bytes, size_t length, char name[static NAME_MAX_BYTES + 1])
{
	size_t at = HEADER, used = 0;

	while (at < length && bytes[at] != 0) {
		const size_t label = bytes[at];

		if (label > 63 || at + label + 1 >= length || used + label + 1 > NAME_MAX_BYTES)
			return 0;
		memcpy(name + used, bytes + at + 1, label);
		used += label;
		name[used++] = '.';
		at += label + 1;
	}
	name[used] = '\0';
	return at + 5 <= length ? at + 1 : 0;
}

static void put(struct answer *answer, const void *bytes, size_t length)
{
	if (answer->length + length > MESSAGE_MAX)
		errx(1, "an answer does not fit");
	memcpy(answer->bytes + answer->length, bytes, length);
	answer->length += length;
}

/* A record of this owner and type, class IN, a life of 1 s. */
static void put_record(struct answer *answer, const void *owner, size_t owner_length, unsigned char type, const void *data, unsigned char length)
{
	const unsigned char middle[] = { 0, type, 0, 1, 0, 0, 0, 1, 0, length };

	put(answer, owner, owner_length);
	put(answer, middle, sizeof(middle));
	put(answer, data, length);
	answer->bytes[7]++; /* records in the answer section */
}

/* In each answer two records, loop -> other and other -> loop; the rest of the name is found by a pointer into the question. */
static void put_loop(struct answer *answer)
{
	const unsigned char rest = (unsigned char)(HEADER + 1 + answer->bytes[HEADER]);
	const unsigned char loop[] = { 4, 'l', 'o', 'o', 'p', 0xc0, rest }, other[] = { 5, 'o', 't', 'h', 'e', 'r', 0xc0, rest };

	put_record(answer, loop, sizeof(loop), TYPE_CNAME, other, sizeof(other));
	put_record(answer, other, sizeof(other), TYPE_CNAME, loop, sizeof(loop));
}

static void put_self(struct answer *answer, unsigned int type)
{
	static const unsigned char owner[] = { 0xc0, HEADER }, loopback[] = { 127, 0, 0, 1 };

	if (type == TYPE_A)
		put_record(answer, owner, sizeof(owner), TYPE_A, loopback, sizeof(loopback));
}

static int label_is(const char *name, const char *label)
{
	return strncmp(name, label, strlen(label)) == 0 && name[strlen(label)] == '.';
}

static void lie(struct answer *answer, const char *name, unsigned int type)
{
	static const struct { const char *label; unsigned char code; } codes[] = {
		{ "servfail", CODE_SERVFAIL }, { "refused", CODE_REFUSED }, { "formerr", CODE_FORMERR },
	};
	unsigned char code = CODE_NXDOMAIN;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		code = label_is(name, codes[i].label) ? codes[i].code : code;
	if (label_is(name, "loop") || label_is(name, "other") || label_is(name, "truncated") || label_is(name, "stranger") || label_is(name, "self"))
		code = 0;
	answer->bytes[3] = (unsigned char)(answer->bytes[3] | code);
	if (label_is(name, "loop") || label_is(name, "other"))
		put_loop(answer);
	if (label_is(name, "stranger") || label_is(name, "self"))
		put_self(answer, type);
	if (label_is(name, "truncated"))
		answer->bytes[2] |= 2;
	if (label_is(name, "stranger"))
		answer->bytes[0] ^= 0x55;
	if (label_is(name, "garbage"))
		memset(answer->bytes + 2, 0xff, answer->length - 2);
}

static void answer_one(int descriptor, const unsigned char *query, size_t length, const struct sockaddr_in *from)
{
	struct answer answer = { .length = 0 };
	char name[NAME_MAX_BYTES + 1];
	const size_t at = length > HEADER ? question_read(query, length, name) : 0;
	unsigned int type;

	if (at == 0)
		return;
	type = (unsigned int)query[at] << 8 | query[at + 1];
	printf("%s %u\n", name, type);
	put(&answer, query, at + 4);
	answer.bytes[2] = 0x84; /* an answer, with authority */
	answer.bytes[3] = 0x80;
	memset(answer.bytes + 6, 0, 6); /* no records yet */
	lie(&answer, name, type);
	sendto(descriptor, answer.bytes, answer.length, 0, (const struct sockaddr *)from, sizeof(*from));
}

int main(int count, char **arguments)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	unsigned char query[MESSAGE_MAX];
	int descriptor;

	if (count != 2 || inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1)
		errx(2, "usage: dnsliar ADDRESS");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "%s:53", arguments[1]);
	puts("ready");
	for (;;) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		const ssize_t length = recvfrom(descriptor, query, sizeof(query), 0, (struct sockaddr *)&from, &size);

		if (length > 0)
			answer_one(descriptor, query, (size_t)length, &from);
	}
}
