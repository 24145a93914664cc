/* SPDX-License-Identifier: BSD-3-Clause */
/* Acting as other users with real keyrings: an act is a forked process that ends with 0. */
#ifndef APITOKEN_TESTS_KEYRING_USER_H
#define APITOKEN_TESTS_KEYRING_USER_H

#include <errno.h>
#include <grp.h>
#include <keyutils.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* In a forked process cmocka's assertions are of no use. */
#define CHECK(condition)                                                                       \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			dprintf(2, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition,   \
				errno);                                                        \
			_exit(1);                                                              \
		}                                                                              \
	} while (0)

/* With the reason from *error. */
#define CHECK_OK(call)                                                                         \
	do {                                                                                   \
		if ((call) != 0) {                                                             \
			dprintf(2, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, error.text);  \
			_exit(1);                                                              \
		}                                                                              \
	} while (0)

typedef void act_function(void *argument);

static inline void become_user(uid_t uid)
{
	CHECK(setgroups(0, NULL) == 0);
	CHECK(setresgid(uid, uid, uid) == 0);
	CHECK(setresuid(uid, uid, uid) == 0);
}

static bool within_act;

static inline void finish_act(pid_t actor)
{
	int status = -1;

	if (actor > 0 && waitpid(actor, &status, 0) == actor && status == 0)
		return;
	if (within_act)
		_exit(1); /* a longjmp would run the tests a second time */
	fail_msg("an act failed: status 0x%x", status);
}

/* As uid, wholly, in the session keyring of the caller. */
static inline void act_as(uid_t uid, act_function *act, void *argument)
{
	const pid_t actor = fork();

	if (actor == 0) {
		within_act = true;
		if (uid != 0)
			become_user(uid);
		act(argument);
		_exit(0);
	}
	finish_act(actor);
}

struct usage {
	long keys, bytes;
};

/* Of our own uid, from /proc/key-users: "uid: usage keys/instantiated qkeys/max qbytes/max". */
static inline struct usage usage_now(void)
{
	FILE *file = fopen("/proc/key-users", "re");
	struct usage usage = { 0, 0 };
	char line[256], *rest;

	CHECK(file != NULL);
	while (fgets(line, sizeof line, file) != NULL) {
		if (strtol(line, &rest, 10) != (long)getuid())
			continue;
		strtok_r(rest, " ", &rest);
		strtok_r(NULL, " ", &rest);
		strtok_r(NULL, " ", &rest);
		usage.keys = strtol(rest, &rest, 10);
		strtok_r(NULL, " ", &rest);
		usage.bytes = strtol(rest, &rest, 10);
	}
	fclose(file);
	return usage;
}

/* Keys that are gone leave the quota a moment later (RCU): wait for a tenth of a second's calm. */
static inline void settle(void)
{
	struct usage last = { -1, -1 };

	for (int calm = 0; calm < 10; calm++) {
		const struct usage now = usage_now();

		if (now.bytes != last.bytes || now.keys != last.keys)
			calm = 0;
		last = now;
		usleep(10000);
	}
}

static inline void clear_ring(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_clear(KEY_SPEC_USER_KEYRING) == 0);
	settle();
}

/*
 * Keyrings belong to a uid, in whatever namespace or chroot a test runs: each run takes two users by
 * chance, so that runs side by side do not meet.
 */
static uid_t alice, bob;

static inline void choose_users(void)
{
	enum { FIRST_UID = 60000, PAIRS = 2500 };
	unsigned short number;

	CHECK(getrandom(&number, sizeof number, 0) == sizeof number);
	alice = (uid_t)(FIRST_UID + 2 * (number % PAIRS));
	bob = alice + 1;
}

/* Why these tests cannot run here, or NULL. */
static inline const char *keyrings_missing(void)
{
	if (geteuid() != 0)
		return "needs root, to act as other users";
	if (keyctl_get_keyring_ID(KEY_SPEC_USER_KEYRING, 1) < 0)
		return strerror(errno);
	return NULL;
}

#define NEED_KEYRINGS()                                                                        \
	do {                                                                                   \
		const char *missing = keyrings_missing();                                      \
		if (missing != NULL) {                                                         \
			print_message("# skipped: %s\n", missing);                             \
			skip();                                                                \
		}                                                                              \
	} while (0)

#endif
