/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps that the keyring's parts share; only common/keyring*.c includes this. */
#ifndef APITOKEN_KEYRING_KERNEL_H
#define APITOKEN_KEYRING_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/secret.h"

enum {
	KEY_TYPE_MAX = 16,         /* bytes with NUL */
	KEY_DESCRIPTION_MAX = 384, /* bytes with NUL; longer ones are not ours */
};

struct key_facts { /* what keyctl_describe(3) tells */
	char type[KEY_TYPE_MAX];
	int64_t owner; /* uid */
	uint32_t permission;
	char description[KEY_DESCRIPTION_MAX];
};

/* 0, or -1 with errno. A key that cannot be ours (its description is too long) is EMSGSIZE; ENOKEY: it is gone. */
int key_facts(int32_t serial, struct key_facts *facts);
/* Type "user", this owner, permission exactly KEYRING_PERMISSION. */
bool key_is_private(const struct key_facts *facts, uid_t owner);
/* The key forgets itself after so many seconds, at least 1. 0, or -1 with errno. */
int key_set_timeout(int32_t serial, int64_t seconds);
/* Reads a payload of at most maximum bytes; *payload is initialised here. 0, or -1 with errno. */
int key_read(int32_t serial, size_t maximum, struct secret *payload);

/*
 * add_key(2) into the thread keyring. A displaced key counts until the kernel has collected it, so a
 * full quota is asked again for a tenth of a second. The serial, or -1 with errno.
 */
int32_t key_add(const char *description, const void *payload, size_t length);
/*
 * A private key in the thread keyring, which nobody else can reach and which dies with the process:
 * add (in place of a placeholder of that description), permission, timeout, owner checked. 0 and
 * *serial, or -1 with errno and nothing left behind.
 */
int key_build(const char *description, const void *payload, size_t length, int64_t seconds,
	      int32_t *serial);
/* Empties the thread keyring: placeholders, and keys that have been linked elsewhere by now. */
void key_forget_built(void);

/* The real, effective, saved and file system uids must be one: 0, or -1 with ERROR_POLICY. */
int key_check_ids(struct error *error);
/* The one translation of errno for what ("read the record"). Returns -1. */
int key_failure(struct error *error, int errnum, const char *what);

#endif
