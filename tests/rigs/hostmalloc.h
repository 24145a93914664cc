/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hostmalloc.h: memory that runs out at a chosen moment. A host's own malloc serves libc, libpam and the modules too, so this needs no preloading. Not in
 * sanitized builds: there the sanitizer owns malloc.
 */
#ifndef APITOKEN_TESTS_HOSTMALLOC_H
#define APITOKEN_TESTS_HOSTMALLOC_H

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long malloc_calls = -1; /* -1: not counting */
static long malloc_fails_at;          /* from 1; 0: never */

static void malloc_begin(long fails_at)
{
	malloc_fails_at = fails_at;
	atomic_store(&malloc_calls, 0);
}

/* Stops and returns how many allocations there were. */
static long malloc_end(void)
{
	return atomic_exchange(&malloc_calls, -1);
}

/* The tree is built with hidden symbols; these must be seen by the libraries. */
#define HOST_EXPORT __attribute__((visibility("default")))

#ifndef APITOKEN_SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static _Bool malloc_must_fail(void)
{
	if (atomic_load(&malloc_calls) < 0 || atomic_fetch_add(&malloc_calls, 1) + 1 != malloc_fails_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

HOST_EXPORT void *malloc(size_t size)
{
	return malloc_must_fail() ? NULL : __libc_malloc(size);
}

HOST_EXPORT void *calloc(size_t count, size_t size)
{
	return malloc_must_fail() ? NULL : __libc_calloc(count, size);
}

HOST_EXPORT void *realloc(void *old, size_t size)
{
	return malloc_must_fail() ? NULL : __libc_realloc(old, size);
}
#endif

#endif
