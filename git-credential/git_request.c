/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/git_request.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"
#include "git-credential/challenge.h"

enum {
	LINE_FIRST = 2048, /* bytes; nearly every line fits, and little is wiped afterwards */
	READ_SIZE = 4096,  /* bytes */
};

void git_request_init(struct git_request *request)
{
	memset(request, 0, sizeof(*request));
}

void git_request_release(struct git_request *request)
{
	secret_release(&request->password);
	secret_release(&request->credential);
}

bool git_request_answerable(const struct git_request *request)
{
	return request->https && request->host[0] != '\0' && !request->username_too_long;
}

static int refuse(struct error *error, const char *why)
{
	return error_set(error, ERROR_POLICY, "git's request is refused: %s", why);
}

/* Marks a key that may stand once, and judges the bytes of its value. */
static int take_once(bool *seen, const char *value, size_t length, struct error *error)
{
	if (*seen)
		return refuse(error, "protocol, host, username or path stands twice");
	*seen = true;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return refuse(error,
				      "a control character in protocol, host, username or path");
	return 0;
}

static int take_protocol(struct git_request *request, const char *value, size_t length,
			 struct error *error)
{
	if (take_once(&request->has_protocol, value, length, error) != 0)
		return -1;
	request->https = length == 5 && memcmp(value, "https", 5) == 0;
	return 0;
}

static int take_host(struct git_request *request, const char *value, size_t length,
		     struct error *error)
{
	if (take_once(&request->has_host, value, length, error) != 0)
		return -1;
	if (host_canonical(value, length, request->host, NULL) != 0)
		request->host[0] = '\0'; /* nobody of ours, so not our error */
	return 0;
}

static int take_username(struct git_request *request, const char *value, size_t length,
			 struct error *error)
{
	if (take_once(&request->has_username, value, length, error) != 0)
		return -1;
	request->username_too_long = length >= sizeof(request->username);
	if (!request->username_too_long)
		memcpy(request->username, value, length);
	return 0;
}

static int take_path(struct git_request *request, const char *value, size_t length,
		     struct error *error)
{
	return take_once(&request->has_path, value, length, error);
}

static int take_secret(struct secret *secret, const char *value, size_t length, struct error *error)
{
	secret_release(secret);
	if (secret_set(secret, value, length) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory while reading git's request");
	return 0;
}

static int take_password(struct git_request *request, const char *value, size_t length,
			 struct error *error)
{
	return take_secret(&request->password, value, length, error);
}

static int take_credential(struct git_request *request, const char *value, size_t length,
			   struct error *error)
{
	return request->authtype ? take_secret(&request->credential, value, length, error) : 0;
}

static bool value_is(const char *value, size_t length, const char *text)
{
	return length == strlen(text) && memcmp(value, text, length) == 0;
}

static int take_capability(struct git_request *request, const char *value, size_t length,
			   struct error *error)
{
	(void)error;
	if (length == 0) /* an empty value starts the list anew */
		request->authtype = request->state = false;
	else if (value_is(value, length, "authtype"))
		request->authtype = true;
	else if (value_is(value, length, "state"))
		request->state = true;
	return 0;
}

static int take_state(struct git_request *request, const char *value, size_t length,
		      struct error *error)
{
	(void)error;
	if (length == 0)
		request->asked_again = false;
	else if (request->state && value_is(value, length, GIT_STATE))
		request->asked_again = true;
	return 0;
}

static int take_challenge(struct git_request *request, const char *value, size_t length,
			  struct error *error)
{
	(void)error;
	if (length == 0) {
		request->offers_any = request->offers_bearer = request->offers_basic = false;
		return 0;
	}
	request->offers_any = true;
	if (challenge_offers(value, length, "bearer"))
		request->offers_bearer = true;
	if (challenge_offers(value, length, "basic"))
		request->offers_basic = true;
	return 0;
}

static const struct {
	const char *key;
	int (*take)(struct git_request *request, const char *value, size_t length,
		    struct error *error);
} keys[] = {
	{ "protocol", take_protocol },
	{ "host", take_host },
	{ "path", take_path },
	{ "username", take_username },
	{ "password", take_password },
	{ "credential", take_credential },
	{ "capability[]", take_capability },
	{ "state[]", take_state },
	{ "wwwauth[]", take_challenge },
};

int git_request_line(struct git_request *request, const char *line, size_t length,
		     struct error *error)
{
	const char *equals;
	size_t key_length, value_length;

	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (length == 0)
		return 1;
	if (memchr(line, '\0', length))
		return refuse(error, "a NUL byte");
	equals = memchr(line, '=', length);
	if (!equals || equals == line)
		return refuse(error, "a line that is not key=value");
	key_length = (size_t)(equals - line);
	value_length = length - key_length - 1;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (value_is(line, key_length, keys[i].key))
			return keys[i].take(request, equals + 1, value_length, error);
	return 0; /* git's documentation: unknown attributes are ignored */
}

/* Adds to the line. Where it outgrows LINE_FIRST, it moves to a buffer of the full size. */
static int line_append(struct secret *line, const char *bytes, size_t length, struct error *error)
{
	struct secret larger = SECRET_NONE;

	if (line->length + length >= GIT_LINE_MAX)
		return refuse(error, "a line longer than 65,535 bytes");
	if (line->length + length > line->maximum) {
		if (secret_init(&larger, GIT_LINE_MAX) == 0)
			secret_append(&larger, line->bytes, line->length);
		secret_release(line);
		secret_move(line, &larger);
	}
	secret_append(line, bytes, length);
	return secret_ok(line) ? 0
			       : error_set(error, ERROR_MEMORY,
					   "out of memory while reading git's request");
}

/* Takes the whole lines of a chunk, keeps the rest in *line. Returns as git_request_line(). */
static int take_chunk(struct git_request *request, struct secret *line, const char *chunk,
		      size_t length, struct error *error)
{
	while (length > 0) {
		const char *end = memchr(chunk, '\n', length);
		size_t part = end ? (size_t)(end - chunk) : length;
		int result;

		if (line_append(line, chunk, part, error) != 0)
			return -1;
		if (!end)
			return 0;
		result = git_request_line(request, line->bytes, line->length, error);
		secret_clear(line);
		if (result != 0)
			return result;
		chunk = end + 1;
		length -= part + 1;
	}
	return 0;
}

/* Waits until there is something to read, or the end. */
static int wait_input(int descriptor, int64_t deadline_ms, struct error *error)
{
	struct pollfd input = { .fd = descriptor, .events = POLLIN };

	for (;;) {
		int64_t left = deadline_ms - clock_monotonic_ms();
		int ready = left > 0 ? poll(&input, 1, left < INT_MAX ? (int)left : INT_MAX) : 0;

		if (ready > 0)
			return 0;
		if (ready == 0)
			return refuse(error, "its end did not come in time");
		if (errno != EINTR)
			return error_set_errno(error, ERROR_SYSTEM, errno,
					       "cannot wait for git's request");
	}
}

static int read_lines(struct git_request *request, int descriptor, int64_t deadline_ms,
		      struct secret *line, struct error *error)
{
	char chunk[READ_SIZE];
	size_t total = 0;
	int result = 0;

	while (result == 0) {
		ssize_t got;

		if (wait_input(descriptor, deadline_ms, error) != 0)
			return -1;
		got = read(descriptor, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			result = error_set_errno(error, ERROR_SYSTEM, errno,
						 "cannot read git's request from standard input");
			break;
		}
		if (got == 0) {
			result = line->length > 0 ? git_request_line(request, line->bytes,
								     line->length, error)
						  : 1;
			break;
		}
		total += (size_t)got;
		result = total > GIT_REQUEST_MAX
				 ? refuse(error, "it is longer than 1 MiB")
				 : take_chunk(request, line, chunk, (size_t)got, error);
		explicit_bzero(chunk, (size_t)got);
	}
	return result < 0 ? -1 : 0;
}

int git_request_read(struct git_request *request, int descriptor, int64_t deadline_ms,
		     struct error *error)
{
	struct secret line = SECRET_NONE;
	int result;

	git_request_init(request);
	if (secret_init(&line, LINE_FIRST) != 0)
		result =
			error_set(error, ERROR_MEMORY, "out of memory while reading git's request");
	else
		result = read_lines(request, descriptor, deadline_ms, &line, error);
	secret_release(&line);
	return result;
}
