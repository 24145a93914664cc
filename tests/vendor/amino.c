/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Amino, from the two revisions of its page: raw JSON under a form content type, nested credentials, "data" as an object or an array, an
 * absolute expiry; the login answer "userStat"; and the operator's OAuth server with its two-step exchange. Undocumented, so assumed: the
 * refresh body's shape, the login path, and every error (JSON:API's "errors").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "options.h"

#define SERVICE_CLIENT "amino"

static const struct dialect amino = { .name = "amino", .access_seconds = 3600, .refresh_seconds = 30 * 86400, .prefix = "eyJ0eXAi" };
static const struct dialect operator_dialect = { .name = "amino-operator", .access_seconds = 3599, .refresh_seconds = 86400, .prefix = "uuid" };

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name, int64_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

static void answer_refusal(struct answer *answer, unsigned status, const char *title)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array(), *error = json_object_new_object();
	char number[16];

	snprintf(number, sizeof(number), "%u", status);
	add_text(error, "status", number);
	add_text(error, "title", title);
	json_object_array_add(list, error);
	json_object_object_add(object, "errors", list);
	answer_json(answer, status, object);
}

static void answer_grant(struct answer *answer, enum grant verdict)
{
	static const struct {
		unsigned status;
		const char *title;
	} refusals[] = {
		[GRANT_WRONG_PASSWORD] = { 401, "Invalid username or password" },
		[GRANT_DISABLED] = { 403, "Account disabled" },
		[GRANT_NOT_SET_UP] = { 403, "Account not set up" },
		[GRANT_UNKNOWN_TOKEN] = { 401, "Invalid refresh token" },
		[GRANT_EXPIRED_TOKEN] = { 401, "Refresh token expired" },
		[GRANT_REUSED_TOKEN] = { 401, "Invalid refresh token" },
		[GRANT_ENDED_LOGIN] = { 401, "Invalid refresh token" },
		[GRANT_OTHER_CLIENT] = { 401, "Invalid refresh token" },
	};

	answer_refusal(answer, refusals[verdict].status, refusals[verdict].title);
}

/* ---- answers ---- */

static struct json_object *attributes(const struct issued *issued)
{
	struct json_object *object = json_object_new_object();
	char number[16];

	snprintf(number, sizeof(number), "%u", issued->login->user->number);
	add_number(object, "login_timestamp", issued->login->started / 1000);
	if (strcmp(options.amino_user_id, "number") == 0)
		add_number(object, "user_id", issued->login->user->number);
	else
		add_text(object, "user_id", number);
	add_text(object, "user_profile_id", issued->login->session);
	add_text(object, "access_token", issued->access->value);
	add_number(object, "expires_at_timestamp",
		   (strcmp(options.amino_expiry, "birth") == 0 ? issued->login->started : issued->access->expires) / 1000);
	if (issued->refresh)
		add_text(object, "refresh_token", issued->refresh->value);
	return object;
}

static void answer_data(struct answer *answer, const struct issued *issued)
{
	struct json_object *object = json_object_new_object(), *data = json_object_new_object(), *list;

	add_text(data, "type", "AuthenticationTokens");
	add_text(data, "id", issued->login->session);
	json_object_object_add(data, "attributes", attributes(issued));
	if (strcmp(options.amino_data, "array") == 0) {
		list = json_object_new_array();
		json_object_array_add(list, data);
		data = list;
	}
	json_object_object_add(object, "data", data);
	answer_json(answer, 200, object);
}

/* [ "TOKEN", EXPIRY ] */
static struct json_object *token_pair(const struct token *token)
{
	struct json_object *pair = json_object_new_array();

	json_object_array_add(pair, json_object_new_string(token->value));
	json_object_array_add(pair, json_object_new_int64(token->expires / 1000));
	return pair;
}

static void answer_userstat(struct answer *answer, const struct issued *issued)
{
	struct json_object *object = json_object_new_object(), *stat = json_object_new_object(), *email = json_object_new_object();

	add_number(stat, "maxAllowedSession", 1000);
	add_number(stat, "currentSession", 1);
	json_object_object_add(stat, "migrated", json_object_new_boolean(false));
	add_number(stat, "configuration", 1);
	add_text(email, "all", "email");
	json_object_object_add(stat, "emailSubscription", email);
	json_object_object_add(stat, "premiumUser", json_object_new_boolean(false));
	json_object_object_add(stat, "streamingOver3G", json_object_new_boolean(true));
	json_object_object_add(stat, "accessToken", token_pair(issued->access));
	if (issued->refresh)
		json_object_object_add(stat, "refreshToken", token_pair(issued->refresh));
	json_object_object_add(object, "userStat", stat);
	answer_json(answer, 200, object);
}

/* RFC 6749's shape; the operator's page prints it so. */
static void answer_rfc(struct answer *answer, const struct issued *issued, const char *scope)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "access_token", issued->access->value);
	if (issued->refresh)
		add_text(object, "refresh_token", issued->refresh->value);
	add_text(object, "scope", scope);
	add_text(object, "token_type", "Bearer");
	add_expires_in(object, "expires_in", issued->access);
	answer_json(answer, 200, object);
}

/* ---- POST /api/auth/v1/access_tokens: raw JSON ---- */

/* A string member, or NULL. */
static const char *member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, name, &value))
		return NULL;
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static bool is_type_wanted(const struct request *request)
{
	const char *wanted = options.amino_content_type;

	return strcmp(wanted, "any") == 0 || request_has_type(request, strcmp(wanted, "form") == 0 ? FORM_TYPE : "application/json");
}

static enum grant password_grant(struct json_object *body, struct issued *issued)
{
	struct json_object *credentials = json_object_object_get(body, "credentials");
	const char *username = member(credentials, "username"), *password = member(credentials, "password");

	return login_with_password(&amino, SERVICE_CLIENT, username ? username : "", password ? password : "", issued);
}

static enum grant refresh_grant(struct json_object *body, struct issued *issued)
{
	bool nested = strcmp(options.amino_refresh, "nested") == 0;
	const char *token = member(nested ? json_object_object_get(body, "credentials") : body, "refresh_token");

	return login_refresh(&amino, SERVICE_CLIENT, token ? token : "", issued);
}

void amino_tokens(struct request *request, struct answer *answer)
{
	struct json_object *body = json_tokener_parse(request->body);
	const char *type = member(body, "grant_type");
	enum grant verdict = GRANT_OK;
	struct issued issued;

	if (strcmp(request->method, "POST") != 0)
		answer_refusal(answer, 405, "Only POST");
	else if (!is_type_wanted(request))
		answer_refusal(answer, 415, "Unsupported Content-Type");
	else if (!type)
		answer_refusal(answer, 400, "The body is no JSON object with a grant_type");
	else if (strcmp(type, "password") == 0)
		verdict = password_grant(body, &issued);
	else if (strcmp(type, "refresh_token") == 0 && strcmp(options.amino_refresh, "refused") != 0)
		verdict = refresh_grant(body, &issued);
	else
		answer_refusal(answer, 400, "Unsupported grant_type");
	if (verdict != GRANT_OK) {
		answer_grant(answer, verdict);
	} else if (!answer->body) {
		request_set_user(request, issued.login->user->name);
		answer_data(answer, &issued);
	}
	json_object_put(body);
}

/* ---- forms ---- */

static bool read_form(const struct request *request, struct fields *form, struct answer *answer)
{
	if (strcmp(request->method, "POST") == 0 && request_has_type(request, FORM_TYPE) &&
	    fields_read_form(form, request->body, (size_t)request->body_length) == 0)
		return true;
	answer_refusal(answer, 400, "A POST with a form is wanted");
	return false;
}

static enum grant form_login(const struct dialect *dialect, const struct fields *form, struct issued *issued)
{
	const char *username = fields_get(form, "username"), *password = fields_get(form, "password");

	return login_with_password(dialect, SERVICE_CLIENT, username ? username : "", password ? password : "", issued);
}

/* The login endpoint, whose path no document gives: here /api/login. */
void amino_login(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	struct issued issued;
	enum grant verdict;

	if (read_form(request, &form, answer)) {
		verdict = form_login(&amino, &form, &issued);
		if (verdict == GRANT_OK)
			answer_userstat(answer, &issued);
		else
			answer_grant(answer, verdict);
	}
	fields_free(&form);
}

static bool is_operator_client(const struct request *request)
{
	char *id = NULL, *secret = NULL;
	bool right = false;

	if (client_basic(request, &id, &secret) == 0) {
		right = strcmp(id, CLIENT_CONFIDENTIAL) == 0 && strcmp(secret, options.client_secret) == 0;
		free(id);
		free(secret);
	}
	return right;
}

/* Step 1, the operator's OpenAM: Basic with client id and secret; form realm, grant_type, username, password, scope. */
void amino_operator(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	const char *type, *realm, *scope;
	struct issued issued;

	if (!read_form(request, &form, answer))
		goto out;
	type = fields_get(&form, "grant_type");
	realm = fields_get(&form, "realm");
	scope = fields_get(&form, "scope");
	if (!is_operator_client(request)) {
		answer_error(answer, 401, "invalid_client", "Client authentication failed");
		answer_header(answer, "WWW-Authenticate", "Basic realm=\"openam\"");
	} else if (!type || strcmp(type, "password") != 0) {
		answer_error(answer, 400, "unsupported_grant_type", "Grant type is not supported");
	} else if (!realm || !*realm || !scope || strcmp(scope, "aminoid") != 0) {
		answer_error(answer, 400, "invalid_request", "realm or scope is missing");
	} else if (form_login(&operator_dialect, &form, &issued) != GRANT_OK) {
		answer_error(answer, 400, "invalid_grant", "The provided access grant is invalid, expired, or revoked.");
	} else {
		request_set_user(request, issued.login->user->name);
		answer_rfc(answer, &issued, "aminoid");
	}
out:
	fields_free(&form);
}

static void answer_exchanged(struct answer *answer, const struct issued *issued)
{
	if (strcmp(options.amino_exchange, "data") == 0)
		answer_data(answer, issued);
	else if (strcmp(options.amino_exchange, "rfc") == 0)
		answer_rfc(answer, issued, "amino");
	else
		answer_userstat(answer, issued);
}

/* Step 2: the operator's access token for Amino's own. */
void amino_exchange(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	const struct token *token;
	const char *value;
	struct issued issued;

	if (!read_form(request, &form, answer))
		goto out;
	value = fields_get(&form, "access_token");
	token = value ? token_live(value) : NULL;
	if (!token || token->login->dialect != &operator_dialect) {
		answer_refusal(answer, 401, "Invalid access token");
	} else {
		login_trusted(&amino, SERVICE_CLIENT, token->login->user, &issued);
		request_set_user(request, issued.login->user->name);
		answer_exchanged(answer, &issued);
	}
out:
	fields_free(&form);
}
