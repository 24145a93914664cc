/* SPDX-License-Identifier: BSD-3-Clause */
/* What the shipped dialects make of the errors that servers really send, judged as fetch judges
 * them. */
#include "tests/unit/files.h"

#include "common/dialect.h"
#include "common/fetch/judge.h"

struct answer {
	const char *step;
	int status;
	enum answer_body body;
	const char *code, *description;
	enum verdict means;
};

static int set_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	return dialect_set(context, entry, error);
}

static void check(const char *name, const struct answer *answers, size_t count)
{
	struct dialect dialect;
	const struct dialect_rule *rule;
	struct finding finding;
	enum verdict means;
	char path[128], *text;
	size_t i;

	snprintf(path, sizeof(path), "common/dialects/%s.conf", name);
	text = files_source(path);
	dialect_init(&dialect);
	assert_int_equal(ini_parse(path, text, strlen(text), set_entry, &dialect, NULL), 0);
	for (i = 0; i < count; i++) {
		finding = (struct finding){ answers[i].status, answers[i].body, answers[i].code,
					    answers[i].description };
		rule = judge(&dialect, dialect_step_find(&dialect, answers[i].step), &finding);
		means = rule ? rule->means : VERDICT_UNAVAILABLE;
		if (means != answers[i].means)
			fail_msg("%s: %s %d %s '%s': %s by rule %s instead of %s", name,
				 answers[i].step, answers[i].status, answers[i].code,
				 answers[i].description, verdict_word(means),
				 rule ? rule->name : "none", verdict_word(answers[i].means));
	}
	free(text);
	dialect_release(&dialect);
}

#define CHECK(NAME, ANSWERS) check(NAME, ANSWERS, sizeof(ANSWERS) / sizeof((ANSWERS)[0]))
#define LOGIN(STATUS, CODE, TEXT, MEANS)                                                           \
	{                                                                                          \
		"login", STATUS, ANSWER_JSON, CODE, TEXT, VERDICT_##MEANS                          \
	}
#define REFRESH(STATUS, CODE, TEXT, MEANS)                                                         \
	{                                                                                          \
		"refresh", STATUS, ANSWER_JSON, CODE, TEXT, VERDICT_##MEANS                        \
	}
#define PLAIN(STEP, STATUS, BODY, MEANS)                                                           \
	{                                                                                          \
		STEP, STATUS, ANSWER_##BODY, "", "", VERDICT_##MEANS                               \
	}

/* A proxy, a portal, a gateway: no verdict on anybody. */
static const struct answer not_the_vendor[] = {
	PLAIN("login", 401, OTHER, UNAVAILABLE),
	PLAIN("login", 401, EMPTY, UNAVAILABLE),
	PLAIN("login", 401, JSON, UNAVAILABLE),
	PLAIN("login", 403, OTHER, UNAVAILABLE),
	PLAIN("login", 400, OTHER, UNAVAILABLE),
	PLAIN("login", 407, OTHER, UNAVAILABLE),
	PLAIN("login", 200, OTHER, UNAVAILABLE),
	PLAIN("login", 204, EMPTY, UNAVAILABLE),
	PLAIN("login", 500, OTHER, UNAVAILABLE),
	PLAIN("login", 502, OTHER, UNAVAILABLE),
	PLAIN("login", 503, EMPTY, UNAVAILABLE),
	PLAIN("login", 511, OTHER, UNAVAILABLE),
	PLAIN("refresh", 401, OTHER, UNAVAILABLE),
	PLAIN("refresh", 403, OTHER, UNAVAILABLE),
	PLAIN("refresh", 503, OTHER, UNAVAILABLE),
	PLAIN("login", 429, OTHER, RATE_LIMITED),
	PLAIN("refresh", 429, JSON, RATE_LIMITED),
	PLAIN("login", 404, OTHER, CONFIGURATION),
	PLAIN("login", 415, OTHER, CONFIGURATION),
	LOGIN(500, "invalid_grant", "Invalid user credentials", UNAVAILABLE),
	REFRESH(503, "invalid_grant", "", UNAVAILABLE),
	LOGIN(429, "invalid_grant", "", RATE_LIMITED),
};

/* RFC 6749 section 5.2, with the statuses that are about; 200 with an error is some vendors' way.
 */
static const struct answer oauth2[] = {
	LOGIN(400, "invalid_grant", "", REFUSED),
	LOGIN(401, "invalid_grant", "", REFUSED),
	LOGIN(200, "invalid_grant", "", REFUSED),
	LOGIN(400, "invalid_client", "", CONFIGURATION),
	LOGIN(401, "invalid_client", "", CONFIGURATION),
	LOGIN(400, "unauthorized_client", "", CONFIGURATION),
	LOGIN(400, "unsupported_grant_type", "", CONFIGURATION),
	LOGIN(400, "invalid_scope", "", CONFIGURATION),
	LOGIN(400, "invalid_request", "", CONFIGURATION),
	LOGIN(400, "some_other", "", UNAVAILABLE),
	REFRESH(400, "invalid_grant", "", LOGIN_AGAIN),
	REFRESH(401, "invalid_client", "", CONFIGURATION),
};

/* Statuses and words as Keycloak's versions up to 26.5 and from 26.6 on send them. */
static const struct answer keycloak[] = {
	LOGIN(401, "invalid_grant", "Invalid user credentials", REFUSED),
	LOGIN(400, "invalid_grant", "Invalid user credentials", REFUSED),
	LOGIN(401, "invalid_grant", "Account temporarily disabled", ACCOUNT),
	LOGIN(400, "invalid_grant", "Account disabled", ACCOUNT),
	LOGIN(400, "invalid_grant", "Account is not fully set up", ACCOUNT),
	LOGIN(401, "invalid_request", "Missing parameter: username", CONFIGURATION),
	LOGIN(401, "invalid_request", "Invalid user credentials", ACCOUNT),
	LOGIN(400, "unauthorized_client", "Client not allowed for direct access grants",
	      CONFIGURATION),
	LOGIN(400, "invalid_grant", "Client not allowed for direct access grants", CONFIGURATION),
	LOGIN(400, "invalid_client", "Client requires user consent", CONFIGURATION),
	LOGIN(400, "invalid_grant", "resource owner password credentials grant is prohibited.",
	      CONFIGURATION),
	LOGIN(401, "invalid_client", "Invalid client or Invalid client credentials", CONFIGURATION),
	LOGIN(401, "unauthorized_client", "Invalid client or Invalid client credentials",
	      CONFIGURATION),
	LOGIN(401, "unauthorized_client", "Invalid client secret", CONFIGURATION),
	LOGIN(400, "invalid_client", "Missing client_id parameter", CONFIGURATION),
	LOGIN(401, "invalid_client", "Missing client_id parameter", CONFIGURATION),
	LOGIN(400, "invalid_client", "Bearer-only not allowed", CONFIGURATION),
	LOGIN(400, "invalid_scope", "Invalid scopes: x", CONFIGURATION),
	LOGIN(400, "not_allowed", "Offline tokens not allowed for the user or client",
	      CONFIGURATION),
	LOGIN(400, "invalid_request", "Missing form parameter: grant_type", CONFIGURATION),
	LOGIN(400, "unsupported_grant_type", "Unsupported grant_type", CONFIGURATION),
	LOGIN(400, "invalid_request", "duplicated parameter", CONFIGURATION),
	LOGIN(403, "invalid_request", "HTTPS required", CONFIGURATION),
	LOGIN(403, "access_denied", "Realm not enabled", CONFIGURATION),
	LOGIN(404, "Realm does not exist", "", CONFIGURATION),
	LOGIN(400, "invalid_request", "Client Certification missing for MTLS HoK Token Binding",
	      CONFIGURATION),
	LOGIN(400, "invalid_dpop_proof", "DPoP proof is missing", CONFIGURATION),
	REFRESH(400, "invalid_grant", "Token is not active", LOGIN_AGAIN),
	REFRESH(400, "invalid_grant", "Session not active", LOGIN_AGAIN),
	REFRESH(400, "invalid_grant", "Stale token", LOGIN_AGAIN),
	REFRESH(400, "invalid_grant", "User disabled", LOGIN_AGAIN),
	REFRESH(400, "invalid_grant", "Invalid refresh token", LOGIN_AGAIN),
	REFRESH(400, "invalid_grant", "Maximum allowed refresh token reuse exceeded", LOGIN_AGAIN),
	REFRESH(400, "invalid_request", "No refresh token", CONFIGURATION),
	REFRESH(400, "invalid_scope", "Client no longer has requested consent from user",
		LOGIN_AGAIN),
	REFRESH(401, "unauthorized_client", "Client certificate missing", CONFIGURATION),
};

/* Errors without bodies, as Debian 12's glewlwyd sends them. */
static const struct answer glewlwyd[] = {
	PLAIN("login", 403, EMPTY, REFUSED),       PLAIN("login", 400, EMPTY, CONFIGURATION),
	PLAIN("refresh", 400, EMPTY, LOGIN_AGAIN), PLAIN("refresh", 403, EMPTY, CONFIGURATION),
	PLAIN("login", 403, OTHER, UNAVAILABLE),   PLAIN("login", 400, OTHER, UNAVAILABLE),
	PLAIN("login", 401, EMPTY, UNAVAILABLE),   PLAIN("refresh", 400, OTHER, UNAVAILABLE),
	PLAIN("login", 500, EMPTY, UNAVAILABLE),
};

static const struct answer amino[] = {
	LOGIN(400, "unsupported_grant_type", "", CONFIGURATION),
	LOGIN(401, "unsupported_grant_type", "", CONFIGURATION),
	LOGIN(400, "invalid_grant", "", REFUSED),
	LOGIN(401, "", "", REFUSED),
	LOGIN(401, "1234", "wrong", REFUSED),
	REFRESH(400, "invalid_grant", "", LOGIN_AGAIN),
	REFRESH(401, "", "", LOGIN_AGAIN),
	PLAIN("login", 401, OTHER, UNAVAILABLE),
	PLAIN("login", 401, EMPTY, UNAVAILABLE),
	PLAIN("login", 403, JSON, UNAVAILABLE),
	PLAIN("login", 500, JSON, UNAVAILABLE),
};

static void test_not_the_vendor(void **state)
{
	static const char *const names[] = { "oauth2", "keycloak", "apiax", "vyopta" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(names[i], not_the_vendor);
}

static void test_oauth2(void **state)
{
	(void)state;
	CHECK("oauth2", oauth2);
}

static void test_keycloak(void **state)
{
	(void)state;
	CHECK("keycloak", keycloak);
	CHECK("apiax", keycloak);
	CHECK("vyopta", keycloak);
}

static void test_glewlwyd(void **state)
{
	(void)state;
	CHECK("glewlwyd", glewlwyd);
}

static void test_amino(void **state)
{
	(void)state;
	CHECK("amino", amino);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("what a proxy or a portal answers is a verdict on nobody",
			  test_not_the_vendor),
		UNIT_TEST("oauth2: the errors of RFC 6749", test_oauth2),
		UNIT_TEST("keycloak, apiax, vyopta: Keycloak's error table, before and after 26.6",
			  test_keycloak),
		UNIT_TEST("glewlwyd: errors without bodies", test_glewlwyd),
		UNIT_TEST("amino: no bare status is a refusal", test_amino),
	};

	return cmocka_run_group_tests_name("dialect_rules", tests, NULL, NULL);
}
