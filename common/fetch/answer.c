/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/answer.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/exchange.h"
#include "common/fetch/document.h"
#include "common/fetch/judge.h"
#include "common/fetch/lifetime.h"
#include "common/text.h"

/* One answer while it is read. */
struct reading {
	const struct answer_context *context;
	const struct http_answer *answer;
	struct document *document; /* NULL: the body is not JSON */
	struct outcome *outcome;
	char code[OUTCOME_CODE_MAX];
	char description[512];
	bool has_error;            /* something that is not null or "" stands at the error path */
};

bool answer_type_is_json(const char *content_type, const char *accept_types)
{
	char type[HTTP_TYPE_MAX];
	size_t length = strcspn(content_type, "; \t");

	if (length == 0 || length >= sizeof(type))
		return false;
	memcpy(type, content_type, length);
	type[length] = '\0';
	if (text_equal_ignoring_case(type, "application/json"))
		return true;
	if (length > 5 && text_equal_ignoring_case(type + length - 5, "+json"))
		return true;
	return accept_types != NULL && dialect_word_in(accept_types, type);
}

static enum document_kind find(const struct reading *reading, enum dialect_role role, struct document_value *value)
{
	return document_find(reading->document, dialect_paths(reading->context->dialect, reading->context->step, role), value);
}

static bool is_text(const struct document_value *value)
{
	return value->kind == DOCUMENT_STRING && strlen(value->bytes) == value->length;
}

static bool is_empty_text(const struct document_value *value)
{
	return value->kind == DOCUMENT_STRING && value->length == 0;
}

/* ---- errors ---- */

static void read_error(struct reading *reading)
{
	struct document_value value;

	if (find(reading, ROLE_ERROR, &value) != DOCUMENT_MISSING && !is_empty_text(&value)) {
		reading->has_error = true;
		if (value.kind == DOCUMENT_INTEGER)
			snprintf(reading->code, sizeof(reading->code), "%lld", (long long)value.integer);
		else if (is_text(&value))
			text_copy(reading->code, sizeof(reading->code), value.bytes); /* longer: no known word */
	}
	if (find(reading, ROLE_ERROR_DESCRIPTION, &value) == DOCUMENT_STRING && is_text(&value))
		text_copy(reading->description, sizeof(reading->description), value.bytes);
}

/* True where the word repeats a secret that was sent; short ones stand in any word. */
static bool repeats_secret(const char *code, const struct variables *sent)
{
	static const char *const names[] = { "password", "password_suffix", "otp", "client_secret", "access_token", "refresh_token" };

	for (size_t i = 0; sent != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		const struct secret *value = variables_find(sent, names[i]);

		if (value != NULL && value->length >= 4 && strstr(code, value->bytes) != NULL)
			return true;
	}
	return false;
}

/* Only what looks like a word of a protocol is shown: a vendor that echoes what was sent must not write into our logs. */
static bool is_showable(const char *code, const struct variables *sent)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return code[0] != '\0' && strspn(code, letters) == strlen(code) && !repeats_secret(code, sent);
}

static const char *verdict_sentence(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_REFUSED:
		return "refused the login";
	case VERDICT_ACCOUNT:
		return "says this account cannot be used";
	case VERDICT_CONFIGURATION:
		return "does not accept this client or request";
	case VERDICT_RATE_LIMITED:
		return "wants fewer requests";
	case VERDICT_LOGIN_AGAIN:
		return "says this login has ended";
	case VERDICT_SUCCESS:
	case VERDICT_UNAVAILABLE:
		break;
	}
	return "gave no verdict";
}

static const char *verdict_advice(enum verdict verdict)
{
	return verdict == VERDICT_CONFIGURATION ? "; check the URL, client_id, client_secret_file and scope of the vendor file" : "";
}

static int fail_by_rule(struct reading *reading)
{
	const struct finding finding = {
		.status = reading->answer->status,
		.body = reading->document != NULL ? ANSWER_JSON : reading->answer->body.length == 0 ? ANSWER_EMPTY : ANSWER_OTHER,
		.code = reading->code,
		.description = reading->description,
	};
	const struct dialect_rule *rule = judge(reading->context->dialect, reading->context->step, &finding);
	enum verdict verdict = rule == NULL || rule->means == VERDICT_SUCCESS ? VERDICT_UNAVAILABLE : rule->means;
	bool has_word = is_showable(reading->code, reading->context->sent);

	if (rule != NULL)
		text_copy(reading->outcome->rule, sizeof(reading->outcome->rule), rule->name);
	if (has_word)
		text_copy(reading->outcome->code, sizeof(reading->outcome->code), reading->code);
	return outcome_fail(reading->outcome, verdict, "%s %s: status %d%s%s%s%s%s", reading->context->host, verdict_sentence(verdict), finding.status,
			    has_word ? ", " : "", has_word ? reading->code : "", rule != NULL ? ", rule " : "", rule != NULL ? rule->name : "",
			    verdict_advice(verdict));
}

/* A success status that brings no login, and no rule that says why: whoever writes a dialect wants to know where it was looked for. */
static int fail_without_token(struct reading *reading)
{
	const struct answer_context *context = reading->context;
	enum dialect_role role = reading->has_error ? ROLE_ERROR : ROLE_ACCESS_TOKEN;
	struct outcome *outcome = reading->outcome;
	const char *paths = dialect_paths(context->dialect, context->step, role);
	size_t length;

	fail_by_rule(reading);
	length = strlen(outcome->message);
	if (outcome->rule[0] == '\0' && paths != NULL)
		snprintf(outcome->message + length, sizeof(outcome->message) - length, "; there is %s at %s", reading->has_error ? "an error word" : "no access token",
			 paths);
	return -1;
}

static int fail_unusable(struct reading *reading, const char *why)
{
	return outcome_fail(reading->outcome, VERDICT_UNAVAILABLE, "%s answered %d, but %s", reading->context->host, reading->answer->status, why);
}

/* ---- tokens ---- */

static int take_token(struct reading *reading, const struct document_value *value, const char *what, struct secret *token)
{
	char why[128];

	if (value->kind != DOCUMENT_STRING)
		snprintf(why, sizeof(why), "the %s is not a string", what);
	else if (value->length > TOKEN_MAX)
		snprintf(why, sizeof(why), "the %s has %zu bytes; more than %d cannot be kept", what, value->length, TOKEN_MAX);
	else if (token_check(value->bytes, value->length, reading->context->dialect->token_visible) < 0)
		snprintf(why, sizeof(why), "the %s is empty or holds characters that no token may have", what);
	else if (secret_set(token, value->bytes, value->length) < 0)
		snprintf(why, sizeof(why), "memory is short");
	else
		return 0;
	return fail_unusable(reading, why);
}

/* RFC 6749 section 7.1: a token of a type that we do not know must not be used. */
static int check_type(struct reading *reading)
{
	const struct answer_context *context = reading->context;
	int required = context->step->answer.token_type_required;
	struct document_value value;

	if (dialect_paths(context->dialect, context->step, ROLE_TOKEN_TYPE) == NULL)
		return 0;
	if (required < 0)
		required = context->dialect->answer.token_type_required;
	if (find(reading, ROLE_TOKEN_TYPE, &value) == DOCUMENT_MISSING)
		return required > 0 ? fail_unusable(reading, "the token's type is missing") : 0;
	if (!is_text(&value) || !text_equal_ignoring_case(value.bytes, "bearer"))
		return fail_unusable(reading, "the token is not of type Bearer");
	return 0;
}

static int read_tokens(struct reading *reading, const struct document_value *access)
{
	struct outcome *outcome = reading->outcome;
	struct document_value value;

	if (take_token(reading, access, "access token", &outcome->access_token) < 0 || check_type(reading) < 0)
		return -1;
	if (!reading->context->keep_refresh || find(reading, ROLE_REFRESH_TOKEN, &value) == DOCUMENT_MISSING || is_empty_text(&value))
		return 0;
	if (take_token(reading, &value, "refresh token", &outcome->refresh_token) < 0)
		return -1;
	if (outcome->access_token.length + outcome->refresh_token.length > TOKENS_MAX)
		return outcome_fail(outcome, VERDICT_UNAVAILABLE,
				    "%s gave tokens of %zu bytes together; more than %d do not fit into a keyring: ask the vendor for smaller tokens",
				    reading->context->host, outcome->access_token.length + outcome->refresh_token.length, TOKENS_MAX);
	return 0;
}

/* ---- lifetimes ---- */

/* The moment from which an absolute end is measured: the vendor's own clock, wherever it shows; else this machine's, where that can be right. -1: nobody knows. */
static int64_t reference_moment(const struct reading *reading)
{
	struct document_value value;
	int64_t moment = 0;

	if (find(reading, ROLE_LOGIN_TIME, &value) != DOCUMENT_MISSING)
		moment = lifetime_moment(&value);
	if (moment == 0)
		moment = reading->answer->date;
	if (moment != 0)
		return moment;
	return clock_is_possible(reading->context->now) ? reading->context->now : -1;
}

/* The step's setting, else [answer]'s, else fallback. */
static int setting(int of_step, int of_dialect, int fallback)
{
	if (of_step >= 0)
		return of_step;
	return of_dialect >= 0 ? of_dialect : fallback;
}

static void set_default_lifetime(struct reading *reading)
{
	const struct answer_context *context = reading->context;
	int64_t seconds = context->default_lifetime > 0 ? context->default_lifetime : context->dialect->default_lifetime;

	reading->outcome->lifetime = seconds > 0 ? seconds : LIFETIME_DEFAULT;
	text_copy(reading->outcome->lifetime_from, sizeof(reading->outcome->lifetime_from), "default");
}

static int read_lifetime(struct reading *reading, int64_t reference)
{
	const struct dialect *dialect = reading->context->dialect;
	const struct dialect_step *step = reading->context->step;
	struct outcome *outcome = reading->outcome;
	int kind = setting(step->answer.lifetime_is, dialect->answer.lifetime_is, LIFETIME_AUTO);

	switch (lifetime_find(reading->document, dialect_paths(dialect, step, ROLE_LIFETIME), (enum dialect_lifetime_kind)kind, reference,
			      &outcome->lifetime, outcome->lifetime_from)) {
	case LIFETIME_KNOWN:
		return 0;
	case LIFETIME_UNKNOWN:
		set_default_lifetime(reading);
		return 0;
	case LIFETIME_ENDED:
		break;
	}
	return fail_unusable(reading, "the token has ended already");
}

static void read_refresh_lifetime(struct reading *reading, int64_t reference)
{
	const struct dialect *dialect = reading->context->dialect;
	const struct dialect_step *step = reading->context->step;
	struct outcome *outcome = reading->outcome;
	int kind = setting(step->answer.refresh_lifetime_is, dialect->answer.refresh_lifetime_is, LIFETIME_AUTO);
	enum lifetime_result result;

	result = lifetime_find(reading->document, dialect_paths(dialect, step, ROLE_REFRESH_LIFETIME), (enum dialect_lifetime_kind)kind,
			       reference, &outcome->refresh_lifetime, NULL);
	if (result == LIFETIME_ENDED && setting(step->answer.refresh_zero_is_end, dialect->answer.refresh_zero_is_end, 0) == 1)
		secret_release(&outcome->refresh_token);
}

/* Whose token it is, where the answer says so. What names nobody is no answer: the caller compares only what it was told. */
static int read_subject(struct reading *reading)
{
	struct outcome *outcome = reading->outcome;
	struct document_value value;

	switch (find(reading, ROLE_SUBJECT, &value)) {
	case DOCUMENT_MISSING:
		return 0;
	case DOCUMENT_INTEGER:
		snprintf(outcome->subject, sizeof(outcome->subject), "%lld", (long long)value.integer);
		return 0;
	case DOCUMENT_STRING:
		text_printable(outcome->subject, sizeof(outcome->subject), value.bytes, value.length);
		break;
	case DOCUMENT_OTHER:
		break;
	}
	if (outcome->subject[0] != '\0')
		return 0;
	return outcome_fail(outcome, VERDICT_UNAVAILABLE, "%s does not say properly whose token it is: the subject is no name", reading->context->host);
}

/* ---- scope ---- */

static bool step_asks_for_scope(const struct reading *reading)
{
	const struct dialect_step *step = reading->context->step;

	for (size_t i = 0; reading->context->sent != NULL && i < step->fields_count; i++) {
		if (template_names(step->fields[i].template_text, reading->context->sent, "scope"))
			return true;
	}
	return false;
}

/* The first word of asked that is not among granted, into word; false where there is none. */
static bool missing_word(const char *asked, const char *granted, char word[static DIALECT_NAME_MAX])
{
	for (asked += strspn(asked, " "); *asked != '\0'; asked += strspn(asked, " ")) {
		size_t length = strcspn(asked, " ");
		char whole[DIALECT_TEMPLATE_MAX];

		snprintf(whole, sizeof(whole), "%.*s", (int)length, asked);
		snprintf(word, DIALECT_NAME_MAX, "%.*s", DIALECT_NAME_MAX - 1, whole);
		if (!dialect_word_in(granted, whole))
			return true;
		asked += length;
	}
	return false;
}

static int judge_scope(struct reading *reading, const char *asked, const char *granted)
{
	const struct dialect_answer *of_step = &reading->context->step->answer, *of_dialect = &reading->context->dialect->answer;
	struct outcome *outcome = reading->outcome;
	char word[DIALECT_NAME_MAX], text[OUTCOME_MESSAGE_MAX];

	if (!missing_word(asked, granted, word))
		return 0;
	snprintf(text, sizeof(text), "%s granted less than the scope of the vendor file: '%s' is missing", reading->context->host, word);
	if (setting(of_step->narrow_scope_refused, of_dialect->narrow_scope_refused, 0) == 1)
		return outcome_fail(outcome, VERDICT_CONFIGURATION, "%s", text);
	text_printable(outcome->message, sizeof(outcome->message), text, strlen(text));
	return 0;
}

/* RFC 6749 section 5.1: where the scope is another than was asked for, the answer says so. */
static int check_scope(struct reading *reading)
{
	struct document_value value;
	struct secret asked;
	struct error error;
	int result = 0;

	if (!step_asks_for_scope(reading) || find(reading, ROLE_SCOPE, &value) == DOCUMENT_MISSING || !is_text(&value))
		return 0;
	if (secret_init(&asked, DIALECT_TEMPLATE_MAX) < 0)
		return outcome_fail(reading->outcome, VERDICT_UNAVAILABLE, "out of memory");
	if (template_expand(&asked, "{scope}", reading->context->sent, TEMPLATE_TEXT, &error) < 0)
		result = outcome_fail(reading->outcome, VERDICT_CONFIGURATION, "%s", error.text);
	else
		result = judge_scope(reading, asked.bytes, value.bytes);
	secret_release(&asked);
	return result;
}

/* ---- the whole ---- */

static int read_success(struct reading *reading)
{
	struct document_value access;
	int64_t reference;

	if (!reading->context->needs_token)
		return 0;
	if (reading->has_error || find(reading, ROLE_ACCESS_TOKEN, &access) == DOCUMENT_MISSING)
		return fail_without_token(reading);
	reference = reference_moment(reading);
	if (read_tokens(reading, &access) < 0 || read_lifetime(reading, reference) < 0 || check_scope(reading) < 0)
		return -1;
	read_refresh_lifetime(reading, reference);
	return read_subject(reading);
}

/* The vendor's clock is another: worth a line where all went well, and a cause where it does not accept what we made of the time. */
static void doubt_clock(struct reading *reading)
{
	const struct answer_context *context = reading->context;
	struct outcome *outcome = reading->outcome;
	char doubt[CLOCK_DOUBT_TEXT_MAX];
	size_t length = strlen(outcome->message);

	if (!clock_doubt_date(doubt, context->host, reading->answer->date, context->now))
		return;
	if (outcome->verdict == VERDICT_SUCCESS && length == 0)
		text_copy(outcome->message, sizeof(outcome->message), doubt);
	else if (outcome->verdict == VERDICT_CONFIGURATION)
		snprintf(outcome->message + length, sizeof(outcome->message) - length, "; %s", doubt);
}

static int read_whole(struct reading *reading)
{
	int status = reading->answer->status;

	if (status >= 300 && status <= 399)
		return outcome_fail(reading->outcome, VERDICT_UNAVAILABLE,
				    "%s answered %d, a redirect; a password is never sent on: is the URL in the vendor file right?", reading->context->host, status);
	read_error(reading);
	if (!judge_is_success(reading->context->step, status))
		return fail_by_rule(reading);
	return read_success(reading);
}

int answer_read(const struct answer_context *context, const struct http_answer *answer, struct outcome *outcome)
{
	struct reading reading = { .context = context, .answer = answer, .outcome = outcome };
	int result;

	outcome->status = answer->status;
	outcome->retry_after = answer->status == 429 || answer->status == 503 ? answer->retry_after : 0;
	text_copy(outcome->address, sizeof(outcome->address), answer->address);
	if (answer_type_is_json(answer->content_type, context->step->accept_types))
		reading.document = document_parse(answer->body.bytes, answer->body.length);
	result = read_whole(&reading);
	if (result == 0)
		outcome->verdict = VERDICT_SUCCESS;
	doubt_clock(&reading);
	document_release(reading.document);
	return result;
}
