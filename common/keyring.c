/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/keyring.h"

#include <errno.h>
#include <keyutils.h>
#include <string.h>
#include <unistd.h>

#include "common/keyring_kernel.h"
#include "common/text.h"

enum {
	RING_MAX = 1024,   /* keys of a user keyring that are looked at, ours or not */
	SWAP_TRIES = 100,  /* a reader may meet this many swaps in a row */
	LIST_TRIES = 10,   /* a list may meet as many */
	ROOM_SPARE = 64,   /* bytes: the link into @u counts, and numbers grow */
	ROOM_GROWTH = 512, /* bytes that new tokens may be longer, and a quarter of the old */
};

static const char prefix[] = "apitoken:v1:";

/* In @u and what is linked into it; never @s, which other users may share (su). */
static int32_t find(const char *description)
{
	return (int32_t)keyctl_search(KEY_SPEC_USER_KEYRING, "user", description, 0);
}

/*
 * 0, or -1 with errno: EACCES where it is not wholly ours, ENOKEY where it is something else.
 * description NULL: any record.
 */
static int check_facts(const struct key_facts *facts, const char *description)
{
	if (description == NULL ? !text_starts_with(facts->description, prefix) :
				  strcmp(facts->description, description) != 0) {
		errno = ENOKEY;
		return -1;
	}
	if (!key_is_private(facts, getuid())) {
		errno = EACCES;
		return -1;
	}
	return 0;
}

/* One look at the ring. *gone: a key went away between the look and its check. */
static int list_once(struct keyring_item items[], size_t maximum, bool *gone, struct error *error)
{
	int32_t serials[RING_MAX];
	struct key_facts facts;
	size_t count, found = 0;
	long bytes;

	*gone = false;
	bytes = keyctl_read(KEY_SPEC_USER_KEYRING, (char *)serials, sizeof serials);
	if (bytes < 0)
		return errno == ENOKEY ? 0 : key_failure(error, errno, "list the stored records");
	count = (size_t)bytes < sizeof serials ? (size_t)bytes / sizeof serials[0] : RING_MAX;
	for (size_t i = 0; i < count && found < maximum; i++) {
		struct keyring_item *item = &items[found];

		if (key_facts(serials[i], &facts) != 0) {
			*gone = *gone || errno == ENOKEY;
			continue;
		}
		if (check_facts(&facts, NULL) != 0 ||
		    text_copy(item->description, sizeof item->description,
			      facts.description) != 0)
			continue;
		item->serial = serials[i];
		found++;
	}
	return (int)found;
}

int keyring_list(struct keyring_item items[], size_t maximum, struct error *error)
{
	bool gone = true;
	int found = 0;

	if (key_check_ids(error) != 0)
		return -1;
	/* Another process that swaps a newer record in must not hide it. */
	for (int i = 0; i < LIST_TRIES && gone && found >= 0; i++)
		found = list_once(items, maximum, &gone, error);
	return found;
}

static int read_checked(int32_t serial, const char *description, struct secret *payload)
{
	struct key_facts facts;

	if (key_facts(serial, &facts) != 0 || check_facts(&facts, description) != 0)
		return -1;
	return key_read(serial, RECORD_PAYLOAD_MAX, payload);
}

int keyring_read(const char *description, struct secret *payload, struct error *error)
{
	*payload = SECRET_NONE;
	if (key_check_ids(error) != 0)
		return -1;
	for (int i = 0; i < SWAP_TRIES; i++) {
		const int32_t serial = find(description);

		if (serial < 0)
			return key_failure(error, errno, "find the record");
		if (read_checked(serial, description, payload) == 0)
			return 0;
		/* Found, and gone a moment later: another process swapped a newer one in. */
		if (errno != ENOKEY && errno != EKEYREVOKED)
			break;
	}
	return key_failure(error, errno, "read the record");
}

int keyring_read_serial(int32_t serial, struct secret *payload, struct error *error)
{
	*payload = SECRET_NONE;
	if (key_check_ids(error) != 0)
		return -1;
	if (read_checked(serial, NULL, payload) != 0)
		return key_failure(error, errno, "read the record");
	return 0;
}

/* The serial of a key of that description which is wholly ours, or -1. */
static int32_t find_checked(const char *description)
{
	struct key_facts facts;
	int32_t serial;

	if (key_check_ids(NULL) != 0)
		return -1;
	serial = find(description);
	return serial >= 0 && key_facts(serial, &facts) == 0 && check_facts(&facts, description) == 0 ?
		       serial :
		       -1;
}

bool keyring_has(const char *description)
{
	return find_checked(description) >= 0;
}

void keyring_extend(const char *description, int64_t seconds)
{
	const int32_t serial = find_checked(description);

	if (serial >= 0)
		key_set_timeout(serial, seconds);
}

static const char zeros[RECORD_PAYLOAD_MAX + ROOM_SPARE];

static size_t room_for(size_t size)
{
	return (size < RECORD_PAYLOAD_MAX ? size : RECORD_PAYLOAD_MAX) + ROOM_SPARE;
}

static bool reserve_now(const char *description, size_t size)
{
	return add_key("user", description, zeros, room_for(size), KEY_SPEC_THREAD_KEYRING) >= 0;
}

int keyring_reserve(const char *description, size_t size, struct error *error)
{
	int32_t serial;
	long old = 0;

	if (key_check_ids(error) != 0)
		return -1;
	if (reserve_now(description, size))
		return 0;
	if (errno != EDQUOT)
		return key_failure(error, errno, "reserve room for the record");
	serial = find(description);
	if (serial >= 0)
		old = keyctl_read(serial, NULL, 0);
	if (old > 0 && reserve_now(description, (size_t)(old + old / 4 + ROOM_GROWTH)))
		return 0;
	/* The least that makes sense, with patience. */
	if (key_add(description, zeros, room_for(old > 0 ? (size_t)old : size)) >= 0)
		return 0;
	return key_failure(error, errno, "reserve room for the record");
}

void keyring_unreserve(void)
{
	key_forget_built();
}

int keyring_store(const char *description, const struct secret *payload, int64_t seconds,
		  struct error *error)
{
	int32_t serial;
	int errnum = 0;

	if (key_check_ids(error) != 0)
		return -1;
	if (key_build(description, payload->bytes, payload->length, seconds, &serial) != 0)
		return key_failure(error, errno, "store the record");
	/* The swap: the link displaces what has the same type and description, or fails. */
	if (keyctl_link(serial, KEY_SPEC_USER_KEYRING) != 0)
		errnum = errno;
	key_forget_built();
	if (errnum != 0)
		return key_failure(error, errnum, "store the record");
	return 0;
}

int keyring_remove(const char *description, struct error *error)
{
	int32_t serial;
	int errnum = 0;

	if (key_check_ids(error) != 0)
		return -1;
	serial = find(description);
	if (serial < 0)
		return key_failure(error, errno, "find the record");
	if (keyctl_unlink(serial, KEY_SPEC_USER_KEYRING) != 0)
		errnum = errno;
	/* Links elsewhere die with it. Fails where the key is somebody else's, or gone by now. */
	if (keyctl_invalidate(serial) == 0 || errnum == 0)
		return 0;
	return key_failure(error, errnum, "remove the record");
}
