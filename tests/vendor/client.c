/* SPDX-License-Identifier: BSD-3-Clause */
/* Who calls: client authentication, and access tokens brought to the services beside the vendor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "endpoints.h"
#include "options.h"

int client_basic(const struct request *request, char **id, char **secret)
{
	if (basic_read(fields_get_header(&request->headers, "Authorization"), id, secret) != 0)
		return -1;
	if (strcmp(options.basic_encoding, "raw") == 0)
		return 0;
	if (form_decode(*id, strlen(*id)) >= 0 && form_decode(*secret, strlen(*secret)) >= 0)
		return 0;
	free(*id);
	free(*secret);
	return -1;
}

static enum client_verdict judge(const char *id, const char *secret)
{
	if (!id || !*id)
		return CLIENT_MISSING;
	if (strcmp(id, CLIENT_PUBLIC) == 0)
		return CLIENT_OK;
	if (strcmp(id, CLIENT_CONFIDENTIAL) != 0)
		return CLIENT_UNKNOWN;
	return secret && strcmp(secret, options.client_secret) == 0 ? CLIENT_OK : CLIENT_BAD_SECRET;
}

enum client_verdict client_judge(const struct request *request, const struct fields *form, char **id, bool *basic)
{
	const char *form_id = fields_get(form, "client_id");
	const char *form_secret = fields_get(form, "client_secret");
	char *secret = NULL;
	enum client_verdict verdict;

	*id = NULL;
	*basic = fields_get_header(&request->headers, "Authorization");
	if (!*basic) {
		*id = copy_text(form_id);
		return judge(form_id, form_secret);
	}
	if (client_basic(request, id, &secret) != 0)
		return CLIENT_MISSING;
	verdict = form_secret || (form_id && strcmp(form_id, *id) != 0) ? CLIENT_TWO_METHODS : judge(*id, secret);
	free(secret);
	return verdict;
}

bool request_has_type(const struct request *request, const char *type)
{
	const char *given = fields_get_header(&request->headers, "Content-Type");
	size_t length = strlen(type);

	return given && strncasecmp(given, type, length) == 0 && strchr("; ", given[length]);
}

int64_t token_seconds(const struct token *token)
{
	return (token->expires - token->issued) / 1000;
}

void add_expires_in(struct json_object *answer, const char *name, const struct token *token)
{
	char number[32];

	if (strcmp(options.expiry, "absent") == 0)
		return;
	if (strcmp(options.expiry, "string") == 0) {
		snprintf(number, sizeof(number), "%lld", (long long)token_seconds(token));
		json_object_object_add(answer, name, json_object_new_string(number));
		return;
	}
	json_object_object_add(answer, name,
			       json_object_new_int64(strcmp(options.expiry, "java_timestamp") == 0 ? token->expires
												   : token_seconds(token)));
}

const char *authorized_user(const struct request *request, bool bearer, bool basic)
{
	const char *authorization = fields_get_header(&request->headers, "Authorization");
	const char *value = bearer_read(authorization);
	const struct token *token = NULL;
	char *name, *password;

	if (value)
		token = bearer ? token_live(value) : NULL;
	else if (basic && basic_read(authorization, &name, &password) == 0) {
		token = token_live(password);
		free(name);
		free(password);
	}
	return token ? token->login->user->name : NULL;
}

bool whoami_handle(struct request *request, struct answer *answer)
{
	struct json_object *object;

	if (strcmp(request->path, "/api/whoami") != 0)
		return false;
	state_lock();
	request_set_user(request, authorized_user(request, true, false));
	if (request->user) {
		object = json_object_new_object();
		json_object_object_add(object, "user", json_object_new_string(request->user));
		answer_json(answer, 200, object);
	} else {
		answer_error(answer, 401, "invalid_token", "no living access token came as Authorization: Bearer");
		answer_header(answer, "WWW-Authenticate", "Bearer realm=\"testvendor\", error=\"invalid_token\"");
	}
	state_unlock();
	return true;
}
