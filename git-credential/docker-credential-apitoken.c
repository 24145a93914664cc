/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * docker's credential helper: docker-credential-apitoken(1). One verb; errors are told on standard
 * output with exit code 1, as clients want them.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "git-credential/docker_key.h"
#include "git-credential/docker_list.h"
#include "git-credential/json_text.h"
#include "git-credential/logout.h"
#include "git-credential/lookup.h"
#include "git-credential/program.h"

static const char program[] = "docker-credential-apitoken";

/* Clients compare these texts byte by byte. */
static const char not_found[] = "credentials not found in native keychain\n";
static const char no_server[] = "no credentials server URL\n";

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	LIST_MAX = 4 * 1024 * 1024, /* bytes: every host of every vendor */
	DRAIN_SIZE = 16 * 1024,     /* bytes at a time ... */
	DRAIN_TIMES = 64,           /* ... and so often: 1 MiB, more than any login */
	ANSWER_FRAME = 128,         /* bytes of an answer without its three values */
};

static int tell(const char *text, int code)
{
	struct secret answer;
	struct error error = { .code = ERROR_NONE };

	if (secret_set(&answer, text, strlen(text)) != 0)
		error_set(&error, ERROR_MEMORY, "out of memory");
	if (error.code != ERROR_NONE || program_answer(&answer, &error) != 0) {
		program_fail(program, &error);
		code = EXIT_FAILED;
	}
	secret_release(&answer);
	return code;
}

static int tell_error(const struct lookup *lookup, struct error *error)
{
	char line[ERROR_TEXT_MAX + 2];
	size_t length;

	if (lookup->vendor.name[0] != '\0' && !strstr(error->text, lookup->vendor.name))
		error_prefix(error, "vendor '%s'", lookup->vendor.name);
	length = strlen(error->text);
	memcpy(line, error->text, length);
	memcpy(line + length, "\n", 2);
	return tell(line, EXIT_FAILED);
}

/*
 * Reads the server key: the whole input with its line ends dropped, as the reference helper does.
 * 0, or -1 where it is longer than any key or holds a NUL.
 */
static int read_key(char key[static DOCKER_KEY_MAX])
{
	size_t length = 0;
	char c[512];
	ssize_t got;

	while ((got = read(STDIN_FILENO, c, sizeof(c))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		for (ssize_t i = 0; i < got; i++) {
			if (c[i] == '\n' || c[i] == '\r')
				continue;
			if (c[i] == '\0' || length + 1 >= DOCKER_KEY_MAX)
				return -1;
			key[length++] = c[i];
		}
	}
	key[length] = '\0';
	return 0;
}

static int answer_record(const char *key, const struct vendor_host *host,
			 const struct record *record, struct error *error)
{
	const char *username = docker_list_username(host, record);
	size_t room = strlen(key) + strlen(username) + record->access_token.length;
	struct secret answer = SECRET_NONE;
	int result;

	if (secret_init(&answer, ANSWER_FRAME + JSON_TEXT_GROWTH * room) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	secret_append_text(&answer, "{");
	json_text_member(&answer, "ServerURL", key);
	json_text_member(&answer, "Username", username);
	json_text_name(&answer, "Secret");
	json_text_append(&answer, record->access_token.bytes, record->access_token.length);
	secret_append_text(&answer, "}\n");
	result = secret_ok(&answer) ? program_answer(&answer, error)
				    : error_set(error, ERROR_MEMORY, "out of memory");
	secret_release(&answer);
	return result;
}

/* A public image can still be pulled: the clients hear "not found", and the user reads why. */
static int tell_no_token(const struct lookup *lookup, struct error *error)
{
	program_hint(error, &lookup->vendor, "docker");
	program_fail(program, error);
	return tell(not_found, EXIT_FAILED);
}

static int answer_host(const char *key, const struct lookup *lookup)
{
	struct error error = { .code = ERROR_NONE };
	struct record record;
	bool further;
	int code = EXIT_DONE;

	if (lookup_record(lookup, NULL, &record, &further, &error) != LOOKUP_FOUND)
		return error.code == ERROR_NO_TOKEN ? tell_no_token(lookup, &error)
						    : tell_error(lookup, &error);
	if (lookup_token(lookup, false, further, &record, &error) != 0)
		code = tell_error(lookup, &error);
	else if (answer_record(key, lookup->host, &record, &error) != 0)
		code = program_fail(program, &error) != 0 ? EXIT_FAILED : EXIT_DONE;
	record_release(&record);
	return code;
}

/* The vendor of a host; Docker Hub may be listed under any of its names. */
static enum lookup_result find_host(struct lookup *lookup, const char *host, struct error *error)
{
	enum lookup_result result = LOOKUP_FOREIGN;

	if (strcmp(host, DOCKER_HUB) != 0)
		return lookup_host(lookup, host, error);
	for (const char *const *name = docker_hub_names; *name && result == LOOKUP_FOREIGN; name++)
		result = lookup_host(lookup, *name, error);
	return result;
}

static int get(void)
{
	static struct lookup lookup;
	struct error error = { .code = ERROR_NONE };
	char key[DOCKER_KEY_MAX], host[HOST_MAX];
	int code = EXIT_FAILED;

	if (read_key(key) != 0)
		return tell(not_found, EXIT_FAILED);
	if (key[0] == '\0')
		return tell(no_server, EXIT_FAILED);
	if (docker_key_host(key, host, NULL) != 0 || lookup_init(&lookup, &error) != 0)
		return tell(not_found, EXIT_FAILED);
	switch (find_host(&lookup, host, &error)) {
	case LOOKUP_FOREIGN:
		code = tell(not_found, EXIT_FAILED);
		break;
	case LOOKUP_FAILED:
		code = tell_error(&lookup, &error);
		break;
	case LOOKUP_FOUND:
		lookup_want_life(&lookup, lookup.vendor.docker_minimum_life);
		code = answer_host(key, &lookup);
		break;
	}
	lookup_release(&lookup);
	return code;
}

/* Never fails: "docker build" asks every helper, and drops all logins where one fails. */
static int list(void)
{
	static struct lookup lookup;
	struct error error = { .code = ERROR_NONE };
	struct secret answer = SECRET_NONE;
	int code;

	if (lookup_init(&lookup, &error) != 0 || secret_init(&answer, LIST_MAX) != 0)
		return tell("{}\n", EXIT_DONE);
	secret_append_text(&answer, "{");
	docker_list_append(&answer, &lookup);
	secret_append_text(&answer, "}\n");
	code = secret_ok(&answer) && program_answer(&answer, &error) == 0 ? EXIT_DONE
									  : tell("{}\n", EXIT_DONE);
	secret_release(&answer);
	return code;
}

/* "docker login" gives back what get answered, or a password of its own: nothing is kept. */
static int store(void)
{
	static char drain[DRAIN_SIZE];

	for (int i = 0; i < DRAIN_TIMES; i++) {
		ssize_t got = read(STDIN_FILENO, drain, sizeof(drain));

		if (got == 0 || (got < 0 && errno != EINTR))
			break;
	}
	explicit_bzero(drain, sizeof(drain));
	return EXIT_DONE;
}

/* The person named one registry, and the login served more. */
static int log_out(const struct lookup *lookup)
{
	struct error error = { .code = ERROR_NONE };
	int removed = logout_vendor(program, lookup->vendor.name, &error);

	if (removed < 0)
		return tell_error(lookup, &error);
	if (removed == 0)
		return EXIT_DONE;
	error_set(&error, ERROR_NONE,
		  "logged out of vendor '%s', for all its hosts and for git too; to log in again: "
		  "apitoken login %s",
		  lookup->vendor.name, lookup->vendor.name);
	program_fail(program, &error);
	return EXIT_DONE;
}

/*
 * "docker logout" ends the login that serves the host, as "apitoken logout" does: had only one of
 * several accounts gone, get would answer with another. Clients ask for one host in several
 * spellings, one after the other, and a key that is nobody's must succeed.
 */
static int erase(void)
{
	static struct lookup lookup;
	struct error error = { .code = ERROR_NONE };
	char key[DOCKER_KEY_MAX], host[HOST_MAX];
	int code = EXIT_DONE;

	if (read_key(key) != 0 || docker_key_host(key, host, NULL) != 0 ||
	    lookup_init(&lookup, &error) != 0)
		return EXIT_DONE;
	switch (find_host(&lookup, host, &error)) {
	case LOOKUP_FOREIGN:
		break;
	case LOOKUP_FAILED:
		code = tell_error(&lookup, &error);
		break;
	case LOOKUP_FOUND:
		code = log_out(&lookup);
		break;
	}
	lookup_release(&lookup);
	return code;
}

static int usage(void)
{
	return tell("usage: docker-credential-apitoken get | store | erase | list | version; "
		    "docker runs it, "
		    "with \"credHelpers\": {\"HOST\": \"apitoken\"} in ~/.docker/config.json\n",
		    EXIT_FAILED);
}

static int version(void)
{
	return tell("docker-credential-apitoken (apitoken) " APITOKEN_VERSION "\n", EXIT_DONE);
}

static const struct {
	const char *name;
	int (*run)(void);
} verbs[] = {
	{ "get", get },         { "store", store },       { "erase", erase },  { "list", list },
	{ "version", version }, { "--version", version }, { "-v", version },
};

int main(int argc, char **argv)
{
	struct error error = { .code = ERROR_NONE };

	if (program_start(&error) != 0) {
		program_fail(program, &error);
		return EXIT_FAILED;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run();
	return usage();
}
