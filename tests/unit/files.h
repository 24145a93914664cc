/* SPDX-License-Identifier: BSD-3-Clause */
/* A folder of its own for a test program, and files in it. */
#ifndef APITOKEN_TESTS_FILES_H
#define APITOKEN_TESTS_FILES_H

#include "tests/unit/unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char files_top[] = "/tmp/apitoken-unit.XXXXXX"; /* the tester's own, 0700 */

/* The path of a name below the folder; good until sixteen more were asked for. */
static inline const char *files_at(const char *name)
{
	static char paths[16][512];
	static size_t turn;
	char *path = paths[turn++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", files_top, name);
	return path;
}

static inline void files_folder(const char *name)
{
	assert_int_equal(mkdir(files_at(name), 0755), 0);
}

static inline void files_write(const char *name, const char *text)
{
	FILE *file = fopen(files_at(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0644), 0);
	assert_int_equal(fclose(file), 0);
}

/* A file of the source tree; tests run in its top folder. The caller frees. */
static inline char *files_source(const char *path)
{
	enum { ROOM = 65536 };
	char *text = calloc(1, ROOM);
	FILE *file = fopen(path, "r");

	assert_non_null(text);
	if (!file)
		fail_msg("%s: not found; run the tests in the top folder of the source", path);
	assert_true(fread(text, 1, ROOM - 1, file) > 0);
	assert_true(feof(file));
	fclose(file);
	return text;
}

static inline int files_make(void **state)
{
	(void)state;
	return mkdtemp(files_top) ? 0 : -1;
}

static inline int files_remove_one(const char *path, const struct stat *status, int kind,
				   struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static inline int files_remove(void **state)
{
	(void)state;
	return nftw(files_top, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
