/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token service that docker-registry's auth.token names as its realm (distribution's docs/content/spec/auth/token.md): GET /token with the
 * vendor's living access token as Basic's password. A POST, docker's way of using a refresh token, is refused: no vendor token may come so.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "endpoints.h"
#include "jwt.h"
#include "options.h"

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

/* One scope "TYPE:NAME:ACTION,ACTION": the name may hold colons (a port), so it ends at the last one. */
static void add_scope(struct json_object *access, char *scope)
{
	char *name = strchr(scope, ':'), *actions = strrchr(scope, ':'), *action;
	struct json_object *entry, *list;

	if (!name || actions == name)
		return;
	*name++ = '\0';
	*actions++ = '\0';
	entry = json_object_new_object();
	list = json_object_new_array();
	while ((action = strsep(&actions, ",")))
		json_object_array_add(list, json_object_new_string(action));
	add_text(entry, "type", scope);
	add_text(entry, "name", name);
	json_object_object_add(entry, "actions", list);
	json_object_array_add(access, entry);
}

/* Every scope parameter, each with one or more scopes separated by spaces. */
static struct json_object *access_claim(const struct fields *query)
{
	struct json_object *access = json_object_new_array();

	for (size_t i = 0; i < query->count; i++) {
		char *copy, *rest, *scope;

		if (strcmp(query->list[i].name, "scope") != 0)
			continue;
		copy = rest = copy_text(query->list[i].value);
		while ((scope = strsep(&rest, " ")))
			add_scope(access, scope);
		free(copy);
	}
	return access;
}

static char *sign(const char *user, const char *service, const struct fields *query)
{
	struct json_object *claims = json_object_new_object();
	char *id = random_uuid(), *token;

	add_text(claims, "iss", options.registry_issuer);
	add_text(claims, "sub", user);
	add_text(claims, "aud", service);
	json_object_object_add(claims, "exp", json_object_new_int64(now_seconds() + options.registry_seconds));
	json_object_object_add(claims, "nbf", json_object_new_int64(now_seconds() - 10));
	json_object_object_add(claims, "iat", json_object_new_int64(now_seconds()));
	add_text(claims, "jti", id);
	json_object_object_add(claims, "access", access_claim(query));
	token = jwt_sign(claims);
	json_object_put(claims);
	free(id);
	return token;
}

static void answer_token(struct answer *answer, const char *user, const struct fields *query)
{
	const char *service = fields_get(query, "service");
	struct json_object *object = json_object_new_object();
	char *token = sign(user, service ? service : "", query);
	const time_t now = (time_t)now_seconds();
	char issued_at[32];
	struct tm utc;

	strftime(issued_at, sizeof(issued_at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	add_text(object, "token", token);
	add_text(object, "access_token", token);
	json_object_object_add(object, "expires_in", json_object_new_int64(options.registry_seconds));
	add_text(object, "issued_at", issued_at);
	answer_json(answer, 200, object);
	free(token);
}

void registry_handle(struct request *request, struct answer *answer)
{
	struct fields query = { NULL, 0 };

	if (whoami_handle(request, answer) || strcmp(request->path, "/token") != 0)
		return;
	if (strcmp(request->method, "GET") != 0)
		return answer_text(answer, 405, "text/plain", "only GET\n");
	fields_read_form(&query, request->query, strlen(request->query));
	state_lock();
	request_set_user(request, authorized_user(request, false, true));
	if (request->user) {
		answer_token(answer, request->user, &query);
	} else {
		answer_text(answer, 401, "application/json",
			    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"a living access token is needed as the password\"}]}");
		answer_header(answer, "WWW-Authenticate", "Basic realm=\"registry tokens\"");
	}
	state_unlock();
	fields_free(&query);
}
