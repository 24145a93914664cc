/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/keyring_kernel.h"

#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <time.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/text.h"

enum { PERMISSION_DIGITS = 8, NUMBER_TEXT_MAX = 24, QUOTA_TRIES = 6, QUOTA_PAUSE_MS = 20 };

/* Takes the text up to the next ';' off *rest. */
static int take_part(const char **rest, char *out, size_t size)
{
	const char *end = strchr(*rest, ';');
	size_t length;

	if (end == NULL)
		return -1;
	length = (size_t)(end - *rest);
	if (length >= size)
		return -1;
	memcpy(out, *rest, length);
	out[length] = '\0';
	*rest = end + 1;
	return 0;
}

static int parse_permission(const char *text, uint32_t *permission)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t value = 0;

	if (strlen(text) != PERMISSION_DIGITS)
		return -1;
	for (; *text != '\0'; text++) {
		const char *digit = strchr(digits, *text);

		if (digit == NULL)
			return -1;
		value = value << 4 | (uint32_t)(digit - digits);
	}
	*permission = value;
	return 0;
}

/* "type;uid;gid;permission;description", keyctl_describe(3). */
static int parse_facts(const char *text, struct key_facts *facts)
{
	char owner[NUMBER_TEXT_MAX], group[NUMBER_TEXT_MAX], permission[NUMBER_TEXT_MAX];

	if (take_part(&text, facts->type, sizeof facts->type) != 0 ||
	    take_part(&text, owner, sizeof owner) != 0 ||
	    take_part(&text, group, sizeof group) != 0 ||
	    take_part(&text, permission, sizeof permission) != 0 ||
	    number_parse(owner, 0, UINT32_MAX, &facts->owner) != 0 ||
	    parse_permission(permission, &facts->permission) != 0)
		return -1;
	return text_copy(facts->description, sizeof facts->description, text);
}

int key_facts(int32_t serial, struct key_facts *facts)
{
	char text[KEY_DESCRIPTION_MAX + 64];
	const long length = keyctl_describe(serial, text, sizeof text);

	if (length < 0)
		return -1;
	if ((size_t)length > sizeof text || parse_facts(text, facts) != 0) {
		errno = EMSGSIZE;
		return -1;
	}
	return 0;
}

bool key_is_private(const struct key_facts *facts, uid_t owner)
{
	return strcmp(facts->type, "user") == 0 && facts->owner == (int64_t)owner &&
	       facts->permission == KEYRING_PERMISSION;
}

int key_read(int32_t serial, size_t maximum, struct secret *payload)
{
	long length;
	int errnum;

	if (secret_init(payload, maximum) != 0) {
		errno = ENOMEM;
		return -1;
	}
	length = keyctl_read(serial, payload->bytes, maximum);
	if (length >= 0 && (size_t)length <= maximum) {
		payload->length = (size_t)length;
		payload->bytes[length] = '\0';
		return 0;
	}
	errnum = length < 0 ? errno : EMSGSIZE;
	secret_release(payload);
	errno = errnum;
	return -1;
}

int key_set_timeout(int32_t serial, int64_t seconds)
{
	const int64_t most = INT32_MAX;

	if (seconds < 1)
		seconds = 1; /* 0 would mean for ever */
	return (int)keyctl_set_timeout(serial, (unsigned int)(seconds < most ? seconds : most));
}

static int make_private(int32_t serial, int64_t seconds)
{
	struct key_facts facts;

	if (keyctl_setperm(serial, KEYRING_PERMISSION) != 0 ||
	    key_set_timeout(serial, seconds) != 0 ||
	    key_facts(serial, &facts) != 0)
		return -1;
	if (key_is_private(&facts, getuid()))
		return 0;
	errno = EACCES;
	return -1;
}

int32_t key_add(const char *description, const void *payload, size_t length)
{
	const struct timespec pause = { .tv_nsec = QUOTA_PAUSE_MS * 1000000 };

	for (int attempt = 1;; attempt++) {
		const int32_t added =
			add_key("user", description, payload, length, KEY_SPEC_THREAD_KEYRING);

		if (added >= 0 || errno != EDQUOT || attempt == QUOTA_TRIES)
			return added;
		nanosleep(&pause, NULL);
	}
}

int key_build(const char *description, const void *payload, size_t length, int64_t seconds,
	      int32_t *serial)
{
	const int32_t built = key_add(description, payload, length);
	int errnum;

	if (built >= 0 && make_private(built, seconds) == 0) {
		*serial = built;
		return 0;
	}
	errnum = errno;
	key_forget_built();
	errno = errnum;
	return -1;
}

void key_forget_built(void)
{
	keyctl_clear(KEY_SPEC_THREAD_KEYRING);
}

int key_check_ids(struct error *error)
{
	uid_t real, effective, saved;

	if (getresuid(&real, &effective, &saved) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot read the user ids");
	/* setfsuid(2): an invalid id changes nothing and returns the current one. */
	if (real == effective && effective == saved && (uid_t)setfsuid((uid_t)-1) == real)
		return 0;
	return error_set(error, ERROR_POLICY,
			 "the real, effective and saved user ids differ (%u, %u, %u): the kernel "
			 "would use another user's keyring; run this without set-user-id",
			 real, effective, saved);
}

int key_failure(struct error *error, int errnum, const char *what)
{
	switch (errnum) {
	case ENOKEY:
		return error_set_errno(error, ERROR_NO_TOKEN, errnum, "cannot %s", what);
	case EKEYEXPIRED:
	case EKEYREVOKED:
		return error_set_errno(error, ERROR_NO_TOKEN, errnum,
				       "cannot %s: it has come to its end", what);
	case EMSGSIZE:
		return error_set(error, ERROR_NO_TOKEN, "cannot %s: it is too long to be one", what);
	case ENOMEM:
		return error_set_errno(error, ERROR_MEMORY, errnum, "cannot %s", what);
	case EDQUOT:
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "cannot %s: the kernel keyring of uid %u is full; remove keys "
				       "(keyctl show @u), or raise /proc/sys/kernel/keys/maxbytes or "
				       "maxkeys", what, getuid());
	case ENOSYS:
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "cannot %s: this kernel or container has no keyrings", what);
	case EPERM:
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "cannot %s: a security policy (of a container?) forbids the "
				       "kernel keyring", what);
	case EACCES:
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "cannot %s: another user's key is in its place; log in again to "
				       "replace it", what);
	default:
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "cannot %s in the kernel keyring", what);
	}
}
