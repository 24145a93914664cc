/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vendor's answer: "DIALECT STEP STATUS", the content type and the body, a line each and the rest. A token that comes
 * out is sound and stands in the body, with a life within bounds; an answer with an "error" is never a success.
 */
#include "tests/fuzz/config.h"

#include <json-c/json.h>

#include "common/exchange.h"
#include "common/fetch/answer.h"
#include "common/text.h"

enum { NOW = 1700000000, LINE_MAX_BYTES = 96 };

static const char *const names[] = { "keycloak", "oauth2", "apiax", "vyopta", "amino", "amino-login", "directus", "docker-token", "glewlwyd",
				     "simplejwt", "amino-operator" };
enum { NAMES_COUNT = sizeof(names) / sizeof(names[0]) };

static const struct dialect *dialect_named(const char *name)
{
	static struct dialect dialects[NAMES_COUNT];
	size_t i = 0;

	while (i < NAMES_COUNT - 1 && strcmp(names[i], name) != 0)
		i++;
	if (dialects[i].steps_count == 0)
		config_dialect(&dialects[i], names[i]);
	return &dialects[i];
}

/* Looked for with json-c alone, not by the code that is tested. */
static bool has_error(const struct http_answer *answer)
{
	json_object *body = json_tokener_parse(answer->body.bytes), *error = NULL;
	bool found = json_object_is_type(body, json_type_object) && json_object_object_get_ex(body, "error", &error) &&
		     json_object_is_type(error, json_type_string) && json_object_get_string_len(error) > 0;

	json_object_put(body);
	return found;
}

static void check_token(const struct secret *token, const struct answer_context *context, const struct http_answer *answer)
{
	FUZZ_REQUIRE(token_check(token->bytes, token->length, context->dialect->token_visible) == 0);
	if (memchr(answer->body.bytes, '\\', answer->body.length) == NULL) /* JSON may write a letter as \u0061 */
		FUZZ_REQUIRE(memmem(answer->body.bytes, answer->body.length, token->bytes, token->length) != NULL);
}

static void check_success(const struct outcome *outcome, const struct answer_context *context, const struct http_answer *answer)
{
	const char *paths = dialect_paths(context->dialect, context->step, ROLE_ERROR);

	FUZZ_REQUIRE(outcome->verdict == VERDICT_SUCCESS && answer->status / 100 == 2);
	if (!context->needs_token)
		return;
	FUZZ_REQUIRE(answer_type_is_json(answer->content_type, context->step->accept_types));
	FUZZ_REQUIRE(paths == NULL || !dialect_word_in(paths, "error") || !has_error(answer));
	check_token(&outcome->access_token, context, answer);
	if (outcome->refresh_token.bytes != NULL)
		check_token(&outcome->refresh_token, context, answer);
	FUZZ_REQUIRE(outcome->lifetime >= 1 && outcome->lifetime <= VENDOR_LIFETIME_MAX);
	FUZZ_REQUIRE(outcome->refresh_lifetime >= 0 && outcome->refresh_lifetime <= VENDOR_LIFETIME_MAX);
}

static void try_answer(const struct answer_context *context, const struct http_answer *answer)
{
	static struct outcome outcome;

	outcome_init(&outcome);
	if (answer_read(context, answer, &outcome) == 0) {
		check_success(&outcome, context, answer);
	} else {
		FUZZ_REQUIRE(outcome.verdict != VERDICT_SUCCESS && outcome.message[0] != '\0');
		FUZZ_REQUIRE(outcome.access_token.bytes == NULL && outcome.refresh_token.bytes == NULL);
	}
	FUZZ_REQUIRE(text_is_visible(outcome.message, strlen(outcome.message)));
	FUZZ_REQUIRE(text_is_visible(outcome.subject, strlen(outcome.subject)));
	outcome_release(&outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer_context context = { .host = "vendor.test", .keep_refresh = true, .now = NOW };
	struct http_answer answer = { .date = NOW };
	char line[LINE_MAX_BYTES], *name, *step, *status, *rest = line;
	int64_t number;

	fuzz_line(&data, &size, line, sizeof(line));
	name = strsep(&rest, " ");
	step = rest == NULL ? NULL : strsep(&rest, " ");
	status = rest == NULL ? NULL : strsep(&rest, " ");
	if (status == NULL || number_parse(status, 100, 599, &number) < 0)
		return 0;
	answer.status = (int)number;
	context.dialect = dialect_named(name);
	context.step = dialect_step_find(context.dialect, step);
	context.needs_token = strcmp(step, "revoke") != 0;
	if (context.step == NULL)
		return 0;
	fuzz_line(&data, &size, answer.content_type, sizeof(answer.content_type));
	FUZZ_REQUIRE(secret_set(&answer.body, data, size) == 0);
	try_answer(&context, &answer);
	http_answer_release(&answer);
	return 0;
}
