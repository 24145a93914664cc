/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a family of vendors speaks, as data: apitoken-dialect(5). The same entries come from a dialect file, from the sections of a vendor file that
 * override it, and through fetch's socket: dialect_set() is the one judge of all three. No dialect has an "if" of its own in C.
 *
 *   [dialect]  description, requires (vendor keys that must be set), token_chars = b64token | visible, refresh = rotate | keep | none, refresh_lifetime (s),
 *              refresh_anchor = login | last, default_lifetime (s)
 *   [defaults] token_url, base_url, issuer, client_id, scope: what a vendor file may leave out; and further variables. Values are templates that may name each other.
 *              [variables] is the same section, as a vendor file spells it.
 *   [step NAME] one HTTPS exchange. NAME: login, refresh, revoke, or a name that another step's "next" refers to.
 *              method = POST | GET, url (template), body = form | json | query | none, content_type, accept_type (further answer content types), client_auth = none |
 *              basic_raw | basic_form | post | assertion, user_auth = none | basic, success (statuses, default 200-299 without 202 and 206, which are unfinished), next (step whose turn comes with {prior.access_token}),
 *              header.NAME = template, field.PATH = template (a dotted PATH nests in JSON; an empty value is left out, RFC 6749 section 3.2)
 *   [discovery] where the URLs that neither vendor file nor [defaults] tells stand: url = template (of configuration alone), endpoint.VARIABLE = paths in its answer,
 *              hosts = where the URLs may lead beside the issuer's own host
 *   [answer], [answer STEP]   where things stand: access_token, refresh_token, lifetime, refresh_lifetime, login_time, token_type, error, error_description, subject, scope: paths,
 *              alternatives apart by spaces, "a.b[0].c"; lifetime_is = auto | seconds | milliseconds | epoch | epoch_milliseconds | rfc3339 (likewise
 *              refresh_lifetime_is); refresh_lifetime_zero = unknown | ended; token_type_missing = bearer | refused; scope_narrower = accepted | refused; answer STEP wins over answer.
 *   [error NAME] ordered rules, first match wins: step (names), status (list, ranges), body = empty | json | other, code (values at the error path), text (part of the description),
 *              means = refused | account | configuration | rate_limited | unavailable | login_again
 *   [use]      header = Authorization, scheme = Bearer, header.NAME = text (further static headers)
 *
 * Templates: text with {name}; names are the variables of a request: username, password, password_suffix, otp, refresh_token, access_token, client_id, client_secret, scope, token_url, base_url, issuer,
 * prior.access_token, prior.refresh_token, and what [defaults] or the vendor file's [variables] define. An unknown name is an error.
 * A text key with an empty value is taken back, as if it had not been set (but scheme: then the token stands alone).
 */
#ifndef APITOKEN_DIALECT_H
#define APITOKEN_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/ini.h"

enum {
	DIALECT_NAME_MAX = 33,      /* bytes with NUL: [a-z0-9][a-z0-9_-]* */
	DIALECT_STEPS_MAX = 8,
	DIALECT_PARTS_MAX = 24,     /* headers, and fields, of one step */
	DIALECT_RULES_MAX = 64,
	DIALECT_ENDPOINTS_MAX = 8,   /* of a discovery */
	DIALECT_HOSTS_MAX = 4,       /* beside the issuer's own */
	DIALECT_TEMPLATE_MAX = 2048, /* bytes with NUL */
	DIALECT_PATHS_MAX = 512,    /* bytes with NUL: all alternatives of one role */
	DIALECT_VARIABLES_MAX = 32,
	DIALECT_VARIABLE_NAME_MAX = 64, /* bytes with NUL: [a-z][a-z0-9_]* */
	DIALECT_VARIABLES_NESTING = 4,  /* a variable's value may name others: that deep */
	DIALECT_LIFETIME_DEFAULT = 300, /* seconds, where neither answer nor dialect tells one */
	DIALECT_LIFETIME_MAX = 31536000, /* seconds: one year */
	DIALECT_REFRESH_LIFETIME_MAX = 10 * DIALECT_LIFETIME_MAX, /* seconds */
};

enum dialect_body { BODY_FORM, BODY_JSON, BODY_QUERY, BODY_NONE };
enum dialect_client_auth { CLIENT_AUTH_NONE, CLIENT_AUTH_BASIC_RAW, CLIENT_AUTH_BASIC_FORM, CLIENT_AUTH_POST, CLIENT_AUTH_ASSERTION };
enum dialect_refresh { REFRESH_ROTATE, REFRESH_KEEP, REFRESH_NONE };
enum dialect_lifetime_kind { LIFETIME_AUTO, LIFETIME_SECONDS, LIFETIME_MILLISECONDS, LIFETIME_EPOCH, LIFETIME_EPOCH_MILLISECONDS, LIFETIME_RFC3339 };

/* What an answer means; the reply of fetch carries these words (verdict_word()). */
enum verdict {
	VERDICT_SUCCESS,
	VERDICT_REFUSED,       /* wrong password; at refresh: the refresh token is dead */
	VERDICT_ACCOUNT,       /* the password may be right, the account is not usable: disabled, not set up, second factor missing */
	VERDICT_CONFIGURATION, /* this client, grant, scope or request is wrong: an administrator must act */
	VERDICT_RATE_LIMITED,
	VERDICT_UNAVAILABLE,
	VERDICT_LOGIN_AGAIN,
};

enum dialect_role { /* what is looked for in an answer */
	ROLE_ACCESS_TOKEN, ROLE_REFRESH_TOKEN, ROLE_LIFETIME, ROLE_REFRESH_LIFETIME, ROLE_LOGIN_TIME, ROLE_TOKEN_TYPE, ROLE_ERROR, ROLE_ERROR_DESCRIPTION,
	ROLE_SUBJECT, ROLE_SCOPE, ROLE_COUNT,
};

struct dialect_part { /* a header or a field */
	char *name;     /* header name, or path of the field */
	char *template_text;
};

struct dialect_answer {
	char *paths[ROLE_COUNT]; /* NULL: not set here */
	int lifetime_is;         /* enum dialect_lifetime_kind, -1: not set here; the same for the next three */
	int refresh_lifetime_is;
	int refresh_zero_is_end; /* 0 unknown, 1 ended */
	int token_type_required; /* 0 a missing type counts as Bearer, 1 refused */
	int narrow_scope_refused; /* 0 less than the scope that was asked for is accepted, 1 refused */
};

/* Where neither [answer STEP] nor [answer] says anything: LIFETIME_AUTO (both), zero is unknown, a narrower scope accepted. A token type is required (dialect_init(); RFC 6749 section 5.1). */

struct dialect_step {
	char name[DIALECT_NAME_MAX];
	char next[DIALECT_NAME_MAX]; /* "" : the last one */
	bool get;                    /* GET, not POST */
	enum dialect_body body;
	enum dialect_client_auth client_auth;
	bool user_basic;             /* username and password by HTTP Basic */
	char *url;                   /* template */
	char *content_type;          /* NULL: the body's own */
	char *accept_types;          /* further content types of an answer, apart by spaces; NULL: none */
	char *success;               /* statuses and ranges, NULL: 200-299 but 202 and 206 */
	struct dialect_part headers[DIALECT_PARTS_MAX];
	size_t headers_count;
	struct dialect_part fields[DIALECT_PARTS_MAX];
	size_t fields_count;
	struct dialect_answer answer; /* [answer STEP] */
};

struct dialect_rule {
	char name[DIALECT_NAME_MAX];
	char *steps;    /* NULL: any; else names apart by spaces */
	char *statuses; /* NULL: any */
	int body;       /* -1 any, 0 empty, 1 JSON, 2 other */
	char *codes;    /* NULL: any */
	char *text;     /* NULL: any; part of the description */
	enum verdict means;
	bool has_means;
};

struct dialect_discovery { /* OpenID Connect Discovery 1.0, RFC 8414 */
	char *url;   /* template; NULL: the dialect knows none */
	char *hosts; /* canonical, apart by spaces; NULL: the issuer's alone */
	struct dialect_part endpoints[DIALECT_ENDPOINTS_MAX]; /* a variable's name, and the paths of its URL in the answer */
	size_t endpoints_count;
};

struct dialect_entry { /* as it was read: what is sent to fetch, and where an error is shown */
	char *path, *section, *key, *value;
	int line;
};

struct dialect {
	char name[DIALECT_NAME_MAX];
	char *description;
	char *requires_keys;
	bool token_visible;           /* token_chars = visible */
	enum dialect_refresh refresh;
	int64_t refresh_lifetime;     /* seconds, 0 unknown */
	bool refresh_anchored_at_login;
	int64_t default_lifetime;     /* seconds, for an access token whose answer tells none */
	struct dialect_step steps[DIALECT_STEPS_MAX];
	size_t steps_count;
	struct dialect_discovery discovery;
	struct dialect_answer answer; /* [answer] */
	struct dialect_rule rules[DIALECT_RULES_MAX];
	size_t rules_count;
	struct dialect_part variables[DIALECT_VARIABLES_MAX]; /* [defaults], and the vendor's own on top */
	size_t variables_count;
	struct dialect_part use_headers[DIALECT_PARTS_MAX];
	size_t use_headers_count;
	char *use_header;             /* NULL: Authorization */
	char *use_scheme;             /* NULL: Bearer; "": none */
	struct dialect_entry *entries;
	size_t entries_count;
};

/* refresh = rotate, anchored at the last refresh, default_lifetime = DIALECT_LIFETIME_DEFAULT; the answer's numbers -1 but token_type_required, which is 1; all else zero. */
void dialect_init(struct dialect *dialect);
void dialect_release(struct dialect *dialect);

/* Takes one entry; a later one of the same section and key replaces the earlier (override). ERROR_CONFIGURATION with file:line. */
int dialect_set(struct dialect *dialect, const struct ini_entry *entry, struct error *error);
/*
 * Puts the rules from number first on before the others, and their entries likewise: an administrator's own rules are asked before the dialect's.
 */
void dialect_rules_to_front(struct dialect *dialect, size_t first);
/*
 * The whole, after the last entry: a login step exists (and refresh, unless refresh = none), "next" names exist and do not loop, templates name variables that are known and set in
 * their step, the password is in one step only and no secret in a URL, rules have a meaning. path is told where no line of an entry can be.
 */
int dialect_check(const struct dialect *dialect, const char *path, struct error *error);
/* Reads the file of that name from the first folder that has it (folders is NULL-terminated). Without dialect_check(): overrides may follow. */
int dialect_load(struct dialect *dialect, const char *name, const char *const *folders, struct error *error);

const struct dialect_step *dialect_step_find(const struct dialect *dialect, const char *name); /* NULL: none */
const char *dialect_variable(const struct dialect *dialect, const char *name);                 /* NULL: none */
/* True where [discovery] tells this variable's value. */
bool dialect_discovers(const struct dialect *dialect, const char *name);
/* The paths of a role for a step: the step's own, else [answer]'s, else NULL. */
const char *dialect_paths(const struct dialect *dialect, const struct dialect_step *step, enum dialect_role role);
/* "200 201 400-499": true where status is among them. */
bool dialect_status_in(const char *list, int status);
/* True where word is one of the words of list, apart by spaces. */
bool dialect_word_in(const char *list, const char *word);

const char *verdict_word(enum verdict verdict);
int verdict_parse(const char *word, enum verdict *verdict);

#endif
