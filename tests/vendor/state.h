/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the vendor knows: users, logins with their tokens, counters. One lock guards all of it, the options included; every function here
 * wants it held. Nothing is ever freed but by state_reset(): this is a test server.
 */
#ifndef APITOKEN_TESTS_VENDOR_STATE_H
#define APITOKEN_TESTS_VENDOR_STATE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

void state_lock(void);
void state_unlock(void);
/* Forgets logins, tokens and counters, and restores options and users as they were at the start. */
void state_reset(void);

int64_t now_milliseconds(void); /* UTC */
int64_t now_seconds(void);      /* UTC */
/* A new random string (free() it): count characters of base64url, or a UUID. */
char *random_text(size_t count);
char *random_uuid(void);

/* ---- users (users.c) ---- */
enum user_state { USER_ACTIVE, USER_DISABLED, USER_LOCKED, USER_NOT_SET_UP };
struct user {
	char *name;
	char *password;
	enum user_state state;
	unsigned number; /* from 1, for dialects that number their users */
	struct user *next;
};
struct user *user_find(const char *name);
/* Adds or replaces. */
void user_put(const char *name, const char *password, enum user_state state);
/* "active", "disabled", "locked", "not_set_up": 0 or -1. */
int user_state_parse(const char *word, enum user_state *state);
const char *user_state_name(enum user_state state);
void users_keep(void);  /* the present users come back with users_reset() */
void users_reset(void);
struct json_object *users_json(void);

/* ---- logins and tokens (tokens.c) ---- */
struct dialect {
	const char *name;
	int64_t access_seconds, refresh_seconds;
	const char *prefix;     /* of each token, or "uuid" for whole UUIDs */
	bool refresh_from_login; /* refresh tokens end refresh_seconds after the password login, however often they rotate */
};
struct login {
	unsigned number;
	const struct dialect *dialect;
	struct user *user;
	char *client;
	char *session;          /* a UUID */
	int64_t started;        /* ms UTC */
	const char *ended;      /* why the login is over, NULL while it lives */
	struct login *next;
};
struct token {
	char *value;
	bool refresh;
	struct login *login;
	int64_t issued, expires; /* ms UTC */
	int64_t rotated;         /* ms UTC of the refresh that replaced it; 0 */
	bool revoked;
	struct token *next;
};
/* What one grant gave: refresh is NULL where none was. */
struct issued {
	const struct login *login;
	const struct token *access, *refresh;
};
enum grant {
	GRANT_OK,
	GRANT_WRONG_PASSWORD,  /* or no such user, or locked: indistinguishable, as in real life */
	GRANT_DISABLED,
	GRANT_NOT_SET_UP,
	GRANT_UNKNOWN_TOKEN,
	GRANT_EXPIRED_TOKEN,
	GRANT_REUSED_TOKEN,    /* and with it the whole login has ended */
	GRANT_ENDED_LOGIN,
	GRANT_OTHER_CLIENT,
};
enum grant login_with_password(const struct dialect *dialect, const char *client, const char *user, const char *password,
			       struct issued *issued);
/* A login without a password, for a user who proved otherwise who he is. */
void login_trusted(const struct dialect *dialect, const char *client, struct user *user, struct issued *issued);
enum grant login_refresh(const struct dialect *dialect, const char *client, const char *refresh_token, struct issued *issued);
/* The living access token of that value, or NULL. */
const struct token *token_live(const char *value);
/* RFC 7009: an access token ends alone, a refresh token ends its login. False where the token is unknown. */
bool token_revoke(const char *value);
/* Ends every living login of that user (NULL: of all). Returns how many. */
unsigned logins_end(const char *user, const char *reason);
/* Lets every living access (or refresh) token of that user (NULL: of all) expire now. Returns how many. */
unsigned tokens_expire(const char *user, bool refresh);
/* The living tokens, or all that were given since the last reset; newest first. */
struct json_object *tokens_json(bool ended_too);
void tokens_reset(void);

/* ---- counters (counters.c) ---- */
enum count { COUNT_PASSWORD_POSTS, COUNT_PASSWORD_REFUSED, COUNT_REFRESH_POSTS, COUNT_REFRESH_REFUSED, COUNT_REVOCATIONS, COUNTS };
/* Adds one in all, under the dialect and, where it is known, under the user. */
void count_up(enum count what, const char *dialect, const char *user);
/* Lists a service with zeros from now on; its name must stay valid. */
void count_service(const char *service);
void count_connection(const char *service);
void count_request(const char *service);
struct json_object *counters_json(void);
void counters_reset(void);

#endif
