/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A buffer for secrets: born with its maximum, never reallocated (realloc leaves copies behind), wiped whole when released.
 * Overflow and failed allocation are sticky: append freely, ask secret_ok() once.
 */
#ifndef APITOKEN_SECRET_H
#define APITOKEN_SECRET_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PASSWORD_MAX = 511,     /* bytes; PAM_MAX_RESP_SIZE is 512 with the NUL */
	TOKENS_MAX = 9000,      /* bytes of access and refresh token together: keyring quota, see keyring.h */
	TOKEN_MAX = TOKENS_MAX,
};

struct secret {
	char *bytes;    /* NUL-terminated behind length; NULL before init and after release */
	size_t length;  /* bytes in use, without that NUL; the content may hold NULs */
	size_t maximum; /* bytes */
	bool failed;    /* an append did not fit, or memory was short: the content is not to be used */
};

#define SECRET_NONE ((struct secret){ NULL, 0, 0, false })

/* Returns 0, or -1 when memory is short (then the secret is failed and may still be released). */
int secret_init(struct secret *secret, size_t maximum);
void secret_append(struct secret *secret, const void *bytes, size_t length);
void secret_append_text(struct secret *secret, const char *text);
/* printf into the secret; for short, non-secret decoration and numbers. */
void secret_append_format(struct secret *secret, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Init with exactly this content: maximum == length. Returns 0 or -1. */
int secret_set(struct secret *secret, const void *bytes, size_t length);
bool secret_ok(const struct secret *secret);
/* Wipes the content, keeps the memory: length 0, failed false. */
void secret_clear(struct secret *secret);
/* Wipes and frees; accepts NONE and a secret released before. */
void secret_release(struct secret *secret);
/* Same length and bytes, compared without an early exit. */
bool secret_equal(const struct secret *a, const struct secret *b);
/* Moves: *to takes over, *from becomes SECRET_NONE. *to must hold nothing. */
void secret_move(struct secret *to, struct secret *from);

/*
 * For programs, first thing in main(): no core dump (RLIMIT_CORE 0), not dumpable (PR_SET_DUMPABLE 0), so no ptrace and no /proc/PID/mem by the
 * same user. Not for the PAM module: it would change its host. Returns 0 or -1.
 */
int secret_protect_process(void);

#endif
