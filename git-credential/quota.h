/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of the kernel's keyring quota this user has taken: /proc/key-users, proc(5). */
#ifndef APITOKEN_QUOTA_H
#define APITOKEN_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct quota {
	int64_t keys, keys_maximum, bytes, bytes_maximum;
};

/* Takes the line of uid out of the text of /proc/key-users. False where it has none. */
bool quota_parse(const char *text, uid_t uid, struct quota *quota);
/* Reads it for the real uid. False where the kernel does not tell. */
bool quota_read(struct quota *quota);

#endif
