/* SPDX-License-Identifier: BSD-3-Clause */
/* Acting as other users with real keyrings: each act is a forked process that exits 0, or says where it failed. */
#ifndef APITOKEN_TESTS_KEYRING_USER_H
#define APITOKEN_TESTS_KEYRING_USER_H

#include <errno.h>
#include <grp.h>
#include <keyutils.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
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

static inline void finish_act(pid_t actor)
{
	int status;

	assert_true(actor > 0);
	assert_int_equal(waitpid(actor, &status, 0), actor);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("an act failed: status 0x%x", status);
}

/* As uid, wholly, in the session keyring of the caller. */
static inline void act_as(uid_t uid, act_function *act, void *argument)
{
	const pid_t actor = fork();

	if (actor == 0) {
		if (uid != 0)
			become_user(uid);
		act(argument);
		_exit(0);
	}
	finish_act(actor);
}

static inline void clear_ring(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_clear(KEY_SPEC_USER_KEYRING) == 0);
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
