/* SPDX-License-Identifier: BSD-3-Clause */
/* procwatch: looks for secrets in the arguments and the environment of every process, again and again, about a thousand times a
 * second, until SIGTERM. Usage: procwatch REPORT <SECRETS (one a line)
 * REPORT gets a line for each file of /proc that held one; the last line is "watched N times" at the end. Says "ready" when it looks. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECRETS_MAX 32
#define SECRET_MAX 2048
#define FILE_MAX 262144
#define PAUSE_NANOSECONDS 500000

static char secrets[SECRETS_MAX][SECRET_MAX];
static size_t secrets_count;
static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static void secrets_read(void)
{
	while (secrets_count < SECRETS_MAX && fgets(secrets[secrets_count], SECRET_MAX, stdin)) {
		secrets[secrets_count][strcspn(secrets[secrets_count], "\n")] = '\0';
		if (secrets[secrets_count][0])
			secrets_count++;
	}
	if (!secrets_count) {
		fputs("procwatch: no secret came on stdin\n", stderr);
		exit(2);
	}
}

/* A process that ended meanwhile is no error. */
static void file_search(FILE *report, const char *pid, const char *name)
{
	static char content[FILE_MAX];
	char path[64];
	size_t length = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (length < sizeof(content) && (got = read(fd, content + length, sizeof(content) - length)) > 0)
		length += (size_t)got;
	close(fd);
	for (size_t i = 0; i < secrets_count; i++)
		if (memmem(content, length, secrets[i], strlen(secrets[i])))
			fprintf(report, "%s holds secret %zu: %.60s\n", path, i + 1, content);
}

static void processes_search(FILE *report)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc) {
		fprintf(stderr, "procwatch: /proc: %s\n", strerror(errno));
		exit(71);
	}
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		file_search(report, entry->d_name, "cmdline");
		file_search(report, entry->d_name, "environ");
	}
	closedir(proc);
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = end};
	const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
	unsigned long times = 0;
	FILE *report;

	if (argc != 2) {
		fputs("usage: procwatch REPORT <SECRETS\n", stderr);
		return 2;
	}
	secrets_read();
	report = fopen(argv[1], "we");
	if (!report || sigaction(SIGTERM, &action, NULL)) {
		fprintf(stderr, "procwatch: %s: %s\n", argv[1], strerror(errno));
		return 71;
	}
	puts("ready");
	fflush(stdout);
	for (; !ended; times++) {
		processes_search(report);
		nanosleep(&pause, NULL);
	}
	fprintf(report, "watched %lu times\n", times);
	return fclose(report) ? 71 : 0;
}
