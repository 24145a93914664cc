/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spawn: starts commands over and over, in turn, and prints the median of what each took.
 *
 * Usage: spawn ROUNDS FILE. FILE has a line for each command: LABEL|KIND|INPUT|PROGRAM ARGUMENT..., arguments apart by one space.
 * INPUT is the file on its standard input. KIND is "whole": from the spawn to the end of the process; or "told": the process
 * measured itself and tells its microseconds on standard output.
 * Prints for each: LABEL|MEDIAN|TENTH PERCENTILE|NINETIETH PERCENTILE in microseconds|PEAK MEMORY in KiB|MEDIAN PROCESSOR TIME in microseconds.
 * Processor time is of the whole process and of all that it waited for, also where KIND is "told"; it hardly depends on what else runs.
 *
 * The commands take turns within a round, so that whatever else the machine does meets all of them alike. Peak memory is VmHWM at the end
 * of the process: ru_maxrss of wait4(2) would also count the memory of this program, from before the exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 32, ARGUMENTS_MAX = 64, LINE_SIZE = 8192, ROUNDS_MAX = 10000 };

struct command {
	char line[LINE_SIZE];
	const char *label, *input;
	int told;
	char *arguments[ARGUMENTS_MAX];
	double *times; /* microseconds, one for each round */
	double *processor; /* the same, processor time */
	long peak;     /* KiB */
};

static struct command commands[COMMANDS_MAX];
static size_t commands_count;
extern char **environ;

static void stop(const char *what, const char *name)
{
	fprintf(stderr, "spawn: %s: %s: %s\n", what, name, errno != 0 ? strerror(errno) : "failed");
	exit(1);
}

/* Cuts text at the first separator and moves on behind it. */
static char *next_word(char **text, char separator)
{
	char *word = *text, *end;

	if (word == NULL)
		return NULL;
	end = strchr(word, separator);
	if (end != NULL)
		*end++ = '\0';
	*text = end;
	return word;
}

static void command_parse(struct command *command, size_t rounds)
{
	char *rest = command->line, *kind;
	size_t count = 0;

	command->label = next_word(&rest, '|');
	kind = next_word(&rest, '|');
	command->input = next_word(&rest, '|');
	if (rest == NULL)
		stop("LABEL|KIND|INPUT|PROGRAM expected", command->line);
	command->told = strcmp(kind, "told") == 0;
	while (rest != NULL && count < ARGUMENTS_MAX - 1)
		command->arguments[count++] = next_word(&rest, ' ');
	command->times = calloc(rounds, sizeof(*command->times));
	command->processor = calloc(rounds, sizeof(*command->processor));
	if (command->times == NULL || command->processor == NULL)
		stop("memory", command->label);
}

static void commands_read(const char *path, size_t rounds)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		stop("cannot read", path);
	while (commands_count < COMMANDS_MAX && fgets(commands[commands_count].line, LINE_SIZE, file) != NULL) {
		struct command *command = &commands[commands_count++];

		command->line[strcspn(command->line, "\n")] = '\0';
		command_parse(command, rounds);
	}
	fclose(file);
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double told_time(int fd, const char *label)
{
	char text[64];
	ssize_t length = read(fd, text, sizeof(text) - 1);

	if (length <= 0)
		stop("told no time", label);
	text[length] = '\0';
	return strtod(text, NULL);
}

static pid_t start(const struct command *command, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, command->input, O_RDONLY, 0);
	if (output >= 0)
		posix_spawn_file_actions_adddup2(&actions, output, 1);
	else
		posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	errno = posix_spawn(&child, command->arguments[0], &actions, NULL, command->arguments, environ);
	if (errno != 0)
		stop("cannot start", command->arguments[0]);
	posix_spawn_file_actions_destroy(&actions);
	return child;
}

static double of_timeval(const struct timeval *time)
{
	return (double)time->tv_sec * 1e6 + (double)time->tv_usec;
}

static double run_once(const struct command *command, double *processor)
{
	struct rusage usage;
	int ends[2] = {-1, -1}, status;
	double before, after;
	pid_t child;

	if (command->told && pipe2(ends, O_CLOEXEC) != 0)
		stop("pipe", command->label);
	before = microseconds();
	child = start(command, ends[1]);
	if (wait4(child, &status, 0, &usage) != child)
		stop("wait", command->label);
	after = microseconds();
	*processor = of_timeval(&usage.ru_utime) + of_timeval(&usage.ru_stime);
	errno = 0;
	if (status != 0)
		stop("did not end with 0", command->label);
	if (!command->told)
		return after - before;
	close(ends[1]);
	after = told_time(ends[0], command->label);
	close(ends[0]);
	return after;
}

/* VmHWM of a process that stands at its exit. */
static long peak_of(pid_t child)
{
	char path[64], line[256];
	long peak = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
	file = fopen(path, "re");
	if (file == NULL)
		stop("cannot read", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	}
	fclose(file);
	return peak;
}

static void become_traced(const struct command *command)
{
	int input = open(command->input, O_RDONLY), output = open("/dev/null", O_WRONLY);

	if (input >= 0 && output >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1 && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		execv(command->arguments[0], command->arguments);
	_exit(127);
}

static long run_traced(const struct command *command)
{
	pid_t child = fork();
	long peak = 0;
	int status, signal_number = 0;

	if (child == 0)
		become_traced(command);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		stop("cannot trace", command->label);
	ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(intptr_t)PTRACE_O_TRACEEXIT);
	while (ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)signal_number) == 0 && waitpid(child, &status, 0) == child &&
	       WIFSTOPPED(status)) {
		signal_number = WSTOPSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			peak = peak_of(child);
			signal_number = 0;
		}
	}
	return peak;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void report(struct command *command, size_t rounds)
{
	qsort(command->times, rounds, sizeof(*command->times), compare);
	qsort(command->processor, rounds, sizeof(*command->processor), compare);
	printf("%s|%.0f|%.0f|%.0f|%ld|%.0f\n", command->label, command->times[rounds / 2], command->times[rounds / 10],
	       command->times[rounds * 9 / 10], command->peak, command->processor[rounds / 2]);
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

	if (rounds == 0 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: spawn ROUNDS FILE\n");
		return 2;
	}
	commands_read(argv[2], rounds);
	for (size_t i = 0; i < commands_count; i++) {
		run_once(&commands[i], commands[i].processor); /* warm */
		commands[i].peak = run_traced(&commands[i]);
	}
	for (size_t round = 0; round < rounds; round++) {
		for (size_t i = 0; i < commands_count; i++) {
			struct command *command = &commands[(i + round) % commands_count];

			command->times[round] = run_once(command, &command->processor[round]);
		}
	}
	for (size_t i = 0; i < commands_count; i++)
		report(&commands[i], rounds);
	return 0;
}
