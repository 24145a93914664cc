/* SPDX-License-Identifier: BSD-3-Clause */
/* standin: put in the place of fetch or stash, it does what the file beside it, fetch.standin or stash.standin, says in one line:
 *
 *   exit N | signal N | hang | garbage BYTES (that many, then exit 0) | short BYTES (a true reply, cut there) | nonce (a reply to another request) |
 *   twice (a true reply and more behind it) | success-then N (a true success, then exit status N) | empty (a reply without fields) |
 *   report FILE (what it was given by its parent: arguments, environment, descriptors, limits; then exit 1) | exec PROGRAM ARGUMENT... (and its own
 *   arguments behind them)
 *
 * The "true" reply claims success with a sound token: what is refused is refused for the deed alone. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/message.h"

enum { WORDS_MAX = 64, DEADLINE_MS = 30000, FRAME_HEADER = 28, FRAME_MAX = 4096, NONCE_AT = 8 };

static _Noreturn void stop(const char *what)
{
	perror(what);
	exit(99);
}

static void words_read(char *line, char *words[static WORDS_MAX + 1])
{
	char path[4096], *word;
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(".standin"));
	FILE *file;
	int count = 0;

	if (length <= 0)
		stop("/proc/self/exe");
	memcpy(path + length, ".standin", sizeof(".standin"));
	file = fopen(path, "re");
	if (!file || !fgets(line, FRAME_MAX, file))
		stop(path);
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	while ((word = strsep(&line, " ")) && count < WORDS_MAX)
		words[count++] = word;
	words[count] = NULL;
}

/* The bytes of a whole reply, as message_send() would write them: sent to ourselves first. */
static size_t reply_frame(const struct message *request, int with_fields, unsigned char frame[static FRAME_MAX])
{
	struct message reply;
	int ends[2];
	size_t used = 0;
	ssize_t part;

	if (message_init_reply(&reply, MESSAGE_FETCH_REPLY, request, FRAME_MAX / 2, NULL) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		stop("reply");
	if (with_fields) {
		message_put_text(&reply, "verdict", "success");
		message_put_number(&reply, "status", 200);
		message_put_text(&reply, "access_token", "standin-token");
		message_put_number(&reply, "lifetime", 3600);
		message_put_text(&reply, "lifetime_from", "expires_in");
	}
	if (message_send(ends[0], &reply, clock_monotonic_ms() + DEADLINE_MS, NULL) < 0)
		stop("reply");
	while (used < FRAME_MAX && (part = read(ends[1], frame + used, FRAME_MAX - used)) > 0)
		used += (size_t)part;
	message_release(&reply);
	return used;
}

static void give(const void *bytes, size_t length)
{
	if (send(STDIN_FILENO, bytes, length, MSG_NOSIGNAL) < 0)
		exit(98);
}

static void report(const char *path, char **arguments)
{
	FILE *file = fopen(path, "we");
	struct dirent *entry;
	DIR *folder = opendir("/proc/self/fd");
	struct rlimit core;

	if (!file || !folder || getrlimit(RLIMIT_CORE, &core))
		stop(path);
	for (; *arguments; arguments++)
		fprintf(file, "argument %s\n", *arguments);
	for (char **entry_of = environ; *entry_of; entry_of++)
		fprintf(file, "environment %s\n", *entry_of);
	while ((entry = readdir(folder))) {
		const int number = (int)strtol(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.' && number != dirfd(folder) && number != fileno(file))
			fprintf(file, "descriptor %d\n", number);
	}
	fprintf(file, "folder %s\numask %03o\n", get_current_dir_name(), (unsigned int)umask(0));
	fclose(file);
	closedir(folder);
}

static _Noreturn void execute(char **words, char **further)
{
	char *all[2 * WORDS_MAX + 1];
	int count = 0;

	for (; *words; words++)
		all[count++] = *words;
	for (; *further && count < 2 * WORDS_MAX; further++)
		all[count++] = *further;
	all[count] = NULL;
	execv(all[0], all);
	stop(all[0]);
}

static void act(char **words, char **arguments)
{
	const char *word = words[0];
	const long number = words[1] ? strtol(words[1], NULL, 10) : 0;
	unsigned char frame[FRAME_MAX];
	struct message request;
	size_t length;

	if (strcmp(word, "exit") == 0)
		exit((int)number);
	if (strcmp(word, "signal") == 0)
		raise((int)number);
	if (strcmp(word, "report") == 0) {
		report(words[1], arguments);
		exit(1);
	}
	if (strcmp(word, "exec") == 0)
		execute(words + 1, arguments + 1);
	if (message_receive(STDIN_FILENO, MESSAGE_FETCH_REQUEST, MESSAGE_REQUEST_MAX, NULL, clock_monotonic_ms() + DEADLINE_MS,
			    &request, NULL) < 0)
		stop("request");
	length = reply_frame(&request, strcmp(word, "empty") != 0, frame);
	if (strcmp(word, "hang") == 0)
		pause();
	if (strcmp(word, "garbage") == 0)
		memset(frame, 'g', length = (size_t)number);
	if (strcmp(word, "short") == 0)
		length = (size_t)number < length ? (size_t)number : length - 1;
	if (strcmp(word, "nonce") == 0)
		frame[NONCE_AT] ^= 1;
	if (length > 0)
		give(frame, length);
	if (strcmp(word, "twice") == 0)
		give(frame, length);
	exit(strcmp(word, "success-then") == 0 ? (int)number : 0);
}

int main(int argc, char **argv)
{
	char line[FRAME_MAX], *words[WORDS_MAX + 1];

	(void)argc;
	words_read(line, words);
	act(words, argv);
	return 97;
}
