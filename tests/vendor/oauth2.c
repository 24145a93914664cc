/* SPDX-License-Identifier: BSD-3-Clause */
/* A vendor that follows RFC 6749 to the letter: /oauth2/token, and RFC 7009's /oauth2/revoke. */
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"

static const struct dialect oauth2 = { .name = "oauth2", .access_seconds = 3600, .refresh_seconds = 86400, .prefix = "" };

static const struct {
	unsigned status;
	const char *error, *description;
} grant_errors[] = {
	[GRANT_WRONG_PASSWORD] = { 400, "invalid_grant", "the username or the password is wrong" },
	[GRANT_DISABLED] = { 400, "invalid_grant", "the account is disabled" },
	[GRANT_NOT_SET_UP] = { 400, "invalid_grant", "the account is not set up" },
	[GRANT_UNKNOWN_TOKEN] = { 400, "invalid_grant", "the refresh token is unknown" },
	[GRANT_EXPIRED_TOKEN] = { 400, "invalid_grant", "the refresh token has expired" },
	[GRANT_REUSED_TOKEN] = { 400, "invalid_grant", "the refresh token was used before: the login has ended" },
	[GRANT_ENDED_LOGIN] = { 400, "invalid_grant", "the login has ended" },
	[GRANT_OTHER_CLIENT] = { 400, "invalid_grant", "the refresh token belongs to another client" },
};

static void answer_tokens(struct answer *answer, const struct issued *issued)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "access_token", json_object_new_string(issued->access->value));
	json_object_object_add(object, "token_type", json_object_new_string("Bearer"));
	add_expires_in(object, "expires_in", issued->access);
	if (issued->refresh)
		json_object_object_add(object, "refresh_token", json_object_new_string(issued->refresh->value));
	json_object_object_add(object, "scope", json_object_new_string("api"));
	answer_json(answer, 200, object);
}

static void grant(struct request *request, const struct fields *form, const char *client, struct answer *answer)
{
	const char *type = fields_get(form, "grant_type");
	const char *username = fields_get(form, "username"), *password = fields_get(form, "password");
	const char *token = fields_get(form, "refresh_token"), *scope = fields_get(form, "scope");
	struct issued issued;
	enum grant verdict;

	if (!type)
		return answer_error(answer, 400, "invalid_request", "grant_type is missing");
	if (scope && *scope && strcmp(scope, "api") != 0)
		return answer_error(answer, 400, "invalid_scope", "the only scope is api");
	if (strcmp(type, "password") == 0) {
		if (!username || !password)
			return answer_error(answer, 400, "invalid_request", "username or password is missing");
		verdict = login_with_password(&oauth2, client, username, password, &issued);
	} else if (strcmp(type, "refresh_token") == 0) {
		if (!token)
			return answer_error(answer, 400, "invalid_request", "refresh_token is missing");
		verdict = login_refresh(&oauth2, client, token, &issued);
	} else {
		return answer_error(answer, 400, "unsupported_grant_type", "grant_type is neither password nor refresh_token");
	}
	if (verdict != GRANT_OK)
		return answer_error(answer, grant_errors[verdict].status, grant_errors[verdict].error,
				    grant_errors[verdict].description);
	request_set_user(request, issued.login->user->name);
	answer_tokens(answer, &issued);
}

/* What both endpoints want first: a POST with a form, no field twice, a good client. Returns its id (free() it), or NULL after an answer. */
static char *begin(struct request *request, struct fields *form, struct answer *answer)
{
	enum client_verdict verdict;
	char *client = NULL;
	bool basic;

	if (strcmp(request->method, "POST") != 0) {
		answer_text(answer, 405, "text/plain", "only POST\n");
		answer_header(answer, "Allow", "POST");
		return NULL;
	}
	if (!request_has_type(request, FORM_TYPE) ||
	    fields_read_form(form, request->body, (size_t)request->body_length) != 0 || fields_repeated(form)) {
		answer_error(answer, 400, "invalid_request", "the body is no form, or has a field twice");
		return NULL;
	}
	verdict = client_judge(request, form, &client, &basic);
	if (verdict == CLIENT_OK)
		return client;
	free(client);
	if (verdict == CLIENT_TWO_METHODS) {
		answer_error(answer, 400, "invalid_request", "more than one way of client authentication");
		return NULL;
	}
	answer_error(answer, 401, "invalid_client", "the client is unknown, or its secret is wrong");
	if (basic)
		answer_header(answer, "WWW-Authenticate", "Basic realm=\"oauth2\"");
	return NULL;
}

void oauth2_token(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	char *client = begin(request, &form, answer);

	if (client)
		grant(request, &form, client, answer);
	free(client);
	fields_free(&form);
}

void oauth2_revoke(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	char *client = begin(request, &form, answer);
	const char *token = fields_get(&form, "token");

	if (client && !token) {
		answer_error(answer, 400, "invalid_request", "token is missing");
	} else if (client) {
		token_revoke(token);
		answer_text(answer, 200, NULL, "");
	}
	free(client);
	fields_free(&form);
}
