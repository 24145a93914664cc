/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"

enum {
	PATH_SIZE = 64,
	NUMBER_SIZE = 24,
	STAT_SIZE = 1024,	  /* the line has 52 numbers and a name of at most 64 bytes */
	FIELDS_STATE_TO_THREADS = 17, /* from field 3 to field 20 */
	FIELDS_THREADS_TO_START = 2,  /* to field 22 */
};

/* Of a line of /proc/PID/stat. */
struct facts {
	char state;
	int64_t threads;
	int64_t start;
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

/* So many fields further; NULL where there are fewer. */
static const char *skip_fields(const char *field, int count)
{
	for (int i = 0; i < count && field != NULL; i++) {
		field = strchr(field, ' ');
		field = field == NULL ? NULL : field + 1;
	}
	return field;
}

/*
 * The second field is the program's name in parentheses, which may hold blanks and parentheses
 * itself: what counts begins behind the last one.
 */
static int parse_stat(const char *text, struct facts *facts)
{
	const char *field = strrchr(text, ')');

	if (field == NULL || field[1] != ' ' || field[2] == '\0')
		return -1;
	field += 2;
	facts->state = *field;
	field = skip_fields(field, FIELDS_STATE_TO_THREADS);
	if (field == NULL || read_number(field, &facts->threads) != 0)
		return -1;
	field = skip_fields(field, FIELDS_THREADS_TO_START);
	return field == NULL ? -1 : read_number(field, &facts->start);
}

int process_self(struct process *process, struct error *error)
{
	const pid_t found = getpid();
	char text[STAT_SIZE];
	struct facts facts;
	int64_t number;

	if (read_stat("/proc/self/stat", text) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot read /proc/self/stat");
	/* In a pid namespace of its own, /proc may still be the outer one's. */
	if (read_number(text, &number) != 0 || number != found ||
	    parse_stat(text, &facts) != 0)
		return error_set(error, ERROR_SYSTEM,
				 "/proc does not show this process: mount the proc file system of "
				 "its pid namespace there");
	process->number = found;
	process->start = facts.start;
	return 0;
}

/* Where /proc hides the processes of others (hidepid, proc(5)) kill(2) still knows of them. */
static bool is_hidden(pid_t number)
{
	return number > 0 && (kill(number, 0) == 0 || errno == EPERM);
}

/* What is left of a process is a zombie, and so is the first thread that ended before others. */
static bool has_ended(const struct facts *facts)
{
	return facts->state == 'X' || (facts->state == 'Z' && facts->threads <= 1);
}

bool process_lives(const struct process *process)
{
	char path[PATH_SIZE], text[STAT_SIZE];
	struct facts facts;

	snprintf(path, sizeof path, "/proc/%d/stat", process->number);
	if (read_stat(path, text) != 0)
		return (errno != ENOENT && errno != ESRCH) || is_hidden(process->number);
	if (parse_stat(text, &facts) != 0)
		return true;
	return facts.start == process->start && !has_ended(&facts);
}
