/* SPDX-License-Identifier: BSD-3-Clause */
/* What "apitoken check" finds. */
#ifndef APITOKEN_FINDINGS_H
#define APITOKEN_FINDINGS_H

#include <stddef.h>

#include "common/error.h"
#include "common/secret.h"
#include "common/vendor.h"

enum finding_level {
	FINDING_GOOD,
	FINDING_HINT,  /* works, but could serve better */
	FINDING_WRONG, /* must be mended */
};

struct finding {
	enum finding_level level;
	char text[ERROR_TEXT_MAX];
};

enum { FINDINGS_MAX = 4096 };

struct findings {
	struct finding *items;
	size_t count, room;
	size_t wrong;
	int failed; /* memory was short, or FINDINGS_MAX reached */
};

void findings_init(struct findings *findings);
void findings_release(struct findings *findings);
void findings_add(struct findings *findings, enum finding_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void findings_table(const struct findings *findings, struct secret *out);
void findings_json(const struct findings *findings, struct secret *out);

/* The checks. Each adds what it finds. */
void check_configuration(struct findings *findings, const struct vendor_places *places);
void check_policy(struct findings *findings);
void check_programs(struct findings *findings, const struct vendor_places *places);
void check_git(struct findings *findings);
/* "git version 2.39.5": whether it is older than major.minor; a text that names no version is not.
 */
int check_git_older(const char *text, int major, int minor);

#endif
