/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/secret.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int secret_init(struct secret *secret, size_t maximum)
{
	*secret = SECRET_NONE;
	if (maximum < SIZE_MAX)
		secret->bytes = malloc(maximum + 1);
	if (secret->bytes == NULL) {
		secret->failed = true;
		return -1;
	}
	secret->maximum = maximum;
	secret->bytes[0] = '\0';
	return 0;
}

void secret_append(struct secret *secret, const void *bytes, size_t length)
{
	if (secret->failed || secret->bytes == NULL ||
	    length > secret->maximum - secret->length) {
		secret->failed = true;
		return;
	}
	if (length > 0)
		memcpy(secret->bytes + secret->length, bytes, length);
	secret->length += length;
	secret->bytes[secret->length] = '\0';
}

void secret_append_text(struct secret *secret, const char *text)
{
	secret_append(secret, text, strlen(text));
}

void secret_append_format(struct secret *secret, const char *format, ...)
{
	va_list arguments;
	size_t room;
	int length;

	if (secret->failed || secret->bytes == NULL) {
		secret->failed = true;
		return;
	}
	room = secret->maximum - secret->length;
	va_start(arguments, format);
	length = vsnprintf(secret->bytes + secret->length, room + 1, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length > room) {
		secret->bytes[secret->length] = '\0';
		secret->failed = true;
		return;
	}
	secret->length += (size_t)length;
}

int secret_set(struct secret *secret, const void *bytes, size_t length)
{
	if (secret_init(secret, length) != 0)
		return -1;
	secret_append(secret, bytes, length);
	return 0;
}

bool secret_ok(const struct secret *secret)
{
	return !secret->failed && secret->bytes != NULL;
}

void secret_clear(struct secret *secret)
{
	if (secret->bytes == NULL)
		return;
	explicit_bzero(secret->bytes, secret->maximum + 1);
	secret->length = 0;
	secret->failed = false;
}

void secret_release(struct secret *secret)
{
	secret_clear(secret);
	free(secret->bytes);
	*secret = SECRET_NONE;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	unsigned char difference = 0;

	if (a->length != b->length)
		return false;
	for (size_t i = 0; i < a->length; i++)
		difference = (unsigned char)(difference | (a->bytes[i] ^ b->bytes[i]));
	return difference == 0;
}

void secret_move(struct secret *to, struct secret *from)
{
	*to = *from;
	*from = SECRET_NONE;
}

int secret_protect_process(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
