/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins and their tokens: rotation of refresh tokens, and the end of a login whose old refresh token comes back. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "options.h"
#include "state.h"

static struct login *logins;
static struct token *tokens;
static unsigned logins_count;

static char *token_value(const struct dialect *dialect, bool refresh)
{
	size_t length = (size_t)(refresh ? options.refresh_length : options.access_length);
	size_t prefix = strlen(dialect->prefix);
	char *value;

	if (strcmp(dialect->prefix, "uuid") == 0)
		return random_uuid();
	value = random_text(length);
	memcpy(value, dialect->prefix, prefix < length ? prefix : length);
	return value;
}

static int64_t token_end(const struct login *login, bool refresh)
{
	const struct dialect *dialect = login->dialect;
	int64_t from = refresh && dialect->refresh_from_login ? login->started : now_milliseconds();
	int64_t seconds = refresh ? options.refresh_seconds : options.access_seconds;

	if (seconds == 0)
		seconds = refresh ? dialect->refresh_seconds : dialect->access_seconds;
	return from + seconds * 1000;
}

static const struct token *token_issue(struct login *login, bool refresh)
{
	struct token *token = calloc(1, sizeof(*token));

	if (!token)
		errx(1, "out of memory");
	token->value = token_value(login->dialect, refresh);
	token->refresh = refresh;
	token->login = login;
	token->issued = now_milliseconds();
	token->expires = token_end(login, refresh);
	token->next = tokens;
	tokens = token;
	return token;
}

static struct login *login_begin(const struct dialect *dialect, const char *client, struct user *user)
{
	struct login *login = calloc(1, sizeof(*login));

	if (!login)
		errx(1, "out of memory");
	login->number = ++logins_count;
	login->dialect = dialect;
	login->user = user;
	login->client = copy_text(client);
	login->session = random_uuid();
	login->started = now_milliseconds();
	login->next = logins;
	logins = login;
	return login;
}

void login_trusted(const struct dialect *dialect, const char *client, struct user *user, struct issued *issued)
{
	struct login *login = login_begin(dialect, client, user);

	issued->login = login;
	issued->access = token_issue(login, false);
	issued->refresh = strcmp(options.refresh_token, "given") == 0 ? token_issue(login, true) : NULL;
}

enum grant login_with_password(const struct dialect *dialect, const char *client, const char *name, const char *password,
			       struct issued *issued)
{
	struct user *user = user_find(name);
	enum grant grant = GRANT_OK;

	if (user && user->state == USER_DISABLED)
		grant = GRANT_DISABLED;
	else if (!user || user->state == USER_LOCKED || strcmp(user->password, password) != 0)
		grant = GRANT_WRONG_PASSWORD;
	else if (user->state == USER_NOT_SET_UP)
		grant = GRANT_NOT_SET_UP;
	count_up(COUNT_PASSWORD_POSTS, dialect->name, name);
	if (grant != GRANT_OK) {
		count_up(COUNT_PASSWORD_REFUSED, dialect->name, name);
		return grant;
	}
	login_trusted(dialect, client, user, issued);
	return GRANT_OK;
}

static struct token *token_find(const char *value, bool refresh)
{
	for (struct token *token = tokens; token; token = token->next)
		if (token->refresh == refresh && strcmp(token->value, value) == 0)
			return token;
	return NULL;
}

static enum grant refresh_judge(const struct token *token, const struct dialect *dialect, const char *client)
{
	if (!token || token->login->dialect != dialect)
		return GRANT_UNKNOWN_TOKEN;
	if (strcmp(token->login->client, client) != 0)
		return GRANT_OTHER_CLIENT;
	if (token->login->ended || token->revoked)
		return GRANT_ENDED_LOGIN;
	if (token->expires <= now_milliseconds())
		return GRANT_EXPIRED_TOKEN;
	if (token->rotated && token->rotated + options.reuse_grace_seconds * 1000 <= now_milliseconds()) {
		token->login->ended = "a rotated refresh token was used again";
		return GRANT_REUSED_TOKEN;
	}
	return token->login->user->state == USER_ACTIVE ? GRANT_OK : GRANT_DISABLED;
}

static void end_older_access(const struct login *login)
{
	for (struct token *token = tokens; token; token = token->next)
		if (token->login == login && !token->refresh)
			token->revoked = true;
}

enum grant login_refresh(const struct dialect *dialect, const char *client, const char *refresh_token, struct issued *issued)
{
	struct token *token = token_find(refresh_token, true);
	const char *name = token ? token->login->user->name : NULL;
	enum grant grant = refresh_judge(token, dialect, client);

	count_up(COUNT_REFRESH_POSTS, dialect->name, name);
	if (grant != GRANT_OK) {
		count_up(COUNT_REFRESH_REFUSED, dialect->name, name);
		return grant;
	}
	if (options.refresh_ends_access)
		end_older_access(token->login);
	if (strcmp(options.rotation, "rotate") == 0 && !token->rotated)
		token->rotated = now_milliseconds();
	issued->login = token->login;
	issued->access = token_issue(token->login, false);
	issued->refresh = strcmp(options.rotation, "keep") == 0 ? NULL : token_issue(token->login, true);
	return GRANT_OK;
}

static bool is_live(const struct token *token)
{
	return !token->revoked && !token->login->ended && token->expires > now_milliseconds() &&
	       token->login->user->state == USER_ACTIVE;
}

const struct token *token_live(const char *value)
{
	const struct token *token = token_find(value, false);

	return token && is_live(token) ? token : NULL;
}

bool token_revoke(const char *value)
{
	struct token *access = token_find(value, false);
	struct token *refresh = token_find(value, true);
	struct token *token = access ? access : refresh;

	count_up(COUNT_REVOCATIONS, token ? token->login->dialect->name : "unknown", token ? token->login->user->name : NULL);
	if (access)
		access->revoked = true;
	else if (refresh && !refresh->login->ended)
		refresh->login->ended = "revoked";
	return token;
}

static bool is_of(const struct login *login, const char *user)
{
	return !user || strcmp(login->user->name, user) == 0;
}

unsigned logins_end(const char *user, const char *reason)
{
	unsigned ended = 0;

	for (struct login *login = logins; login; login = login->next) {
		if (!login->ended && is_of(login, user)) {
			login->ended = reason;
			ended++;
		}
	}
	return ended;
}

unsigned tokens_expire(const char *user, bool refresh)
{
	unsigned expired = 0;

	for (struct token *token = tokens; token; token = token->next) {
		if (token->refresh == refresh && is_of(token->login, user) && is_live(token)) {
			token->expires = now_milliseconds();
			expired++;
		}
	}
	return expired;
}

static struct json_object *token_json(const struct token *token)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "user", json_object_new_string(token->login->user->name));
	json_object_object_add(row, "dialect", json_object_new_string(token->login->dialect->name));
	json_object_object_add(row, "login", json_object_new_int64(token->login->number));
	json_object_object_add(row, "kind", json_object_new_string(token->refresh ? "refresh" : "access"));
	json_object_object_add(row, "value", json_object_new_string(token->value));
	json_object_object_add(row, "issued", json_object_new_int64(token->issued / 1000));
	json_object_object_add(row, "expires", json_object_new_int64(token->expires / 1000));
	json_object_object_add(row, "issued_ms", json_object_new_int64(token->issued));
	json_object_object_add(row, "expires_ms", json_object_new_int64(token->expires));
	json_object_object_add(row, "rotated_ms", json_object_new_int64(token->rotated));
	return row;
}

struct json_object *tokens_json(bool ended_too)
{
	struct json_object *all = json_object_new_array();

	for (struct token *token = tokens; token; token = token->next)
		if (ended_too || (is_live(token) && !token->rotated))
			json_object_array_add(all, token_json(token));
	return all;
}

void tokens_reset(void)
{
	while (tokens) {
		struct token *next = tokens->next;

		free(tokens->value);
		free(tokens);
		tokens = next;
	}
	while (logins) {
		struct login *next = logins->next;

		free(logins->client);
		free(logins->session);
		free(logins);
		logins = next;
	}
	logins_count = 0;
}
