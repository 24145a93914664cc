/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs copied below /tmp, where any uid may execute them, wherever the build is. */
#ifndef APITOKEN_TESTS_COPY_PROGRAM_H
#define APITOKEN_TESTS_COPY_PROGRAM_H

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* template: "/tmp/NAME.XXXXXX", which becomes the folder's path. */
static inline int make_program_folder(char *template)
{
	return mkdtemp(template) != NULL && chmod(template, 0755) == 0 ? 0 : -1;
}

static inline int copy_program(const char *from, const char *to)
{
	const int in = open(from, O_RDONLY | O_CLOEXEC);
	const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t sent = in < 0 || out < 0 ? -1 : 1;

	while (sent > 0)
		sent = sendfile(out, in, NULL, 1 << 20);
	if (in >= 0)
		close(in);
	if (out >= 0 && (fchmod(out, 0755) != 0 || close(out) != 0))
		return -1;
	return sent == 0 ? 0 : -1;
}

/* Path of the build folder, of which this test program is tests/unit/test_NAME. */
static inline int find_build_folder(char path[static PATH_MAX])
{
	const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length <= 0)
		return -1;
	path[length] = '\0';
	for (int i = 0; i < 3; i++) {
		char *slash = strrchr(path, '/');

		if (slash == NULL)
			return -1;
		*slash = '\0';
	}
	return 0;
}

#endif
