/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dialect's file, up to the requests that come of it: whatever the file says, a request goes to https, no header breaks
 * its line, the password is in no URL, and at most one step sends it.
 */
#include "tests/fuzz/config.h"

#include "common/fetch/call.h"

static const char password[] = "PASSWORD-7af3";

static void set_all(struct variables *variables, const struct dialect *dialect)
{
	static const char *const values[][2] = {
		{ "username", "alice" }, { "password", password }, { "otp", "123456" }, { "refresh_token", "r3fresh" },
		{ "access_token", "acc3ss" }, { "client_id", "client" }, { "client_secret", "s3cret" }, { "scope", "openid" },
		{ "token_url", "https://vendor.test/token" }, { "base_url", "https://vendor.test" }, { "prior.access_token", "pr1or" },
	};

	variables_init(variables, dialect);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		FUZZ_REQUIRE(variables_set(variables, values[i][0], values[i][1], strlen(values[i][1]), NULL) == 0);
}

static bool holds_password(const struct secret *secret)
{
	return secret->bytes != NULL && memmem(secret->bytes, secret->length, password, strlen(password)) != NULL;
}

/* Returns whether the request carries the password. */
static bool check_call(const struct call *call)
{
	bool sends = holds_password(&call->body);

	FUZZ_REQUIRE(strncmp(call->target.bytes, "https://", 8) == 0);
	FUZZ_REQUIRE(strlen(call->target.bytes) == call->target.length && strpbrk(call->target.bytes, "\r\n ") == NULL);
	FUZZ_REQUIRE(!holds_password(&call->target));
	for (size_t i = 0; i < call->headers_count; i++) {
		FUZZ_REQUIRE(strlen(call->headers[i].bytes) == call->headers[i].length);
		FUZZ_REQUIRE(strpbrk(call->headers[i].bytes, "\r\n") == NULL);
		sends = sends || holds_password(&call->headers[i]);
	}
	return sends;
}

static void check_steps(const struct dialect *dialect)
{
	static struct variables variables;
	struct error error;
	struct call call;
	int senders = 0;

	set_all(&variables, dialect);
	for (size_t i = 0; i < dialect->steps_count; i++) {
		if (call_build(&call, &dialect->steps[i], &variables, &error) == 0)
			senders += check_call(&call);
		call_release(&call);
	}
	FUZZ_REQUIRE(senders <= 1);
	variables_release(&variables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialect dialect;
	struct error error;

	if (memmem(data, size, password, strlen(password)) != NULL) /* the file's own text; fuzzers learn such words */
		return 0;
	dialect_init(&dialect);
	if (ini_parse("fuzz.conf", (const char *)data, size, config_set, &dialect, &error) == 0 &&
	    dialect_check(&dialect, "fuzz.conf", &error) == 0)
		check_steps(&dialect);
	else
		FUZZ_REQUIRE(error.code == ERROR_CONFIGURATION);
	dialect_release(&dialect);
	return 0;
}
