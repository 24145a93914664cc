/* SPDX-License-Identifier: BSD-3-Clause */
/* Running git for what it knows. */
#ifndef APITOKEN_CAPTURE_H
#define APITOKEN_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

/* What the command prints, cut at size - 1 bytes; words[0] is looked for in PATH. False where it cannot be run or fails. */
bool capture(char *const *words, char *output, size_t size);

#endif
