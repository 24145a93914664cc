/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fetch without a network: the test program itself again, copied as "fetch" beside two files that
 * any user may write. "answer" has the reply's fields as "name=value" lines, "delay_ms=N" and
 * "wait_for=FILE" (until it has content);
 * "requests" gets a line "OPERATION REFRESH_TOKEN" for each request.
 */
#ifndef APITOKEN_TESTS_FAKE_FETCH_H
#define APITOKEN_TESTS_FAKE_FETCH_H

#include <libgen.h>

#include "common/message.h"
#include "tests/unit/copy_program.h"

static inline FILE *fake_open(const char *folder, const char *name, const char *mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return fopen(path, mode);
}

static inline void fake_log(const char *folder, const struct message *request)
{
	char operation[32] = "?", line[256], token[128] = "-";
	struct message_field field;
	size_t cursor = 0;
	FILE *file = fake_open(folder, "requests", "ae");

	message_text(request, "operation", operation, sizeof operation);
	while (message_next(request, &cursor, &field))
		if (field.name_length == 8 && memcmp(field.name, "variable", 8) == 0 &&
		    field.length > 14 && memcmp(field.value, "refresh_token", 14) == 0)
			snprintf(token, sizeof token, "%.*s", (int)field.length - 14,
				 field.value + 14);
	if (file == NULL)
		_exit(3);
	snprintf(line, sizeof line, "%s %s\n", operation, token);
	fputs(line, file);
	fclose(file);
}

/* Until the file has content. */
static inline void fake_wait(const char *folder, const char *name, int64_t deadline)
{
	while (clock_monotonic_ms() < deadline) {
		FILE *file = fake_open(folder, name, "re");
		const int byte = file == NULL ? EOF : fgetc(file);

		if (file != NULL)
			fclose(file);
		if (byte != EOF)
			return;
		usleep(2000);
	}
}

static inline _Noreturn void fake_fetch(void)
{
	const int64_t deadline = clock_monotonic_ms() + 20000;
	char folder[PATH_MAX] = "", line[256];
	struct message request, reply;
	FILE *answer;

	if (readlink("/proc/self/exe", folder, sizeof folder - 1) < 0)
		_exit(2);
	dirname(folder);
	if (message_receive(0, MESSAGE_FETCH_REQUEST, MESSAGE_REQUEST_MAX, NULL, deadline,
			    &request, NULL) != 0 ||
	    message_init_reply(&reply, MESSAGE_FETCH_REPLY, &request, 20000, NULL) != 0)
		_exit(2);
	fake_log(folder, &request);
	answer = fake_open(folder, "answer", "re");
	while (answer != NULL && fgets(line, sizeof line, answer) != NULL) {
		char *value = strchr(line, '=');

		line[strcspn(line, "\n")] = '\0';
		if (value == NULL)
			continue;
		*value++ = '\0';
		if (strcmp(line, "wait_for") == 0)
			fake_wait(folder, value, deadline);
		else if (strcmp(line, "delay_ms") == 0)
			usleep((useconds_t)strtoul(value, NULL, 10) * 1000);
		else
			message_put_text(&reply, line, value);
	}
	_exit(message_send(0, &reply, deadline, NULL) == 0 ? 0 : 2);
}

#endif
