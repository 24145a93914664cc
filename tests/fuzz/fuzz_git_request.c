/* SPDX-License-Identifier: BSD-3-Clause */
/* What git writes to the helper: an answer for a listed host needs the lines protocol=https and host=LISTED in the input. */
#include "tests/fuzz/listed.h"

#include <unistd.h>

#include "common/message.h"
#include "git-credential/git_request.h"

enum { PIPE_MAX = 32 * 1024, SECONDS = 10 };

/* Whether a line of the input, up to a CR, begins with name and goes on as accept wants. */
static bool has_line(const uint8_t *data, size_t size, const char *name, bool (*accept)(const char *, size_t))
{
	size_t head = strlen(name);

	for (size_t begin = 0, end; begin < size; begin = end + 1) {
		size_t length;

		for (end = begin; end < size && data[end] != '\n'; end++)
			continue;
		length = end - begin;
		if (length > 0 && data[end - 1] == '\r')
			length--;
		if (length >= head && memcmp(data + begin, name, head) == 0 && accept((const char *)data + begin + head, length - head))
			return true;
	}
	return false;
}

static bool is_https(const char *text, size_t length)
{
	return length == 5 && memcmp(text, "https", 5) == 0;
}

static bool is_authtype(const char *text, size_t length)
{
	return length == 8 && memcmp(text, "authtype", 8) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct git_request request;
	struct error error;
	int ends[2];

	if (size > PIPE_MAX)
		return 0;
	FUZZ_REQUIRE(pipe(ends) == 0);
	FUZZ_REQUIRE(write(ends[1], data, size) == (ssize_t)size);
	close(ends[1]);
	if (git_request_read(&request, ends[0], clock_monotonic_ms() + SECONDS * 1000, &error) == 0) {
		if (git_request_answerable(&request) && listed_host(request.host)) {
			FUZZ_REQUIRE(has_line(data, size, "protocol=", is_https));
			FUZZ_REQUIRE(has_line(data, size, "host=", listed_spelling));
		}
		FUZZ_REQUIRE(memchr(request.username, '\n', strlen(request.username)) == NULL);
		if (request.credential.bytes != NULL)
			FUZZ_REQUIRE(has_line(data, size, "capability[]=", is_authtype));
	} else {
		FUZZ_REQUIRE(error.code == ERROR_POLICY);
	}
	git_request_release(&request);
	close(ends[0]);
	return 0;
}
