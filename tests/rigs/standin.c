/* SPDX-License-Identifier: BSD-3-Clause */
/* standin: put in the place of fetch or stash, it does what the file beside it, fetch.standin or stash.standin, says in one line:
 *
 *   exit N | signal N | hang | garbage BYTES (that many, then exit 0) | short BYTES (a true reply, cut there) | nonce (a reply to another request) |
 *   fields NAME=VALUE... (a reply of these fields alone; in a value %XX is that byte, and *N behind it repeats it N times in all) |
 *   fuzz FILE (a true reply with some bytes changed, some fields lost or twice; FILE grows by a byte each time, and its size is the seed) |
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

enum { WORDS_MAX = 64, DEADLINE_MS = 30000, FRAME_HEADER = 28, LINE_BYTES_MAX = 4096, FRAME_MAX = 200 * 1024, NONCE_AT = 8 };

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
	if (!file || !fgets(line, LINE_BYTES_MAX, file))
		stop(path);
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	while ((word = strsep(&line, " ")) && count < WORDS_MAX)
		words[count++] = word;
	words[count] = NULL;
}

struct field {
	char *name, *value;
	size_t length;
};

static const char *const true_fields[] = { "verdict=success", "status=200", "access_token=standin-token", "lifetime=3600", "lifetime_from=expires_in" };
enum { TRUE_FIELDS = sizeof(true_fields) / sizeof(true_fields[0]) };

/* "NAME=VALUE" with %XX and *N; the caller frees name (and with it the value). */
static struct field field_read(const char *text)
{
	struct field field = { .name = calloc(1, FRAME_MAX) };
	size_t length = 0, times = 1;
	const char *star = strrchr(text, '*');

	if (!field.name)
		stop("fields");
	if (star)
		times = strtoul(star + 1, NULL, 10);
	field.value = field.name + strcspn(text, "=") + 1;
	memcpy(field.name, text, strcspn(text, "="));
	for (text += strcspn(text, "=") + 1; *text && text != star; text++) {
		const char digits[3] = { text[0] == '%' ? text[1] : '0', text[0] == '%' ? text[2] : '0', '\0' };

		field.value[length++] = text[0] == '%' ? (char)strtoul(digits, NULL, 16) : text[0];
		text += text[0] == '%' ? 2 : 0;
	}
	for (size_t copy = 1; copy < times && field.length + 2 * length < FRAME_MAX - 4096; copy++) {
		memcpy(field.value + copy * length, field.value, length);
		field.length += length;
	}
	field.length += length;
	return field;
}

static void put_fields(struct message *reply, const char *const fields[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct field field = field_read(fields[i]);

		message_put(reply, field.name, field.value, field.length);
		free(field.name);
	}
}

static unsigned int random_next(unsigned int *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Its size, which grows by one: the seed of the next lie. */
static unsigned int seed_take(const char *path)
{
	struct stat status;
	int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (file < 0 || fstat(file, &status) < 0 || write(file, ".", 1) != 1)
		stop(path);
	close(file);
	return (unsigned int)status.st_size * 2654435761u + 12345u;
}

static void put_fuzzed(struct message *reply, const char *path)
{
	static const char *const more[] = { "refresh_token=standin-refresh", "refresh_lifetime=86400", "subject=alice", "message=a%20word", "code=invalid_grant",
					    "rule=wrong_password", "retry_after=17", "address=127.0.0.1", "sandbox=landlock%3d4" };
	unsigned int seed = seed_take(path);

	for (size_t i = 0; i < TRUE_FIELDS + sizeof(more) / sizeof(more[0]); i++) {
		struct field field = field_read(i < TRUE_FIELDS ? true_fields[i] : more[i - TRUE_FIELDS]);
		unsigned int deed = random_next(&seed) % 16;

		if (deed == 0 && field.length > 0) /* another byte */
			field.value[random_next(&seed) % field.length] = (char)random_next(&seed);
		if (deed == 1)
			field.length = random_next(&seed) % (field.length + 1);
		if (deed == 2) /* a tail of any bytes */
			for (unsigned int tail = random_next(&seed) % 9000; tail > 0; tail--)
				field.value[field.length++] = (char)random_next(&seed);
		if (deed != 3)
			message_put(reply, field.name, field.value, field.length);
		if (deed == 4)
			message_put(reply, field.name, field.value, field.length);
		free(field.name);
	}
}

/* The bytes of a whole reply, as message_send() would write them: sent to ourselves first. */
static size_t reply_frame(const struct message *request, char **words, unsigned char *frame)
{
	struct message reply;
	const int room = 4 * FRAME_MAX;
	int ends[2];
	size_t used = 0, count = 0;
	ssize_t part;

	if (message_init_reply(&reply, MESSAGE_FETCH_REPLY, request, FRAME_MAX - FRAME_HEADER, NULL) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 || setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) < 0)
		stop("reply");
	while (words[1 + count])
		count++;
	if (strcmp(words[0], "fields") == 0)
		put_fields(&reply, (const char *const *)(words + 1), count);
	else if (strcmp(words[0], "fuzz") == 0)
		put_fuzzed(&reply, words[1]);
	else if (strcmp(words[0], "empty") != 0)
		put_fields(&reply, true_fields, TRUE_FIELDS);
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
	static unsigned char frame[FRAME_MAX];
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
	length = reply_frame(&request, words, frame);
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
	char line[LINE_BYTES_MAX], *words[WORDS_MAX + 1];

	(void)argc;
	words_read(line, words);
	act(words, argv);
	return 97;
}
