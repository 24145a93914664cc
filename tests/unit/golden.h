/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Golden cases: what a vendor is sent, and what its answers mean, as files in tests/golden. A file holds cases, apart by lines of "====":
 *
 *   Test: AMINO-A05 a sentence          the test's name
 *   Vendor: amino                       a vendor file of common/examples or tests/golden/vendors, without ".conf"
 *   Key: value                          what the test program asks for; a key may stand several times
 *                                       an empty line, then the body: all up to the next "====", without the last line end
 *
 * Lines before "Test:" that begin with # are comments.
 */
#ifndef APITOKEN_TESTS_GOLDEN_H
#define APITOKEN_TESTS_GOLDEN_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/vendor.h"

enum { GOLDEN_KEYS_MAX = 32, GOLDEN_CASES_MAX = 512, GOLDEN_FILE_MAX = 1024 * 1024 };

struct golden {
	char *path;             /* of its file */
	char *keys[GOLDEN_KEYS_MAX], *values[GOLDEN_KEYS_MAX];
	size_t count;
	char *body;
};

static struct golden golden_cases[GOLDEN_CASES_MAX];
static size_t golden_count;
static char golden_folder[] = "/tmp/apitoken-golden-XXXXXX"; /* a configuration folder, as trusted files want it */

/* FOLDER/NAME; free() it. */
static inline char *golden_path(const char *folder, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		exit(2);
	return path;
}

/* The whole file with a NUL behind it; the program ends where it cannot be read. */
static inline char *golden_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *bytes = calloc(1, GOLDEN_FILE_MAX + 1);

	if (file == NULL || bytes == NULL) {
		fprintf(stderr, "cannot read %s; start this program in the source tree\n", path);
		exit(2);
	}
	*length = fread(bytes, 1, GOLDEN_FILE_MAX, file);
	fclose(file);
	return bytes;
}

/* The value of the key, NULL where it is not there. */
static inline const char *golden_get(const struct golden *golden, const char *key)
{
	for (size_t i = 0; i < golden->count; i++) {
		if (strcmp(golden->keys[i], key) == 0)
			return golden->values[i];
	}
	return NULL;
}

static inline void golden_stop(const struct golden *golden, const char *what, const char *which)
{
	fprintf(stderr, "%s: %s%s\n", golden->path, what, which);
	exit(2);
}

/* "Key: value" lines up to the empty one; known are the keys that the program has a use for. Returns what follows. */
static inline char *golden_head(struct golden *golden, char *text, const char *known)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL && line[0] != '\0') {
		char *colon = strstr(line, ": ");

		if (line[0] == '#')
			continue;
		if (colon == NULL || golden->count == GOLDEN_KEYS_MAX)
			golden_stop(golden, "not \"Key: value\", or too many of them: ", line);
		*colon = '\0';
		if (!dialect_word_in(known, line))
			golden_stop(golden, "unknown key: ", line);
		golden->keys[golden->count] = line;
		golden->values[golden->count++] = colon + 2;
	}
	return text;
}

/* Cuts at the next "====" line. Returns what is behind it, NULL at the end. */
static inline char *golden_cut(char *text)
{
	char *mark = strstr(text, "\n====\n");

	if (mark != NULL) {
		*mark = '\0';
		return mark + strlen("\n====\n");
	}
	if (text[0] != '\0' && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	return NULL;
}

static inline void golden_read(const char *path, const char *known)
{
	size_t length;
	char *text = golden_file(path, &length);

	while (text != NULL) {
		struct golden *golden = &golden_cases[golden_count++];
		char *next = golden_cut(text);

		golden->path = strdup(path);
		golden->body = golden_head(golden, text, known);
		if (golden->body == NULL)
			golden->body = strdup("");
		if (golden_get(golden, "Test") == NULL || golden_get(golden, "Vendor") == NULL || golden_count == GOLDEN_CASES_MAX)
			golden_stop(golden, "a case without Test and Vendor, or too many cases", "");
		text = next;
	}
}

static inline bool golden_ends_in(const char *name, const char *ending)
{
	return strlen(name) > strlen(ending) && strcmp(name + strlen(name) - strlen(ending), ending) == 0;
}

/* Calls each for every file of the folder with that ending, in the order of their names. */
static inline void golden_each(const char *folder, const char *ending, void (*each)(const char *path, const char *context), const char *context)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	if (count < 0) {
		fprintf(stderr, "cannot read %s; start this program in the source tree\n", folder);
		exit(2);
	}
	for (int i = 0; i < count; i++) {
		char *path = golden_path(folder, entries[i]->d_name);

		if (golden_ends_in(path, ending))
			each(path, context);
		free(path);
		free(entries[i]);
	}
	free(entries);
}

/* ---- the vendors ---- */

static inline void golden_copy(const char *from, const char *folder)
{
	char *to_folder = golden_path(golden_folder, folder);
	char *path = golden_path(to_folder, strrchr(from, '/') + 1);
	size_t length;
	char *bytes = golden_file(from, &length);
	FILE *file;

	mkdir(to_folder, 0755);
	file = fopen(path, "we");
	if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0 || chmod(path, 0644) < 0)
		exit(2);
	free(bytes);
	free(path);
	free(to_folder);
}

static inline void golden_remove(const char *path, const char *context)
{
	(void)context;
	unlink(path);
}

static inline void golden_end(void)
{
	static const char *const folders[] = { "dialects", "vendors.d" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = golden_path(golden_folder, folders[i]);

		golden_each(path, ".conf", golden_remove, NULL);
		rmdir(path);
		free(path);
	}
	rmdir(golden_folder);
}

/* A configuration folder of all dialects, all example vendors and the tests' own: the files of a clone may belong to anybody. */
static inline void golden_begin(void)
{
	if (mkdtemp(golden_folder) == NULL)
		exit(2);
	golden_each("common/dialects", ".conf", golden_copy, "dialects");
	golden_each("common/examples", ".conf", golden_copy, "vendors.d");
	golden_each("tests/golden/vendors", ".conf", golden_copy, "vendors.d");
}

/* The caller releases both. */
static inline void golden_vendor(const char *name, struct vendor *vendor, struct dialect *dialect)
{
	static struct vendor_places places;
	struct error error = { .code = ERROR_NONE };

	assert_int_equal(vendor_places_for_module(&places, golden_folder, NULL, &error), 0);
	if (vendor_load(vendor, name, &places, &error) < 0 || vendor_dialect(vendor, &places, dialect, &error) < 0)
		fail_msg("%s", error.text);
}

/* Runs all cases; test is given the case as *state. The program's exit status. */
static inline int golden_run(const char *folder, const char *known, CMUnitTestFunction test)
{
	static struct CMUnitTest tests[GOLDEN_CASES_MAX];
	int failed;

	golden_begin();
	golden_each(folder, ".golden", golden_read, known);
	for (size_t i = 0; i < golden_count; i++)
		tests[i] = (struct CMUnitTest){ golden_get(&golden_cases[i], "Test"), test, NULL, NULL, &golden_cases[i] };
	failed = _cmocka_run_group_tests(folder, tests, golden_count, NULL, NULL);
	golden_end();
	return failed;
}

#endif
