/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program that the spawn tests run: the test program itself again, as "spawnee BEHAVIOUR TAG",
 * copied where any uid can execute it.
 */
#ifndef APITOKEN_TESTS_SPAWNEE_H
#define APITOKEN_TESTS_SPAWNEE_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/message.h"
#include "tests/unit/copy_program.h"

enum { LONG_MS = 30000, SHORT_MS = 400, MARGIN_MS = 10000 };

static char folder[] = "/tmp/apitoken-spawn.XXXXXX";
static char program[64];
static char tag[64]; /* in the program's argv, so that a leftover can be found */

static inline void list_descriptors(char *out, size_t size)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t length = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != dirfd(directory))
			length += (size_t)snprintf(out + length, size - length, "%s ", entry->d_name);
	closedir(directory);
}

static inline void put_status_lines(struct message *reply)
{
	static const char *const wanted[] = { "SigBlk", "SigIgn", "SigCgt" };
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				message_put(reply, wanted[i], line + 8, strcspn(line + 8, "\n"));
	fclose(file);
}

static inline void describe(struct message *reply)
{
	char text[4096] = "", path[256] = "";
	int number = 0;

	list_descriptors(text, sizeof text);
	message_put_text(reply, "descriptors", text);
	put_status_lines(reply);
	for (char **variable = environ; *variable != NULL; variable++)
		message_put_text(reply, "environment", *variable);
	message_put_text(reply, "folder", getcwd(path, sizeof path));
	message_put_number(reply, "umask", (int64_t)umask(0));
	prctl(PR_GET_PDEATHSIG, &number);
	message_put_number(reply, "death", number);
	message_put_number(reply, "session", getsid(0));
	number = (int)readlink("/proc/self/fd/1", path, sizeof path - 1);
	message_put(reply, "output", path, number < 0 ? 0 : (size_t)number);
}

static inline void answer(const struct message *request, const char *behaviour)
{
	struct message reply;
	char text[64];

	if (message_init_reply(&reply, MESSAGE_STASH_REPLY, request, 16384, NULL) != 0 ||
	    message_text(request, "text", text, sizeof text) != 0)
		_exit(3);
	if (strcmp(behaviour, "old-nonce") == 0)
		reply.nonce[0] ^= 1;
	if (strcmp(behaviour, "describe") == 0)
		describe(&reply);
	message_put_text(&reply, "echo", text);
	if (message_send(0, &reply, clock_monotonic_ms() + LONG_MS, NULL) != 0)
		_exit(4);
}

static inline void send_partly(const struct message *request)
{
	unsigned char header[28] = "ATOK\1\4";

	memcpy(header + 8, request->nonce, sizeof request->nonce);
	header[27] = 200;
	(void)send(0, header, sizeof header, MSG_NOSIGNAL);
}

static inline _Noreturn void spawnee(const char *behaviour)
{
	struct message request;

#define IS(word) (strcmp(behaviour, word) == 0)
	if (IS("close-early"))
		_exit(0);
	signal(SIGSEGV, SIG_DFL); /* sanitizers handle it */
	if (IS("ignore-term"))
		signal(SIGTERM, SIG_IGN);
	if (IS("stop"))
		raise(SIGSTOP);
	if (IS("hang") || IS("ignore-term"))
		for (;;)
			pause();
	if (message_receive(0, MESSAGE_STASH_REQUEST, MESSAGE_REQUEST_MAX, NULL,
			    clock_monotonic_ms() + LONG_MS, &request, NULL) != 0)
		_exit(2);
	if (IS("garbage"))
		(void)send(0, "HTTP/1.1 200 OK\r\n\r\nyes, of course", 33, MSG_NOSIGNAL);
	else if (IS("partial"))
		send_partly(&request);
	else if (IS("segfault"))
		raise(SIGSEGV);
	else
		answer(&request, behaviour);
	if (IS("linger"))
		for (;;)
			pause();
	_exit(IS("exit-1-after") ? 1 : 0);
}

static inline int copy_self(void **state)
{
	(void)state;
	if (make_program_folder(folder) != 0)
		return -1;
	snprintf(program, sizeof program, "%s/spawnee", folder);
	snprintf(tag, sizeof tag, "spawnee-of-%d", (int)getpid());
	return copy_program("/proc/self/exe", program);
}

static inline int remove_copy(void **state)
{
	(void)state;
	unlink(program);
	return rmdir(folder);
}

#endif
