/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"

enum {
	PATH_SIZE = 64,
	NUMBER_SIZE = 24,
	STAT_SIZE = 1024,	  /* the line has 52 numbers and a name of at most 64 bytes */
	FIELDS_STATE_TO_START = 19, /* from field 3 to field 22 */
};

/* -1 with errno. */
static int read_stat(const char *path, char text[static STAT_SIZE])
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t length;
	int errnum;

	if (file < 0)
		return -1;
	do
		length = read(file, text, STAT_SIZE - 1);
	while (length < 0 && errno == EINTR);
	errnum = errno;
	close(file);
	errno = errnum;
	if (length < 0)
		return -1;
	text[length] = '\0';
	return 0;
}

/* The number before the next blank. */
static int read_number(const char *text, int64_t *number)
{
	const size_t length = strcspn(text, " ");
	char digits[NUMBER_SIZE];

	if (length >= sizeof digits)
		return -1;
	memcpy(digits, text, length);
	digits[length] = '\0';
	return number_parse(digits, 0, INT64_MAX, number);
}

/*
 * State and start time from the line. The second field is the program's name in parentheses, which
 * may hold blanks and parentheses itself: what counts begins behind the last one.
 */
static int parse_stat(const char *text, char *state, int64_t *start)
{
	const char *field = strrchr(text, ')');

	if (field == NULL || field[1] != ' ' || field[2] == '\0')
		return -1;
	field += 2;
	*state = *field;
	for (int i = 0; i < FIELDS_STATE_TO_START; i++) {
		field = strchr(field, ' ');
		if (field == NULL)
			return -1;
		field++;
	}
	return read_number(field, start);
}

int process_self(struct process *process, struct error *error)
{
	struct process found = { .number = getpid() };
	char text[STAT_SIZE], state;
	int64_t number;

	if (read_stat("/proc/self/stat", text) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot read /proc/self/stat");
	/* In a pid namespace of its own, /proc may still be the outer one's. */
	if (read_number(text, &number) != 0 || number != found.number ||
	    parse_stat(text, &state, &found.start) != 0)
		return error_set(error, ERROR_SYSTEM,
				 "/proc does not show this process: mount the proc file system of "
				 "its pid namespace there");
	*process = found;
	return 0;
}

bool process_lives(const struct process *process)
{
	char path[PATH_SIZE], text[STAT_SIZE], state;
	int64_t start;

	snprintf(path, sizeof path, "/proc/%d/stat", process->number);
	if (read_stat(path, text) != 0)
		return errno != ENOENT && errno != ESRCH;
	if (parse_stat(text, &state, &start) != 0)
		return true;
	return start == process->start && state != 'Z' && state != 'X';
}
