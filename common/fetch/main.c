/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fetch: one chain of HTTPS exchanges for the PAM module and the user's programs. One request comes in on descriptor 0, one reply goes out there.
 * Not for people: it has no arguments, reads no environment and no configuration, and holds no right that its caller has not.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fetch/chain.h"
#include "common/fetch/outcome.h"
#include "common/fetch/request.h"
#include "common/fetch/sandbox.h"
#include "common/message.h"
#include "common/secret.h"
#include "common/text.h"

enum {
	REQUEST_SECONDS = 5, /* for the request to arrive */
	REPLY_SECONDS = 5,   /* for the reply to be taken */
	EXIT_NOT_FOR_PEOPLE = 2,
	EXIT_FAILED = 3,
};

static void fail(struct outcome *outcome, const struct error *error)
{
	outcome_fail(outcome, error->code == ERROR_CONFIGURATION || error->code == ERROR_POLICY ? VERDICT_CONFIGURATION : VERDICT_UNAVAILABLE, "%s",
		     error->text);
}

static void run_request(const struct message *message, const struct sandbox *sandbox, struct outcome *outcome)
{
	static struct request request; /* 50 kB */
	unsigned int ports[SANDBOX_PORTS_MAX];
	int64_t start = clock_monotonic_ms();
	struct error error = { .code = ERROR_NONE };
	int count = 0;

	if (request_parse(message, &request, &error) < 0 || (count = chain_ports(&request, ports, SANDBOX_PORTS_MAX, &error)) < 0) {
		fail(outcome, &error);
	} else {
		sandbox_limit_ports(sandbox, ports, (size_t)count);
		if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
			chain_run(&request, start + request.timeout_ms, outcome);
	}
	request_release(&request);
}

/* The uid is the only field that is looked at as root. */
static int enter_sandbox(const struct message *message, pid_t parent, struct sandbox *sandbox, struct error *error)
{
	int64_t uid = 0;

	message_number(message, "uid", 1, UINT32_MAX - 1, &uid);
	return sandbox_enter((uid_t)uid, parent, sandbox, error);
}

static int send_reply(const struct message *request, const struct sandbox *sandbox, const struct outcome *outcome)
{
	char walls[64];
	struct message reply;
	int result = -1;

	if (message_init_reply(&reply, MESSAGE_FETCH_REPLY, request, MESSAGE_REPLY_MAX, NULL) == 0) {
		outcome_put(outcome, &reply);
		snprintf(walls, sizeof(walls), "landlock=%d filter=%d", sandbox->landlock, sandbox->filter);
		message_put_text(&reply, "sandbox", walls);
		result = message_send(STDIN_FILENO, &reply, clock_monotonic_ms() + REPLY_SECONDS * 1000, NULL);
	}
	message_release(&reply);
	return result;
}

static int answer(const struct message *request, pid_t parent)
{
	struct sandbox sandbox = { 0, 0 };
	struct outcome outcome;
	struct error error;
	int result;

	outcome_init(&outcome);
	if (enter_sandbox(request, parent, &sandbox, &error) < 0)
		fail(&outcome, &error);
	else
		run_request(request, &sandbox, &outcome);
	result = send_reply(request, &sandbox, &outcome);
	outcome_release(&outcome);
	return result;
}

static int is_socket(int descriptor)
{
	struct stat status;

	return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

int main(int count, char **arguments)
{
	pid_t parent = getppid();
	struct message request;
	struct error error = { .code = ERROR_NONE };
	int result;

	(void)arguments;
	if (count > 1 || secret_protect_process() < 0 || !is_socket(STDIN_FILENO) ||
	    message_receive(STDIN_FILENO, MESSAGE_FETCH_REQUEST, MESSAGE_REQUEST_MAX, NULL, clock_monotonic_ms() + REQUEST_SECONDS * 1000, &request,
			    &error) < 0) {
		fputs("fetch is run by the PAM module and by apitoken's own programs; see apitoken(1).\n", stderr);
		return error.errnum == EPROTO ? MESSAGE_STATUS_VERSION : EXIT_NOT_FOR_PEOPLE;
	}
	result = answer(&request, parent);
	message_release(&request);
	_exit(result < 0 ? EXIT_FAILED : 0); /* a resolver thread may still hang: exit() would run handlers beside it */
}
