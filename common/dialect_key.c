/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/dialect_key.h"

#include "common/dialect_syntax.h"

static int set_meaning(void *place, const struct setting *setting, const struct ini_entry *entry,
		       struct error *error)
{
	struct dialect_rule *rule = place;
	enum verdict means;

	(void)setting;
	if (verdict_parse(entry->value, &means) < 0 || means == VERDICT_SUCCESS)
		return ini_error(
			error, entry,
			"bad value of 'means'; expected "
			"refused|account|configuration|rate_limited|unavailable|login_again");
	rule->means = means;
	rule->has_means = true;
	return 0;
}

/* An empty scheme is one, too: the token stands alone in the header. */
static int set_scheme(void *place, const struct setting *setting, const struct ini_entry *entry,
		      struct error *error)
{
	const char *expected = entry->value[0] ? setting->fault(entry->value) : NULL;

	if (expected)
		return ini_error(error, entry, "bad value of '%s'; expected %s", entry->key,
				 expected);
	return setting_copy(place, entry->value, entry, error);
}

_Static_assert(sizeof(enum dialect_body) == sizeof(int) &&
		       sizeof(enum dialect_client_auth) == sizeof(int) &&
		       sizeof(enum dialect_refresh) == sizeof(int),
	       "setting_choice() writes enumerations as int");

static const struct setting_word token_chars_words[] = {
	{ "b64token", 0 },
	{ "visible", 1 },
	{ NULL, 0 },
};
static const struct setting_word refresh_words[] = {
	{ "rotate", REFRESH_ROTATE },
	{ "keep", REFRESH_KEEP },
	{ "none", REFRESH_NONE },
	{ NULL, 0 },
};
static const struct setting_word anchor_words[] = {
	{ "login", 1 },
	{ "last", 0 },
	{ NULL, 0 },
};
static const struct setting_word method_words[] = {
	{ "POST", 0 },
	{ "GET", 1 },
	{ NULL, 0 },
};
static const struct setting_word body_words[] = {
	{ "form", BODY_FORM }, { "json", BODY_JSON }, { "query", BODY_QUERY },
	{ "none", BODY_NONE }, { NULL, 0 },
};
static const struct setting_word client_auth_words[] = {
	{ "none", CLIENT_AUTH_NONE },
	{ "basic_raw", CLIENT_AUTH_BASIC_RAW },
	{ "basic_form", CLIENT_AUTH_BASIC_FORM },
	{ "post", CLIENT_AUTH_POST },
	{ "assertion", CLIENT_AUTH_ASSERTION },
	{ NULL, 0 },
};
static const struct setting_word user_auth_words[] = {
	{ "none", 0 },
	{ "basic", 1 },
	{ NULL, 0 },
};
static const struct setting_word lifetime_words[] = {
	{ "auto", LIFETIME_AUTO },
	{ "seconds", LIFETIME_SECONDS },
	{ "milliseconds", LIFETIME_MILLISECONDS },
	{ "epoch", LIFETIME_EPOCH },
	{ "epoch_milliseconds", LIFETIME_EPOCH_MILLISECONDS },
	{ "rfc3339", LIFETIME_RFC3339 },
	{ NULL, 0 },
};
static const struct setting_word zero_words[] = {
	{ "unknown", 0 },
	{ "ended", 1 },
	{ NULL, 0 },
};
static const struct setting_word token_type_words[] = {
	{ "bearer", 0 },
	{ "refused", 1 },
	{ NULL, 0 },
};
static const struct setting_word scope_words[] = {
	{ "accepted", 0 },
	{ "refused", 1 },
	{ NULL, 0 },
};
static const struct setting_word answer_body_words[] = {
	{ "empty", 0 },
	{ "json", 1 },
	{ "other", 2 },
	{ NULL, 0 },
};

#define PATHS(KEY, ROLE) SETTING_TEXT(KEY, dialect_answer, paths[ROLE], dialect_paths_fault)

const struct setting dialect_settings[] = {
	SETTING_TEXT("description", dialect, description, dialect_text_fault),
	SETTING_TEXT("requires", dialect, requires_keys, dialect_names_fault),
	SETTING_FLAG("token_chars", dialect, token_visible, token_chars_words),
	SETTING_CHOICE("refresh", dialect, refresh, refresh_words),
	SETTING_NUMBER("refresh_lifetime", dialect, refresh_lifetime, 0,
		       DIALECT_REFRESH_LIFETIME_MAX, "seconds"),
	SETTING_FLAG("refresh_anchor", dialect, refresh_anchored_at_login, anchor_words),
	SETTING_NUMBER("default_lifetime", dialect, default_lifetime, 1, DIALECT_LIFETIME_MAX,
		       "seconds"),
	{ .key = NULL },
};

const struct setting dialect_step_settings[] = {
	SETTING_FLAG("method", dialect_step, get, method_words),
	SETTING_TEXT("url", dialect_step, url, dialect_url_template_fault),
	SETTING_CHOICE("body", dialect_step, body, body_words),
	SETTING_TEXT("content_type", dialect_step, content_type, dialect_media_type_fault),
	SETTING_TEXT("accept_type", dialect_step, accept_types, dialect_media_types_fault),
	SETTING_CHOICE("client_auth", dialect_step, client_auth, client_auth_words),
	SETTING_FLAG("user_auth", dialect_step, user_basic, user_auth_words),
	SETTING_TEXT("success", dialect_step, success, dialect_statuses_fault),
	SETTING_ARRAY("next", dialect_step, next, dialect_name_fault),
	{ .key = NULL },
};

const struct setting dialect_discovery_settings[] = {
	SETTING_TEXT("url", dialect_discovery, url, dialect_url_template_fault),
	SETTING_TEXT("hosts", dialect_discovery, hosts, dialect_hosts_fault),
	{ .key = NULL },
};

const struct setting dialect_answer_settings[] = {
	PATHS("access_token", ROLE_ACCESS_TOKEN),
	PATHS("refresh_token", ROLE_REFRESH_TOKEN),
	PATHS("lifetime", ROLE_LIFETIME),
	PATHS("refresh_lifetime", ROLE_REFRESH_LIFETIME),
	PATHS("login_time", ROLE_LOGIN_TIME),
	PATHS("token_type", ROLE_TOKEN_TYPE),
	PATHS("error", ROLE_ERROR),
	PATHS("error_description", ROLE_ERROR_DESCRIPTION),
	PATHS("subject", ROLE_SUBJECT),
	PATHS("scope", ROLE_SCOPE),
	SETTING_CHOICE("lifetime_is", dialect_answer, lifetime_is, lifetime_words),
	SETTING_CHOICE("refresh_lifetime_is", dialect_answer, refresh_lifetime_is, lifetime_words),
	SETTING_CHOICE("refresh_lifetime_zero", dialect_answer, refresh_zero_is_end, zero_words),
	SETTING_CHOICE("scope_narrower", dialect_answer, narrow_scope_refused, scope_words),
	SETTING_CHOICE("token_type_missing", dialect_answer, token_type_required, token_type_words),
	{ .key = NULL },
};

const struct setting dialect_rule_settings[] = {
	SETTING_TEXT("step", dialect_rule, steps, dialect_names_fault),
	SETTING_TEXT("status", dialect_rule, statuses, dialect_statuses_fault),
	SETTING_CHOICE("body", dialect_rule, body, answer_body_words),
	SETTING_TEXT("code", dialect_rule, codes, dialect_words_fault),
	SETTING_TEXT("text", dialect_rule, text, dialect_text_fault),
	{ .key = "means", .set = set_meaning, .offset = 0 },
	{ .key = NULL },
};

const struct setting dialect_use_settings[] = {
	SETTING_TEXT("header", dialect, use_header, dialect_header_fault),
	{ .key = "scheme",
	  .set = set_scheme,
	  .offset = offsetof(struct dialect, use_scheme),
	  .fault = dialect_token_fault },
	{ .key = NULL },
};
