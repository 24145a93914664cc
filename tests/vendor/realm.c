/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keycloak, from its sources and upgrade notes: AbstractDirectGrantAuthenticator and its children for the password grant, TokenManager for the
 * refresh, TokenEndpoint for the rest. 401 for a wrong password became 400 in 26.6 (options.keycloak_status).
 */
#include "realm.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

static void answer_grant(enum grant verdict, struct answer *answer)
{
	static const char *const descriptions[] = {
		[GRANT_WRONG_PASSWORD] = "Invalid user credentials", [GRANT_DISABLED] = "Account disabled",
		[GRANT_NOT_SET_UP] = "Account is not fully set up",  [GRANT_UNKNOWN_TOKEN] = "Invalid refresh token",
		[GRANT_EXPIRED_TOKEN] = "Token is not active",       [GRANT_ENDED_LOGIN] = "Session not active",
		[GRANT_REUSED_TOKEN] = "Maximum allowed refresh token reuse exceeded",
		[GRANT_OTHER_CLIENT] = "Invalid refresh token. Token client and authorized client don't match",
	};
	unsigned status = verdict == GRANT_WRONG_PASSWORD ? (unsigned)options.keycloak_status : 400;

	answer_error(answer, status, "invalid_grant", descriptions[verdict]);
}

/* Returns the client's id (free() it), or NULL after an answer. */
static char *realm_client(const struct realm *realm, const struct request *request, const struct fields *form,
			  struct answer *answer)
{
	const char *form_id = fields_get(form, "client_id");
	enum client_verdict verdict;
	char *id = NULL;
	bool basic;

	if (realm->client) {
		verdict = !form_id ? CLIENT_MISSING : strcmp(form_id, realm->client) == 0 ? CLIENT_OK : CLIENT_UNKNOWN;
		id = copy_text(form_id);
	} else {
		verdict = client_judge(request, form, &id, &basic);
	}
	if (verdict == CLIENT_OK)
		return id;
	free(id);
	if (verdict == CLIENT_MISSING)
		answer_error(answer, 400, "invalid_client", "Missing client_id parameter");
	else if (verdict == CLIENT_BAD_SECRET)
		answer_error(answer, 401, "unauthorized_client", "Invalid client or Invalid client credentials");
	else
		answer_error(answer, 401, "invalid_client", "Invalid client or Invalid client credentials");
	return NULL;
}

static bool is_scope_known(const char *scopes)
{
	static const char *const known[] = { "openid", "profile", "email", "offline_access" };

	for (; *scopes; scopes += strspn(scopes, " ")) {
		size_t length = strcspn(scopes, " ");
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found = found || (strlen(known[i]) == length && memcmp(known[i], scopes, length) == 0);
		if (!found && length > 0)
			return false;
		scopes += length;
	}
	return true;
}

static void grant(const struct realm *realm, struct request *request, const struct fields *form, const char *client,
		  struct answer *answer)
{
	const char *username = fields_get(form, "username"), *password = fields_get(form, "password");
	const char *token = fields_get(form, "refresh_token"), *scope = fields_get(form, "scope");
	bool refreshes = strcmp(fields_get(form, "grant_type"), "refresh_token") == 0;
	struct issued issued;
	enum grant verdict;

	if (scope && !is_scope_known(scope))
		return answer_error(answer, 400, "invalid_scope", "Invalid scopes");
	if (refreshes && !token)
		return answer_error(answer, 400, "invalid_request", "No refresh token");
	if (!refreshes && (!username || !*username))
		return answer_error(answer, 401, "invalid_request", "Missing parameter: username");
	verdict = refreshes ? login_refresh(&realm->dialect, client, token, &issued)
			    : login_with_password(&realm->dialect, client, username, password ? password : "", &issued);
	if (verdict != GRANT_OK)
		return answer_grant(verdict, answer);
	request_set_user(request, issued.login->user->name);
	answer_json(answer, 200, realm->success(&issued, refreshes));
}

static bool read_form(const struct request *request, struct fields *form, struct answer *answer)
{
	if (strcmp(request->method, "POST") != 0)
		answer_text(answer, 405, "application/json", "{\"error\":\"HTTP 405 Method Not Allowed\"}");
	else if (!request_has_type(request, FORM_TYPE))
		answer_text(answer, 415, "application/json", "{\"error\":\"HTTP 415 Unsupported Media Type\"}");
	else if (fields_read_form(form, request->body, (size_t)request->body_length) != 0)
		answer_error(answer, 400, "invalid_request", "the body is no form");
	else if (fields_repeated(form))
		answer_error(answer, 400, "invalid_request", "duplicated parameter");
	else
		return true;
	return false;
}

void realm_token(const struct realm *realm, struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	const char *type;
	char *client = NULL;

	if (!read_form(request, &form, answer) || (realm->refuse && realm->refuse(request, &form, answer)))
		goto out;
	type = fields_get(&form, "grant_type");
	if (!type) {
		answer_error(answer, 400, "invalid_request", "Missing form parameter: grant_type");
		goto out;
	}
	if (strcmp(type, "password") != 0 && strcmp(type, "refresh_token") != 0) {
		answer_error(answer, 400, "unsupported_grant_type", "Unsupported grant_type");
		goto out;
	}
	client = realm_client(realm, request, &form, answer);
	if (client)
		grant(realm, request, &form, client, answer);
out:
	free(client);
	fields_free(&form);
}

struct json_object *realm_members(const struct issued *issued, const char *token_type)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "access_token", json_object_new_string(issued->access->value));
	if (issued->refresh)
		json_object_object_add(object, "refresh_token", json_object_new_string(issued->refresh->value));
	json_object_object_add(object, "token_type", json_object_new_string(token_type));
	json_object_object_add(object, "session_state", json_object_new_string(issued->login->session));
	return object;
}

/* ---- the realm "test": Keycloak as it comes ---- */

static struct json_object *keycloak_success(const struct issued *issued, bool refreshed)
{
	struct json_object *object = realm_members(issued, "Bearer");

	(void)refreshed;
	add_expires_in(object, "expires_in", issued->access);
	json_object_object_add(object, "refresh_expires_in",
			       json_object_new_int64(issued->refresh ? token_seconds(issued->refresh) : 0));
	json_object_object_add(object, "not-before-policy", json_object_new_int(0));
	json_object_object_add(object, "scope", json_object_new_string("profile email"));
	return object;
}

static const struct realm keycloak = {
	.dialect = { .name = "keycloak", .access_seconds = 300, .refresh_seconds = 1800, .prefix = "eyJh" },
	.success = keycloak_success,
};

void keycloak_token(struct request *request, struct answer *answer)
{
	realm_token(&keycloak, request, answer);
}

void keycloak_logout(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	char *client = read_form(request, &form, answer) ? realm_client(&keycloak, request, &form, answer) : NULL;
	const char *token = fields_get(&form, "refresh_token");

	if (client && !token)
		answer_error(answer, 400, "invalid_request", "No refresh token");
	else if (client && !token_revoke(token))
		answer_error(answer, 400, "invalid_grant", "Invalid refresh token");
	else if (client)
		answer_text(answer, 204, NULL, "");
	free(client);
	fields_free(&form);
}

void keycloak_revoke(struct request *request, struct answer *answer)
{
	struct fields form = { NULL, 0 };
	char *client = read_form(request, &form, answer) ? realm_client(&keycloak, request, &form, answer) : NULL;
	const char *token = fields_get(&form, "token");

	if (client && !token) {
		answer_error(answer, 400, "invalid_request", "Token not provided");
	} else if (client) {
		token_revoke(token);
		answer_text(answer, 200, NULL, "");
	}
	free(client);
	fields_free(&form);
}
