/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each vendor is sent, byte for byte. Keys in tests/golden/requests beside Test and Vendor: Step (login), and Set (NAME VALUE), once for
 * each value that a login has: username, password, refresh_token, client_secret ... The body of a case is the request: "POST URL", the header lines, an
 * empty line and the body, without a line end behind it. Refused: a part of the message where none can be built.
 */
#include "tests/unit/golden.h"

#include "common/fetch/call.h"
#include "common/text.h"

enum { REQUEST_MAX = 64 * 1024 };

static const char known[] = "Test Vendor Step Set Refused";

static void set_values(const struct golden *golden, struct variables *variables)
{
	for (size_t i = 0; i < golden->count; i++) {
		char *value = strcmp(golden->keys[i], "Set") == 0 ? strchr(golden->values[i], ' ') : NULL;
		char name[VARIABLE_NAME_MAX];

		if (value == NULL)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(value - golden->values[i]), golden->values[i]);
		assert_int_equal(variables_set(variables, name, value + 1, strlen(value + 1), NULL), 0);
	}
}

static char *print_call(const struct call *call)
{
	char *text = calloc(1, REQUEST_MAX);
	size_t used;

	assert_non_null(text);
	used = (size_t)snprintf(text, REQUEST_MAX, "%s %s\n", call->get ? "GET" : "POST", call->target.bytes);
	for (size_t i = 0; i < call->headers_count; i++)
		used += (size_t)snprintf(text + used, REQUEST_MAX - used, "%s\n", call->headers[i].bytes);
	snprintf(text + used, REQUEST_MAX - used, "\n%s", call->body.bytes == NULL ? "" : call->body.bytes);
	return text;
}

static void compare(const struct golden *golden, int result, const struct call *call, const struct error *error)
{
	const char *refused = golden_get(golden, "Refused");
	char *text;

	if (refused != NULL) {
		assert_int_equal(result, -1);
		if (strstr(error->text, refused) == NULL)
			fail_msg("%s: \"%s\" does not hold \"%s\"", golden->path, error->text, refused);
		return;
	}
	if (result < 0)
		fail_msg("%s: %s", golden->path, error->text);
	text = print_call(call);
	assert_string_equal(text, golden->body);
	free(text);
}

static void test_request(void **state)
{
	const struct golden *golden = *state;
	const char *name = golden_get(golden, "Step");
	struct error error = { .code = ERROR_NONE };
	const struct dialect_step *step;
	struct variables variables;
	struct dialect dialect;
	struct vendor vendor;
	struct call call;

	golden_vendor(golden_get(golden, "Vendor"), &vendor, &dialect);
	variables_init(&variables, &dialect);
	set_values(golden, &variables);
	step = dialect_step_find(&dialect, name == NULL ? "login" : name);
	assert_non_null(step);
	compare(golden, call_build(&call, step, &variables, &error), &call, &error);
	call_release(&call);
	variables_release(&variables);
	dialect_release(&dialect);
	vendor_release(&vendor);
}

int main(void)
{
	return golden_run("tests/golden/requests", known, test_request);
}
