/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "fields.h"
#include "options.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void state_lock(void)
{
	pthread_mutex_lock(&lock);
}

void state_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void state_reset(void)
{
	tokens_reset();
	counters_reset();
	users_reset();
	options_reset();
}

int64_t now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t now_seconds(void)
{
	return now_milliseconds() / 1000;
}

static void random_bytes(unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t got = getrandom(bytes, length, 0);

		if (got < 0)
			err(1, "getrandom");
		bytes += got;
		length -= (size_t)got;
	}
}

char *random_text(size_t count)
{
	size_t length = count * 3 / 4 + 3;
	unsigned char *bytes = malloc(length);
	char *text;

	if (!bytes)
		errx(1, "out of memory");
	random_bytes(bytes, length);
	text = base64url_encode(bytes, length);
	free(bytes);
	text[count] = '\0';
	return text;
}

char *random_uuid(void)
{
	unsigned char b[16];
	char *text = NULL;

	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	if (asprintf(&text, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
		     b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]) < 0)
		errx(1, "out of memory");
	return text;
}
