/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/call.h"

#include <string.h>
#include <time.h>

#include "common/fetch/assertion.h"
#include "common/fetch/encode.h"
#include "common/fetch/json_body.h"
#include "common/text.h"

enum { FIELDS_MAX = DIALECT_PARTS_MAX + 2 };

/* The fields of a request with their templates filled. */
struct fields {
	const char *names[FIELDS_MAX];
	struct secret values[FIELDS_MAX];
	size_t count;
};

static int field_add(struct fields *fields, const char *name, const char *text, const struct variables *variables, struct error *error)
{
	struct secret *value = &fields->values[fields->count];

	if (fields->count == FIELDS_MAX)
		return error_set(error, ERROR_CONFIGURATION, "more than %d fields in one request", FIELDS_MAX);
	if (secret_init(value, CALL_FIELD_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (template_expand(value, text, variables, TEMPLATE_TEXT, error) < 0) {
		secret_release(value);
		return -1;
	}
	if (value->length == 0) {
		secret_release(value);
		return 0;
	}
	fields->names[fields->count++] = name;
	return 0;
}

static bool has_field(const struct dialect_step *step, const char *name)
{
	for (size_t i = 0; i < step->fields_count; i++) {
		if (strcmp(step->fields[i].name, name) == 0)
			return true;
	}
	return false;
}

/* RFC 7523 section 2.2; the audience is the URL that the request goes to. */
static int assertion_add(struct fields *fields, const struct dialect_step *step, const char *audience, const struct variables *variables, struct error *error)
{
	if (!has_field(step, "client_assertion_type") &&
	    field_add(fields, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", variables, error) < 0)
		return -1;
	if (fields->count == FIELDS_MAX)
		return error_set(error, ERROR_CONFIGURATION, "more than %d fields in one request", FIELDS_MAX);
	if (assertion_build(&fields->values[fields->count], audience, variables, (int64_t)time(NULL), error) < 0) {
		secret_release(&fields->values[fields->count]);
		return -1;
	}
	fields->names[fields->count++] = "client_assertion";
	return 0;
}

static void fields_release(struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		secret_release(&fields->values[i]);
}

/* Whether, and how, this client proves itself: without a secret it is a public client and only names itself. */
static enum dialect_client_auth client_auth(const struct dialect_step *step, const struct variables *variables)
{
	const struct secret *value = variables_find(variables, "client_secret");

	return value == NULL || value->length == 0 ? CLIENT_AUTH_NONE : step->client_auth;
}

static bool is_basic(enum dialect_client_auth method)
{
	return method == CLIENT_AUTH_BASIC_RAW || method == CLIENT_AUTH_BASIC_FORM;
}

static int fields_fill(struct fields *fields, const struct dialect_step *step, const char *audience, const struct variables *variables, struct error *error)
{
	enum dialect_client_auth method = client_auth(step, variables);

	for (size_t i = 0; i < step->fields_count; i++) {
		if (is_basic(method) && strcmp(step->fields[i].name, "client_id") == 0)
			continue;
		if (field_add(fields, step->fields[i].name, step->fields[i].template_text, variables, error) < 0)
			return -1;
	}
	if (method == CLIENT_AUTH_ASSERTION)
		return assertion_add(fields, step, audience, variables, error);
	if (method != CLIENT_AUTH_POST)
		return 0;
	if (!has_field(step, "client_id") && field_add(fields, "client_id", "{client_id}", variables, error) < 0)
		return -1;
	if (!has_field(step, "client_secret") && field_add(fields, "client_secret", "{client_secret}", variables, error) < 0)
		return -1;
	return 0;
}

/* ---- headers ---- */

/* A header takes visible ASCII, spaces and tabs excepted at its ends by the peer: a line break in a value would begin another header. */
static int header_finish(struct call *call, struct secret *line, const char *name, struct error *error)
{
	if (!secret_ok(line)) {
		secret_release(line);
		return error_set(error, ERROR_CONFIGURATION, "the header %s is longer than %d bytes", name, CALL_HEADER_MAX);
	}
	if (!text_is_visible(line->bytes, line->length)) {
		secret_release(line);
		return error_set(error, ERROR_CONFIGURATION, "the header %s would hold a control character or a byte that is not ASCII", name);
	}
	secret_move(&call->headers[call->headers_count++], line);
	return 0;
}

static int header_begin(struct call *call, struct secret *line, const char *name, struct error *error)
{
	if (call->headers_count == CALL_HEADERS_MAX)
		return error_set(error, ERROR_CONFIGURATION, "more than %d headers in one request", CALL_HEADERS_MAX);
	if (secret_init(line, CALL_HEADER_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	secret_append_text(line, name);
	secret_append_text(line, ": ");
	return 0;
}

static int header_add(struct call *call, const char *name, const char *text, const struct variables *variables, struct error *error)
{
	struct secret line = SECRET_NONE;

	if (header_begin(call, &line, name, error) < 0)
		return -1;
	if (template_expand(&line, text, variables, TEMPLATE_TEXT, error) < 0) {
		secret_release(&line);
		return -1;
	}
	return header_finish(call, &line, name, error);
}

static void append_part(struct secret *out, const struct secret *part, bool form)
{
	if (part == NULL)
		return;
	if (form)
		encode_form(out, part->bytes, part->length);
	else
		secret_append(out, part->bytes, part->length);
}

/* RFC 7617; form: name and password are form-encoded first. */
static int header_add_pair(struct call *call, const struct secret *name, const struct secret *password, bool form, struct error *error)
{
	struct secret pair = SECRET_NONE, line = SECRET_NONE;
	int result = -1;

	if (secret_init(&pair, CALL_HEADER_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	append_part(&pair, name, form);
	secret_append(&pair, ":", 1);
	append_part(&pair, password, form);
	if (!secret_ok(&pair)) {
		error_set(error, ERROR_CONFIGURATION, "what is to be sent by HTTP Basic is too long for a header");
	} else if (header_begin(call, &line, "Authorization", error) == 0) {
		secret_append_text(&line, "Basic ");
		encode_base64(&line, pair.bytes, pair.length);
		result = header_finish(call, &line, "Authorization", error);
	}
	secret_release(&pair);
	return result;
}

/* Encoded where the vendor follows RFC 6749 section 2.3.1 to the letter. */
static int header_add_client(struct call *call, bool form, const struct variables *variables, struct error *error)
{
	struct secret id = SECRET_NONE;
	int result = -1;

	if (secret_init(&id, DIALECT_TEMPLATE_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (template_expand(&id, "{client_id}", variables, TEMPLATE_TEXT, error) == 0)
		result = header_add_pair(call, &id, variables_find(variables, "client_secret"), form, error);
	secret_release(&id);
	return result;
}

static int header_add_user(struct call *call, const struct variables *variables, struct error *error)
{
	const struct secret *username = variables_find(variables, "username");

	if (username != NULL && memchr(username->bytes, ':', username->length) != NULL)
		return error_set(error, ERROR_REFUSED, "a username with a colon cannot be sent by HTTP Basic");
	return header_add_pair(call, username, variables_find(variables, "password"), false, error);
}

static bool has_header(const struct dialect_step *step, const char *name)
{
	for (size_t i = 0; i < step->headers_count; i++) {
		if (text_equal_ignoring_case(step->headers[i].name, name))
			return true;
	}
	return false;
}

static const char *content_type(const struct dialect_step *step)
{
	if (step->content_type != NULL)
		return step->content_type;
	return step->body == BODY_JSON ? "application/json" : "application/x-www-form-urlencoded";
}

static int build_headers(struct call *call, const struct dialect_step *step, const struct variables *variables, struct error *error)
{
	enum dialect_client_auth method = client_auth(step, variables);
	bool has_body = !call->get && (step->body == BODY_FORM || step->body == BODY_JSON);

	if (is_basic(method) && header_add_client(call, method == CLIENT_AUTH_BASIC_FORM, variables, error) < 0)
		return -1;
	if (step->user_basic && header_add_user(call, variables, error) < 0)
		return -1;
	if (!has_header(step, "Accept") && header_add(call, "Accept", "application/json", variables, error) < 0)
		return -1;
	if (has_body && !has_header(step, "Content-Type") &&
	    header_add(call, "Content-Type", content_type(step), variables, error) < 0)
		return -1;
	for (size_t i = 0; i < step->headers_count; i++) {
		if (header_add(call, step->headers[i].name, step->headers[i].template_text, variables, error) < 0)
			return -1;
	}
	return 0;
}

/* ---- body and URL ---- */

static int build_json(struct call *call, const struct fields *fields, struct error *error)
{
	struct json_field list[FIELDS_MAX];

	for (size_t i = 0; i < fields->count; i++)
		list[i] = (struct json_field){ fields->names[i], &fields->values[i] };
	return json_body_build(&call->body, list, fields->count, error);
}

static void build_form(struct secret *out, const struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		encode_form_field(out, fields->names[i], fields->values[i].bytes, fields->values[i].length);
}

static int build_query(struct call *call, const struct fields *fields, struct error *error)
{
	struct secret query;
	int result = 0;

	if (secret_init(&query, CALL_BODY_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	build_form(&query, fields);
	if (query.length > 0)
		secret_append_text(&call->target, strchr(call->url.text, '?') == NULL ? "?" : "&");
	secret_append(&call->target, query.bytes, query.length);
	if (!secret_ok(&query) || !secret_ok(&call->target))
		result = error_set(error, ERROR_CONFIGURATION, "the request's query is too long");
	secret_release(&query);
	return result;
}

static int build_body(struct call *call, const struct dialect_step *step, const struct fields *fields, struct error *error)
{
	switch (step->body) {
	case BODY_JSON:
		return build_json(call, fields, error);
	case BODY_QUERY:
		return build_query(call, fields, error);
	case BODY_FORM:
		build_form(&call->body, fields);
		if (!secret_ok(&call->body))
			return error_set(error, ERROR_CONFIGURATION, "the request body is longer than %d bytes", CALL_BODY_MAX);
		return 0;
	case BODY_NONE:
		return 0;
	}
	return error_set(error, ERROR_CONFIGURATION, "the step %s has an unknown kind of body", step->name);
}

int call_url(const struct dialect_step *step, const char *text, const struct variables *variables,
	     struct url *url, struct error *error)
{
	struct secret filled;
	int result = -1;

	if (text == NULL)
		return error_set(error, ERROR_CONFIGURATION, "the dialect's step %s has no url",
				 step->name);
	if (secret_init(&filled, URL_MAX - 1) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (template_expand(&filled, text, variables, TEMPLATE_URL, error) == 0) {
		if (filled.length == 0)
			error_set(error, ERROR_CONFIGURATION,
				  "there is no URL for the step %s: set %s in the vendor file",
				  step->name, text);
		else
			result = url_parse(filled.bytes, url, error);
	}
	secret_release(&filled);
	return result;
}

static int build_target(struct call *call, const struct dialect_step *step,
			const struct variables *variables, struct error *error)
{
	if (call_url(step, step->url, variables, &call->url, error) < 0)
		return -1;
	secret_append_text(&call->target, call->url.text);
	return 0;
}

int call_build(struct call *call, const struct dialect_step *step, const struct variables *variables, struct error *error)
{
	struct fields fields;
	int result = -1;

	memset(call, 0, sizeof(*call));
	memset(&fields, 0, sizeof(fields));
	call->get = step->get;
	if (secret_init(&call->body, CALL_BODY_MAX) < 0 || secret_init(&call->target, URL_MAX + CALL_BODY_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (build_target(call, step, variables, error) == 0 && build_headers(call, step, variables, error) == 0 &&
	    fields_fill(&fields, step, call->url.text, variables, error) == 0)
		result = build_body(call, step, &fields, error);
	fields_release(&fields);
	return result;
}

void call_release(struct call *call)
{
	for (size_t i = 0; i < call->headers_count; i++)
		secret_release(&call->headers[i]);
	call->headers_count = 0;
	secret_release(&call->target);
	secret_release(&call->body);
}
