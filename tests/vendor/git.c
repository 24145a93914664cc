/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * git's smart HTTP through `git http-backend` as a CGI program (git-http-backend(1)), open only to the vendor's living access tokens.
 * The request body waits in a memory file, so chunked and large pushes reach the backend with a known length.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "endpoints.h"
#include "options.h"

enum { CGI_LINE_MAX = 1024, CGI_ENVIRONMENT_MAX = 24 };

const char *git_repositories;

struct environment {
	char *list[CGI_ENVIRONMENT_MAX + 1];
	size_t count;
};

static void environment_add(struct environment *environment, const char *name, const char *value)
{
	if (!value || environment->count == CGI_ENVIRONMENT_MAX)
		return;
	if (asprintf(&environment->list[environment->count++], "%s=%s", name, value) < 0)
		errx(1, "out of memory");
}

static void environment_fill(struct environment *environment, const struct request *request)
{
	char length[24];

	snprintf(length, sizeof(length), "%lld", (long long)request->body_length);
	environment_add(environment, "PATH", "/usr/local/bin:/usr/bin:/bin");
	environment_add(environment, "GIT_PROJECT_ROOT", git_repositories);
	environment_add(environment, "GIT_HTTP_EXPORT_ALL", "1");
	environment_add(environment, "GIT_CONFIG_NOSYSTEM", "1");
	environment_add(environment, "GIT_CONFIG_GLOBAL", "/dev/null");
	environment_add(environment, "GIT_CONFIG_COUNT", "1");
	environment_add(environment, "GIT_CONFIG_KEY_0", "safe.directory");
	environment_add(environment, "GIT_CONFIG_VALUE_0", "*");
	environment_add(environment, "PATH_INFO", request->path);
	environment_add(environment, "QUERY_STRING", request->query);
	environment_add(environment, "REQUEST_METHOD", request->method);
	environment_add(environment, "REMOTE_USER", request->user);
	environment_add(environment, "REMOTE_ADDR", "127.0.0.1");
	environment_add(environment, "CONTENT_TYPE", fields_get_header(&request->headers, "Content-Type"));
	environment_add(environment, "CONTENT_LENGTH", length);
	environment_add(environment, "HTTP_CONTENT_ENCODING", fields_get_header(&request->headers, "Content-Encoding"));
	environment_add(environment, "GIT_PROTOCOL", fields_get_header(&request->headers, "Git-Protocol"));
}

static void environment_free(struct environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		free(environment->list[i]);
}

/* Starts the backend with body on its stdin. Returns the reading end of its stdout, or -1. The child is reaped by SA_NOCLDWAIT in main. */
static int backend_start(const struct environment *environment, int body)
{
	char git[] = "git", verb[] = "http-backend";
	char *const arguments[] = { git, verb, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int ends[2], result;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setsigmask(&attributes, &(sigset_t){ 0 });
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	if (body >= 0)
		posix_spawn_file_actions_adddup2(&actions, body, 0);
	else
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	result = posix_spawnp(&(pid_t){ 0 }, "git", &actions, &attributes, arguments, (char **)(uintptr_t)environment->list);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(ends[1]);
	if (result == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

/* One line without its end; byte by byte, as what follows belongs to the body. False at end of file or where the line is too long. */
static bool read_line(int from, char *line, size_t size)
{
	size_t length = 0;
	char byte;

	while (length < size - 1 && read(from, &byte, 1) == 1) {
		if (byte == '\n') {
			line[length] = '\0';
			if (length > 0 && line[length - 1] == '\r')
				line[length - 1] = '\0';
			return true;
		}
		line[length++] = byte;
	}
	return false;
}

/* RFC 3875 section 6: header lines, an empty line, the body. */
static int backend_headers(int from, struct answer *answer)
{
	char line[CGI_LINE_MAX];
	int64_t status;

	answer->status = 200;
	while (read_line(from, line, sizeof(line))) {
		char *colon = strchr(line, ':');

		if (line[0] == '\0')
			return 0;
		if (!colon)
			return -1;
		*colon++ = '\0';
		colon += strspn(colon, " ");
		if (!text_equal_ignoring_case(line, "Status")) {
			answer_header(answer, line, colon);
			continue;
		}
		colon[strcspn(colon, " ")] = '\0';
		if (number_parse(colon, 100, 599, &status) != 0)
			return -1;
		answer->status = (unsigned)status;
	}
	return -1;
}

static void run_backend(const struct request *request, struct answer *answer)
{
	struct environment environment = { .count = 0 };
	int from;

	environment_fill(&environment, request);
	from = backend_start(&environment, request->body_file);
	environment_free(&environment);
	if (from >= 0 && backend_headers(from, answer) == 0) {
		answer->pipe = from;
		return;
	}
	if (from >= 0)
		close(from);
	fields_free(&answer->headers);
	answer_text(answer, 500, "text/plain", "git http-backend failed\n");
}

static void challenge(struct answer *answer)
{
	const char *kind = options.git_challenge;

	answer_text(answer, 401, "text/plain", "a living access token of the test vendor is needed\n");
	if (strcmp(kind, "basic") == 0 || strcmp(kind, "both") == 0)
		answer_header(answer, "WWW-Authenticate", "Basic realm=\"git\"");
	if (strcmp(kind, "bearer") == 0 || strcmp(kind, "both") == 0)
		answer_header(answer, "WWW-Authenticate", "Bearer realm=\"git\"");
}

void git_handle(struct request *request, struct answer *answer)
{
	if (whoami_handle(request, answer))
		return;
	state_lock();
	request_set_user(request, authorized_user(request, strcmp(options.git_accept, "basic") != 0,
						  strcmp(options.git_accept, "bearer") != 0));
	if (!request->user)
		challenge(answer);
	state_unlock();
	if (request->user && git_repositories)
		run_backend(request, answer);
}
