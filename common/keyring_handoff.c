/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/kept_password.h"
#include "common/keyring.h"
#include "common/keyring_kernel.h"
#include "common/text.h"

enum { RANDOM_DIGITS = 16 };

static const char prefix[] = "apitoken:handoff:";

static int check_root(struct error *error)
{
	if (key_check_ids(error) != 0)
		return -1;
	if (getuid() == 0)
		return 0;
	return error_set(error, ERROR_POLICY, "a login can only be handed over by root");
}

static int describe(char out[static KEY_DESCRIPTION_MAX], const char *user, struct error *error)
{
	uint64_t number;
	int length;

	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot draw random bytes");
	length = snprintf(out, KEY_DESCRIPTION_MAX, "%s%016llx:%s", prefix,
			  (unsigned long long)number, user);
	if (length < 0 || length >= KEY_DESCRIPTION_MAX)
		return error_set(error, ERROR_POLICY, "a login name of %zu bytes is too long",
				 strlen(user));
	return 0;
}

int keyring_handoff_park(const char *user, const struct secret *payload, int32_t *serial,
			 struct error *error)
{
	char description[KEY_DESCRIPTION_MAX];
	int32_t built;
	int errnum = 0;

	if (check_root(error) != 0 || describe(description, user, error) != 0)
		return -1;
	if (key_build(description, payload->bytes, payload->length, HANDOFF_SECONDS,
		      &built) != 0)
		return key_failure(error, errno, "hand the login over");
	if (keyctl_link(built, KEY_SPEC_USER_KEYRING) != 0)
		errnum = errno;
	key_forget_built();
	if (errnum != 0)
		return key_failure(error, errnum, "hand the login over");
	*serial = built;
	return 0;
}

/* The local login name in a description, or NULL where it is no hand-off. */
static const char *handoff_user(const char *description)
{
	const char *digits = description + sizeof prefix - 1;

	if (!text_starts_with(description, prefix) ||
	    strspn(digits, "0123456789abcdef") != RANDOM_DIGITS || digits[RANDOM_DIGITS] != ':')
		return NULL;
	return digits + RANDOM_DIGITS + 1;
}

/* The user of the hand-off with this serial, in *facts; NULL where it is none. */
static const char *find_user(int32_t serial, struct key_facts *facts)
{
	/* Special ids are negative, and no key has the number 0. */
	if (serial <= 0 || key_facts(serial, facts) != 0 || !key_is_private(facts, 0))
		return NULL;
	return handoff_user(facts->description);
}

int keyring_handoff_check(int32_t serial, const char *user, struct error *error)
{
	struct key_facts facts;
	const char *handed_over = find_user(serial, &facts);

	if (handed_over == NULL)
		return error_set(error, ERROR_NO_TOKEN, "no login was handed over");
	if (strcmp(handed_over, user) != 0)
		return error_set(error, ERROR_NO_TOKEN,
				 "the login that was handed over is another user's");
	return 0;
}

int keyring_handoff_read(int32_t serial, struct secret *payload, struct error *error)
{
	struct key_facts facts;

	*payload = SECRET_NONE;
	if (check_root(error) != 0)
		return -1;
	if (find_user(serial, &facts) == NULL)
		return error_set(error, ERROR_NO_TOKEN, "no login was handed over");
	if (key_read(serial, LOGIN_PAYLOAD_MAX, payload) != 0)
		return key_failure(error, errno, "take the login over");
	return 0;
}

void keyring_handoff_drop(int32_t serial)
{
	struct key_facts facts;

	if (find_user(serial, &facts) != NULL)
		keyctl_invalidate(serial);
}
