/* SPDX-License-Identifier: BSD-3-Clause */
/* git's credential helper: git-credential-apitoken(1), gitcredentials(7). */
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/message.h"
#include "common/tokens.h"
#include "git-credential/ask_login.h"
#include "git-credential/git_answer.h"
#include "git-credential/git_request.h"
#include "git-credential/lookup.h"
#include "git-credential/program.h"

static const char program[] = "git-credential-apitoken";

enum { EXIT_DONE = 0, MILLISECONDS = 1000 };

/* The caller's error becomes git's line: with the vendor in front, and what helps behind. */
static int fail_for(const struct lookup *lookup, struct error *error)
{
	if (error->code == ERROR_NO_TOKEN)
		program_hint(error, &lookup->vendor, "git");
	else if (lookup->vendor.name[0] != '\0' && !strstr(error->text, lookup->vendor.name))
		error_prefix(error, "vendor '%s'", lookup->vendor.name);
	return program_fail(program, error);
}

static int answer_record(const struct git_request *request, const struct lookup *lookup,
			 const struct record *record, bool further, struct error *error)
{
	struct secret answer;
	int result;

	if (git_answer_build(request, lookup->host, record,
			     tokens_renewable(&lookup->vendor, record, further), &answer,
			     error) != 0)
		return -1;
	result = program_answer(&answer, error);
	secret_release(&answer);
	return result;
}

/* Only a new login helps: the token is over, or there never was one. */
static bool needs_login(const struct error *error)
{
	return error->code == ERROR_LOGIN_AGAIN || error->code == ERROR_NO_TOKEN;
}

/* A record with a token that may be handed out; *record is the caller's in any case. */
static enum lookup_result find_token(const struct git_request *request, struct lookup *lookup,
				     struct record *record, bool *further, struct error *error)
{
	enum lookup_result result;

	record_init(record);
	*further = false;
	result = lookup_record(lookup, request->has_username ? request->username : NULL, record,
			       further, error);
	lookup_want_life(lookup, lookup->vendor.git_minimum_life);
	if (result == LOOKUP_FOUND &&
	    lookup_token(lookup, request->asked_again, *further, record, error) != 0)
		result = LOOKUP_FAILED;
	if (result == LOOKUP_FAILED && needs_login(error) &&
	    ask_login(lookup, request, *further, record, error) == 0)
		result = LOOKUP_FOUND;
	return result;
}

static int answer_host(const struct git_request *request, struct lookup *lookup)
{
	struct error error = { .code = ERROR_NONE };
	struct record record;
	bool further;
	int code = EXIT_DONE;

	switch (find_token(request, lookup, &record, &further, &error)) {
	case LOOKUP_FOREIGN:
		break;
	case LOOKUP_FAILED:
		code = fail_for(lookup, &error);
		break;
	case LOOKUP_FOUND:
		if (answer_record(request, lookup, &record, further, &error) != 0)
			code = fail_for(lookup, &error);
		break;
	}
	record_release(&record);
	return code;
}

static int get(const struct git_request *request)
{
	static struct lookup lookup;
	struct error error = { .code = ERROR_NONE };
	int code = EXIT_DONE;

	if (lookup_init(&lookup, &error) != 0)
		return EXIT_DONE; /* without our own files no host is ours */
	switch (lookup_host(&lookup, request->host, &error)) {
	case LOOKUP_FOREIGN:
		break;
	case LOOKUP_FAILED:
		code = program_fail(program, &error);
		break;
	case LOOKUP_FOUND:
		code = answer_host(request, &lookup);
		break;
	}
	lookup_release(&lookup);
	return code;
}

/* True where git rejects exactly this record's access token, in whichever form git had it. */
static bool rejects(const struct git_request *request, const struct vendor_host *host,
		    const struct record *record)
{
	struct secret basic = SECRET_NONE;
	bool equal;

	if (secret_equal(&request->password, &record->access_token) ||
	    secret_equal(&request->credential, &record->access_token))
		return true;
	if (request->credential.length == 0)
		return false;
	equal = git_answer_basic(&basic, git_answer_username(host, record),
				 &record->access_token) == 0 &&
		secret_ok(&basic) && secret_equal(&request->credential, &basic);
	secret_release(&basic);
	return equal;
}

/* The server refused a token. Only that very token is marked dead, so that the next get renews it;
 * a newer one, and the refresh token, stay. */
static int erase(const struct git_request *request)
{
	static struct lookup lookup;
	struct error error = { .code = ERROR_NONE };
	struct record record;
	bool further;
	int code = EXIT_DONE;

	if (lookup_init(&lookup, &error) != 0)
		return EXIT_DONE;
	if (lookup_host(&lookup, request->host, &error) == LOOKUP_FOUND &&
	    lookup_record(&lookup, request->has_username ? request->username : NULL, &record,
			  &further, &error) == LOOKUP_FOUND) {
		if (rejects(request, lookup.host, &record) &&
		    tokens_reject(lookup.vendor.name, further ? record.account : NULL,
				  &record.access_token, &error) != 0)
			code = fail_for(&lookup, &error);
		record_release(&record);
	}
	lookup_release(&lookup);
	return code;
}

static int with_request(int (*operation)(const struct git_request *request))
{
	const int64_t deadline = clock_monotonic_ms() + GIT_REQUEST_SECONDS * MILLISECONDS;
	struct git_request request;
	struct error error = { .code = ERROR_NONE };
	int code = EXIT_DONE;

	if (git_request_read(&request, STDIN_FILENO, deadline, &error) != 0)
		code = program_fail(program, &error);
	else if (git_request_answerable(&request))
		code = operation(&request);
	git_request_release(&request);
	return code;
}

static int tell(const char *text)
{
	struct secret answer;
	struct error error = { .code = ERROR_NONE };
	int code = EXIT_DONE;

	if (secret_set(&answer, text, strlen(text)) != 0)
		error_set(&error, ERROR_MEMORY, "out of memory");
	if (error.code != ERROR_NONE || program_answer(&answer, &error) != 0)
		code = program_fail(program, &error);
	secret_release(&answer);
	return code;
}

int main(int argc, char **argv)
{
	struct error error = { .code = ERROR_NONE };

	if (program_start(&error) != 0)
		return program_fail(program, &error);
	if (argc < 2) {
		error_set(&error, ERROR_USAGE,
			  "usage: git-credential-apitoken get | store | erase | capability; git "
			  "runs it, with "
			  "git config --global credential.helper apitoken");
		return program_fail(program, &error);
	}
	/* git puts the operation last, behind arguments of its configuration */
	if (strcmp(argv[argc - 1], "get") == 0)
		return with_request(get);
	if (strcmp(argv[argc - 1], "erase") == 0)
		return with_request(erase);
	if (strcmp(argv[argc - 1], "capability") == 0)
		return tell("version 0\ncapability authtype\ncapability state\n");
	if (strcmp(argv[argc - 1], "--version") == 0)
		return tell("git-credential-apitoken " APITOKEN_VERSION "\n");
	return EXIT_DONE; /* store: the token is ours already; anything else is an operation of the
			     future */
}
