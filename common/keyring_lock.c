/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/keyring_lock.h"

#include <errno.h>
#include <keyutils.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/keyring_kernel.h"
#include "common/text.h"

enum {
	NUMBER_TEXT_MAX = 24,
	NAME_MAX_BYTES = RECORD_DESCRIPTION_MAX + NUMBER_TEXT_MAX,
	RING_MAX = 1024, /* keys of a user keyring that are looked at, ours or not */
};

/* Another IPC namespace has other semaphores under the same numbers; a keyring knows of none. */
static unsigned long long namespace_number(void)
{
	struct stat status;

	return stat("/proc/self/ns/ipc", &status) == 0 ? (unsigned long long)status.st_ino : 0;
}

static void describe(char out[static NAME_MAX_BYTES], const char *description)
{
	static const char prefix[] = "apitoken:v1:";
	const size_t skip = text_starts_with(description, prefix) ? sizeof prefix - 1 : 0;

	snprintf(out, NAME_MAX_BYTES, "apitoken:lock:%s:%llu", description + skip,
		 namespace_number());
}

/* 0, or -1 with errno: EACCES where it is not wholly ours. */
static int check(int32_t serial, const char *name)
{
	struct key_facts facts;

	if (key_facts(serial, &facts) != 0)
		return -1;
	if (key_is_private(&facts, getuid()) && strcmp(facts.description, name) == 0)
		return 0;
	errno = EACCES;
	return -1;
}

static int read_number(int32_t serial, int *semaphore)
{
	struct secret payload;
	int64_t number;
	int result;

	if (key_read(serial, NUMBER_TEXT_MAX, &payload) != 0)
		return -1;
	result = number_parse(payload.bytes, 0, INT32_MAX, &number);
	secret_release(&payload);
	if (result == 0)
		*semaphore = (int)number;
	else
		errno = EACCES;
	return result;
}

/*
 * Keys that are over, or that we may not even look at, stand in the way of a new one until the
 * kernel collects them (minutes). Taken away one by one, by serial, they take no living key along.
 */
static void sweep(void)
{
	int32_t serials[RING_MAX];
	struct key_facts facts;
	const long bytes =
		keyctl_read(KEY_SPEC_USER_KEYRING, (char *)serials, sizeof serials);
	size_t count;

	if (bytes < 0)
		return;
	count = (size_t)bytes < sizeof serials ? (size_t)bytes / sizeof serials[0] : RING_MAX;
	for (size_t i = 0; i < count; i++)
		if (key_facts(serials[i], &facts) != 0 &&
		    (errno == EKEYEXPIRED || errno == EKEYREVOKED || errno == EACCES))
			keyctl_unlink(serials[i], KEY_SPEC_USER_KEYRING);
}

static int find_named(const char *name, int *semaphore)
{
	const int32_t serial =
		(int32_t)keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);

	if (serial < 0)
		return -1;
	if (check(serial, name) == 0 && read_number(serial, semaphore) == 0) {
		keyctl_set_timeout(serial, LOCK_KEY_SECONDS);
		return 0;
	}
	if (errno == EACCES) {
		/* Planted by somebody who could write into our ring (su in a shared session). */
		keyctl_unlink(serial, KEY_SPEC_USER_KEYRING);
		errno = ENOKEY;
	}
	return -1;
}

int keyring_lock_find(const char *description, int *semaphore)
{
	char name[NAME_MAX_BYTES];

	if (key_check_ids(NULL) != 0) {
		errno = EPERM;
		return -1;
	}
	describe(name, description);
	if (find_named(name, semaphore) == 0)
		return 0;
	if (errno == EKEYEXPIRED || errno == EKEYREVOKED || errno == EACCES) {
		sweep();
		errno = ENOKEY;
	}
	return -1;
}

int keyring_lock_offer(const char *description, int semaphore)
{
	char name[NAME_MAX_BYTES], number[NUMBER_TEXT_MAX];
	int32_t serial;
	int errnum;

	describe(name, description);
	snprintf(number, sizeof number, "%d", semaphore);
	if (key_build(name, number, strlen(number), LOCK_KEY_SECONDS, &serial) != 0)
		return -1;
	/* With EXCL the keyring is the arbiter: no link is displaced (keyctl_move(3)). */
	if (keyctl_move(serial, KEY_SPEC_THREAD_KEYRING, KEY_SPEC_USER_KEYRING,
			KEYCTL_MOVE_EXCL) == 0)
		return 0;
	errnum = errno;
	keyctl_unlink(serial, KEY_SPEC_THREAD_KEYRING);
	errno = errnum;
	return -1;
}

void keyring_lock_drop(const char *description, int semaphore)
{
	char name[NAME_MAX_BYTES];
	int32_t serial;
	int named;

	describe(name, description);
	serial = (int32_t)keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
	if (serial >= 0 && check(serial, name) == 0 && read_number(serial, &named) == 0 &&
	    named == semaphore)
		keyctl_unlink(serial, KEY_SPEC_USER_KEYRING);
}
