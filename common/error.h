/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one error of the project. The core fills it and returns -1; only the edges (PAM, exit codes, docker's words) translate it.
 */
#ifndef APITOKEN_ERROR_H
#define APITOKEN_ERROR_H

#include <stddef.h>

enum error_code {
	ERROR_NONE = 0,
	ERROR_USAGE,         /* the command line is wrong */
	ERROR_NO_TOKEN,      /* nothing is stored for this vendor and account */
	ERROR_REFUSED,       /* the vendor said no to this username and password */
	ERROR_LOGIN_AGAIN,   /* the stored login has ended: only a new password login helps */
	ERROR_UNAVAILABLE,   /* the vendor did not give a verdict: down, slow, lying, rate limited */
	ERROR_KEYRING,       /* the kernel keyring is full, forbidden or missing */
	ERROR_CONFIGURATION, /* a file of ours, or the client's registration at the vendor, is wrong */
	ERROR_POLICY,        /* refused by our own rules */
	ERROR_MEMORY,
	ERROR_SYSTEM,        /* any other failed system call */
};

enum { ERROR_TEXT_MAX = 512 }; /* bytes, with the terminating NUL */

struct error {
	enum error_code code;
	int errnum; /* errno of the failed call, 0 where there was none */
	char text[ERROR_TEXT_MAX];
};

/*
 * Both fill *error (which may be NULL) and return -1, so that callers write: return error_set(error, ...).
 * The text is one line: what failed, on what, why, what to do next. It is cut at ERROR_TEXT_MAX; control characters and
 * non-ASCII bytes become '?'. error_set_errno() appends ": " and what errnum means, in English. Neither changes errno.
 */
int error_set(struct error *error, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int error_set_errno(struct error *error, enum error_code code, int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "prefix: " before the text that is there, for a caller that knows the wider context. Returns -1. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code of a user's program for this error (design: 2 usage, 3 no token, 4 log in again, 5 unavailable, 6 configuration, 7 policy, 71 system). */
int error_exit_code(enum error_code code);

#endif
