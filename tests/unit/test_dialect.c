/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/files.h"
#include "tests/unit/mutations.h"

#include "common/dialect.h"
#include "common/dialect_syntax.h"

static const char *const shipped[] = {
	"oauth2", "keycloak", "apiax", "vyopta", "amino", "glewlwyd"
};

enum { SHIPPED = sizeof(shipped) / sizeof(shipped[0]) };

/* A small dialect that is whole; what tests append comes behind it. */
static const char whole[] = "[dialect]\n"
			    "refresh = keep\n"
			    "[step login]\n"
			    "url = {token_url}\n"
			    "field.user = {username}\n"
			    "field.password = {password}\n"
			    "[step refresh]\n"
			    "url = {token_url}\n"
			    "field.token = {refresh_token}\n"
			    "[answer]\n"
			    "access_token = token\n";

static int set_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	return dialect_set(context, entry, error);
}

static int read_text(struct dialect *dialect, const char *path, const char *text,
		     struct error *error)
{
	*error = (struct error){ .code = ERROR_NONE };
	return ini_parse(path, text, strlen(text), set_entry, dialect, error);
}

static int read_checked(struct dialect *dialect, const char *text, struct error *error)
{
	dialect_init(dialect);
	if (read_text(dialect, "d.conf", text, error) < 0)
		return -1;
	return dialect_check(dialect, "d.conf", error);
}

static void read_shipped(struct dialect *dialect, const char *name)
{
	char path[128], *text;
	struct error error;

	snprintf(path, sizeof(path), "common/dialects/%s.conf", name);
	text = files_source(path);
	dialect_init(dialect);
	if (read_text(dialect, path, text, &error) < 0 || dialect_check(dialect, path, &error) < 0)
		fail_msg("%s", error.text);
	free(text);
}

/* ---- reading ---- */

static void test_defaults(void **state)
{
	struct dialect dialect;

	(void)state;
	dialect_init(&dialect);
	assert_int_equal(dialect.refresh, REFRESH_ROTATE);
	assert_int_equal(dialect.default_lifetime, 300);
	assert_false(dialect.token_visible);
	assert_int_equal(dialect.answer.lifetime_is, -1);
	assert_int_equal(dialect.answer.token_type_required, 1);
	assert_int_equal(dialect.steps[7].answer.token_type_required, -1);
	dialect_release(&dialect);
}

static void test_every_key(void **state)
{
	static const char text[] =
		"[dialect]\ndescription = d e\nrequires = token_url realm\ntoken_chars = "
		"visible\nrefresh = none\n"
		"refresh_lifetime = 0\nrefresh_anchor = login\ndefault_lifetime = 31536000\n"
		"[defaults]\nrealm = r\nscope = a b\nbase_url = https://a.example\n"
		"[step login]\nmethod = POST\nurl = {base_url}/{realm}\nbody = json\ncontent_type "
		"= text/x; a=b\n"
		"accept_type = text/x text/y\nclient_auth = post\nuser_auth = basic\nsuccess = 200 201-204\nnext = "
		"second\n"
		"header.X-Realm = {realm} x\nfield.a.b = {username}\nfield.c = \n"
		"[step second]\nmethod = GET\nbody = none\nurl = https://b.example/\nheader.A = "
		"{prior.access_token}\n"
		"[answer]\naccess_token = a.b[0].c d\nrefresh_token = r\nlifetime = "
		"l\nrefresh_lifetime = rl\nlogin_time = lt\n"
		"token_type = t\nerror = e\nerror_description = ed\nsubject = s\nlifetime_is = "
		"milliseconds\n"
		"refresh_lifetime_is = epoch_milliseconds\nrefresh_lifetime_zero = "
		"ended\ntoken_type_missing = bearer\n"
		"[answer second]\naccess_token = x\ntoken_type_missing = refused\nlifetime_is = "
		"seconds\n"
		"[error one]\nstep = login second\nstatus = 400-499\nbody = empty\ncode = a "
		"b\ntext = some text\nmeans = account\n"
		"[use]\nheader = Authentication\nscheme = Token\nheader.Apikey = {a b\n";
	const struct dialect_step *login, *second;
	struct dialect dialect;
	struct error error;

	(void)state;
	if (read_checked(&dialect, text, &error) < 0)
		fail_msg("%s", error.text);
	login = dialect_step_find(&dialect, "login");
	second = dialect_step_find(&dialect, "second");
	assert_string_equal(dialect.description, "d e");
	assert_string_equal(dialect.requires_keys, "token_url realm");
	assert_true(dialect.token_visible && dialect.refresh_anchored_at_login);
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	assert_int_equal(dialect.default_lifetime, 31536000);
	assert_string_equal(dialect_variable(&dialect, "scope"), "a b");
	assert_null(dialect_variable(&dialect, "issuer"));
	assert_false(login->get);
	assert_true(second->get);
	assert_int_equal(login->body, BODY_JSON);
	assert_int_equal(second->body, BODY_NONE);
	assert_int_equal(login->client_auth, CLIENT_AUTH_POST);
	assert_true(login->user_basic);
	assert_false(second->user_basic);
	assert_string_equal(login->content_type, "text/x; a=b");
	assert_string_equal(login->accept_types, "text/x text/y");
	assert_string_equal(login->success, "200 201-204");
	assert_string_equal(login->next, "second");
	assert_int_equal(login->headers_count, 1);
	assert_string_equal(login->headers[0].name, "X-Realm");
	assert_int_equal(login->fields_count, 2);
	assert_string_equal(login->fields[0].name, "a.b");
	assert_string_equal(login->fields[0].template_text, "{username}");
	assert_string_equal(login->fields[1].template_text, "");
	assert_string_equal(dialect_paths(&dialect, login, ROLE_ACCESS_TOKEN), "a.b[0].c d");
	assert_string_equal(dialect_paths(&dialect, second, ROLE_ACCESS_TOKEN), "x");
	assert_string_equal(dialect_paths(&dialect, second, ROLE_SUBJECT), "s");
	assert_int_equal(dialect.answer.lifetime_is, LIFETIME_MILLISECONDS);
	assert_int_equal(dialect.answer.refresh_lifetime_is, LIFETIME_EPOCH_MILLISECONDS);
	assert_int_equal(dialect.answer.refresh_zero_is_end, 1);
	assert_int_equal(dialect.answer.token_type_required, 0);
	assert_int_equal(second->answer.token_type_required, 1);
	assert_int_equal(second->answer.lifetime_is, LIFETIME_SECONDS);
	assert_int_equal(dialect.rules_count, 1);
	assert_int_equal(dialect.rules[0].body, 0);
	assert_string_equal(dialect.rules[0].steps, "login second");
	assert_string_equal(dialect.rules[0].codes, "a b");
	assert_string_equal(dialect.rules[0].text, "some text");
	assert_int_equal(dialect.rules[0].means, VERDICT_ACCOUNT);
	assert_string_equal(dialect.use_header, "Authentication");
	assert_string_equal(dialect.use_scheme, "Token");
	assert_string_equal(dialect.use_headers[0].name, "Apikey");
	assert_string_equal(dialect.use_headers[0].template_text, "{a b");
	assert_int_equal(read_text(&dialect, "v.conf", "[use]\nscheme =\nheader =\n", &error), 0);
	assert_string_equal(dialect.use_scheme, "");
	assert_null(dialect.use_header);
	dialect_release(&dialect);
}

struct bad {
	const char *text, *told;
};

/* Each stands alone in line 2 below its section. */
static const struct bad bad_entries[] = {
	{ "[dialects]\n", "d.conf:1: unknown section [dialects]" },
	{ "[dialect x]\n", "d.conf:1: unknown section" },
	{ "[discovery x]\n", "d.conf:1: unknown section" },
	{ "[discovery]\nurl = http://a.example/\n", "d.conf:2: bad value of 'url'" },
	{ "[discovery]\nhosts = *.example.com\n", "d.conf:2: bad value of 'hosts'; expected up to 4 hosts" },
	{ "[discovery]\nhosts = A.example.com\n", "d.conf:2: bad value of 'hosts'" },
	{ "[discovery]\nhosts = a.example:443\n", "d.conf:2: bad value of 'hosts'" },
	{ "[discovery]\nhosts = a.example  b.example\n", "d.conf:2: bad value of 'hosts'" },
	{ "[discovery]\nhosts = a b c d e\n", "d.conf:2: bad value of 'hosts'" },
	{ "[discovery]\nendpoint.token_url = a..b\n", "d.conf:2: bad value of 'endpoint.token_url'" },
	{ "[discovery]\nendpoint.password = a\n", "d.conf:2: bad name 'endpoint.password'" },
	{ "[discovery]\nfield.x = a\n", "d.conf:2: unknown key 'field.x' in section [discovery]" },
	{ "[step]\n", "d.conf:1: unknown section" },
	{ "[step Login]\n", "d.conf:1: unknown section" },
	{ "[step a b]\n", "d.conf:1: unknown section" },
	{ "[error]\n", "d.conf:1: unknown section" },
	{ "[host git.example.com]\n", "d.conf:1: unknown section" },
	{ "a = b\n", "d.conf:1: unknown section []" },
	{ "[dialect]\nrefreshes = rotate\n",
	  "d.conf:2: unknown key 'refreshes' in section [dialect]" },
	{ "[dialect]\nrefresh = yes\n",
	  "d.conf:2: bad value of 'refresh'; expected rotate|keep|none" },
	{ "[dialect]\nrefresh =\n", "d.conf:2: bad value of 'refresh'" },
	{ "[dialect]\ntoken_chars = any\n",
	  "d.conf:2: bad value of 'token_chars'; expected b64token|visible" },
	{ "[dialect]\ndefault_lifetime = 0\n",
	  "d.conf:2: bad value of 'default_lifetime'; expected a plain number from 1 to 31536000 "
	  "seconds" },
	{ "[dialect]\ndefault_lifetime = 31536001\n", "d.conf:2: bad value" },
	{ "[dialect]\ndefault_lifetime = 1h\n", "d.conf:2: bad value" },
	{ "[dialect]\ndefault_lifetime =\n", "d.conf:2: bad value" },
	{ "[dialect]\nrefresh_lifetime = -1\n", "d.conf:2: bad value" },
	{ "[dialect]\nrefresh_lifetime = 315360001\n", "d.conf:2: bad value" },
	{ "[dialect]\nrequires = a  b\n", "d.conf:2: bad value of 'requires'; expected names" },
	{ "[defaults]\nToken = x\n", "d.conf:2: bad name 'Token'" },
	{ "[defaults]\npassword = x\n", "d.conf:2: bad name 'password'" },
	{ "[defaults]\nprior.access_token = x\n", "d.conf:2: bad name" },
	{ "[defaults]\ntoken_url = http://a.example/\n",
	  "d.conf:2: bad value of 'token_url'; expected a URL like https://" },
	{ "[defaults]\ntoken_url = http://{realm}/\n", "d.conf:2: bad value of 'token_url'" },
	{ "[defaults]\na = {\n", "d.conf:2: bad value of 'a'; expected text in which braces" },
	{ "[step s]\nurl = http://a.example/\n",
	  "d.conf:2: bad value of 'url'; expected a URL that begins with https://" },
	{ "[step s]\nurl = HTTPS://a.example/\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = https://a.example/ x\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = https://\xc3\xa4.example/\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = {a}}\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = {}\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = {a b}\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nurl = {{a}}\n", "d.conf:2: bad value of 'url'" },
	{ "[step s]\nmethod = PUT\n", "d.conf:2: bad value of 'method'; expected POST|GET" },
	{ "[step s]\nmethod = post\n", "d.conf:2: bad value of 'method'" },
	{ "[step s]\nbody = xml\n",
	  "d.conf:2: bad value of 'body'; expected form|json|query|none" },
	{ "[step s]\ncontent_type = json\n", "d.conf:2: bad value of 'content_type'" },
	{ "[step s]\naccept_type = a/b;c=d\n", "d.conf:2: bad value of 'accept_type'" },
	{ "[step s]\nclient_auth = basic\n",
	  "d.conf:2: bad value of 'client_auth'; expected none|basic_raw|basic_form|post" },
	{ "[step s]\nsuccess = 2xx\n", "d.conf:2: bad value of 'success'" },
	{ "[step s]\nsuccess = 299-200\n", "d.conf:2: bad value of 'success'" },
	{ "[step s]\nsuccess = 99\n", "d.conf:2: bad value of 'success'" },
	{ "[step s]\nsuccess = 200,201\n", "d.conf:2: bad value of 'success'" },
	{ "[step s]\nsuccess = 200-\n", "d.conf:2: bad value of 'success'" },
	{ "[step s]\nnext = a b\n", "d.conf:2: bad value of 'next'" },
	{ "[step s]\nheader. = x\n", "d.conf:2: bad name 'header.'" },
	{ "[step s]\nheader.Host = x\n", "d.conf:2: bad name 'header.Host'" },
	{ "[step s]\nheader.content-LENGTH = x\n", "d.conf:2: bad name" },
	{ "[step s]\nheader.Content-Type = x\n", "d.conf:2: bad name" },
	{ "[step s]\nheader.A:B = x\n", "d.conf:2: bad name" },
	{ "[step s]\nheader.A = \xc3\xa4\n", "d.conf:2: bad value of 'header.A'" },
	{ "[step s]\nheader.A = x\nheader.a = x\n", "d.conf:3: the header is spelt 'A' before" },
	{ "[step s]\nfield. = x\n", "d.conf:2: bad name 'field.'" },
	{ "[step s]\nfield.a. = x\n", "d.conf:2: bad name" },
	{ "[step s]\nfield..a = x\n", "d.conf:2: bad name" },
	{ "[step s]\nfield.a..b = x\n", "d.conf:2: bad name" },
	{ "[step s]\nfield.a = {x\n", "d.conf:2: bad value" },
	{ "[step s]\nfields.a = x\n", "d.conf:2: unknown key" },
	{ "[answer]\naccess_token = a..b\n",
	  "d.conf:2: bad value of 'access_token'; expected paths" },
	{ "[answer]\naccess_token = .a\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a.\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[-1]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[00]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[1000]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[0]b\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[text]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[=x]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[type=]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[string\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a[string]]\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = a  b\n", "d.conf:2: bad value" },
	{ "[answer]\naccess_token = $]\n", "d.conf:2: bad value" },
	{ "[answer]\nlifetime_is = minutes\n",
	  "d.conf:2: bad value of 'lifetime_is'; expected "
	  "auto|seconds|milliseconds|epoch|epoch_milliseconds" },
	{ "[answer]\nrefresh_lifetime_zero = never\n",
	  "d.conf:2: bad value of 'refresh_lifetime_zero'; expected unknown|ended" },
	{ "[answer]\ntoken_type_missing = any\n",
	  "d.conf:2: bad value of 'token_type_missing'; expected bearer|refused" },
	{ "[error e]\nmeans = success\n",
	  "d.conf:2: bad value of 'means'; expected refused|account" },
	{ "[error e]\nmeans =\n", "d.conf:2: bad value of 'means'" },
	{ "[error e]\nbody = xml\n", "d.conf:2: bad value of 'body'; expected empty|json|other" },
	{ "[error e]\nstatus = 40\n", "d.conf:2: bad value of 'status'" },
	{ "[error e]\nstep = a,b\n", "d.conf:2: bad value of 'step'" },
	{ "[error e]\ncode = a  b\n", "d.conf:2: bad value of 'code'" },
	{ "[use]\nheader = A B\n", "d.conf:2: bad value of 'header'" },
	{ "[use]\nheader = Host\n", "d.conf:2: bad value of 'header'" },
	{ "[use]\nheader.A = \xc3\xa4\n", "d.conf:2: bad value of 'header.A'" },
	{ "[use]\nscheme = a b\n", "d.conf:2: bad value of 'scheme'" },
	{ "[use]\nnothing = x\n", "d.conf:2: unknown key" },
};

static void assert_told(const struct error *error, const char *told)
{
	assert_int_equal(error->code, ERROR_CONFIGURATION);
	if (strncmp(error->text, told, strlen(told)) != 0)
		fail_msg("'%s' instead of '%s'", error->text, told);
}

static void test_bad_entries(void **state)
{
	struct dialect dialect;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_entries) / sizeof(bad_entries[0]); i++) {
		dialect_init(&dialect);
		if (read_text(&dialect, "d.conf", bad_entries[i].text, &error) == 0)
			fail_msg("accepted: %s", bad_entries[i].text);
		assert_told(&error, bad_entries[i].told);
		dialect_release(&dialect);
	}
}

/* ---- the whole ---- */

/* Each is appended to the whole dialect above; lines count from its first one, 12. */
static const struct bad bad_wholes[] = {
	{ "[step other]\nurl = {token_url}\n", "d.conf:13: url: this step is never taken" },
	{ "[answer other]\nerror = x\n", "d.conf: [step other] url: not set" },
	{ "[discovery]\nendpoint.token_url = token_endpoint\n", "d.conf: [discovery] url: not set" },
	{ "[discovery]\nurl = {issuer}/{username}\n", "d.conf:13: url: {username} cannot stand here" },
	{ "[discovery]\nurl = {issuer}/{client_secret}\n", "d.conf:13: url: {client_secret} cannot stand here" },
	{ "[error e]\nstatus = 400\n", "d.conf: [error e] means: not set" },
	{ "[error e]\nstep = logon\nmeans = refused\n",
	  "d.conf:13: step: names a step that does not exist" },
	{ "[defaults]\na = {b}\nb = {a}\n", "d.conf:13: a: variables name each other in a circle" },
	{ "[defaults]\na = {a}\n", "d.conf:13: a: variables name each other" },
	{ "[variables]\na = {b}\nb = {c}\nc = {d}\nd = {e}\ne = {f}\nf = x\n",
	  "d.conf:13: a: variables name each other" },
	{ "[defaults]\na = {password}\n", "d.conf:13: a: a variable may name only" },
	{ "[defaults]\na = {unknown}\n", "d.conf:13: a: a variable may name only" },
};

static void test_bad_wholes(void **state)
{
	struct dialect dialect;
	struct error error;
	char text[2048];
	size_t i;

	(void)state;
	assert_int_equal(read_checked(&dialect, whole, &error), 0);
	dialect_release(&dialect);
	for (i = 0; i < sizeof(bad_wholes) / sizeof(bad_wholes[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", whole, bad_wholes[i].text);
		if (read_checked(&dialect, text, &error) == 0)
			fail_msg("accepted: %s", bad_wholes[i].text);
		assert_told(&error, bad_wholes[i].told);
		dialect_release(&dialect);
	}
}

/* Each overrides entries of the whole dialect, as a vendor file does; the complaint names the
 * vendor file. */
static const struct bad bad_overrides[] = {
	{ "[step login]\nnext = nowhere\n", "v.conf:2: next: there is no step of that name" },
	{ "[step login]\nnext = login\n", "v.conf:2: next: the steps go in a circle" },
	{ "[step login]\nnext = refresh\n[step refresh]\nnext = login\n",
	  "v.conf:2: next: the steps go in a circle" },
	{ "[step login]\nnext = refresh\n",
	  "d.conf:9: field.token: {refresh_token} is not set in this step" },
	{ "[step login]\nurl =\n", "v.conf:2: url: not set" },
	{ "[step login]\nurl = https://a.example/{password}\n",
	  "v.conf:2: url: {password} is a secret" },
	{ "[step login]\nurl = https://a.example/{client_secret}\n",
	  "v.conf:2: url: {client_secret} is a secret" },
	{ "[step login]\nbody = query\n", "d.conf:6: field.password: {password} is a secret" },
	{ "[step login]\nbody = none\n", "v.conf:2: body: there are fields" },
	{ "[step login]\nmethod = GET\n", "v.conf:2: method: GET carries no body" },
	{ "[step login]\nfield.user = {refresh_token}\n",
	  "v.conf:2: field.user: {refresh_token} is not set in this step" },
	{ "[step login]\nfield.user = {prior.access_token}\n",
	  "v.conf:2: field.user: {prior.access_token} is a token of the step before" },
	{ "[step login]\nfield.user = {prior.other}\n",
	  "v.conf:2: field.user: {prior.other} is no variable" },
	{ "[step login]\nfield.user = {usrname}\n",
	  "v.conf:2: field.user: {usrname} is no variable" },
	{ "[step login]\nheader.A = {usrname}\n", "v.conf:2: header.A: {usrname} is no variable" },
	{ "[step login]\nbody = json\nfield.user.name = x\n",
	  "d.conf:5: field.user: another field lies below" },
	{ "[step login]\nfield.password =\n", "d.conf: no step sends the password" },
	{ "[step refresh]\nfield.a = {password}\n",
	  "v.conf:2: field.a: {password} is not set in this step" },
	{ "[step refresh]\nfield.a = {otp}\n", "v.conf:2: field.a: {otp} is not set in this step" },
	{ "[step login]\nnext = more\n[step more]\nurl = https://a.example/\nfield.a = "
	  "{password}\n",
	  "v.conf:4: url: a second step with {password}" },
	{ "[answer]\naccess_token =\n", "v.conf:2: access_token: not set" },
	{ "[step login]\nuser_auth = basic\nclient_auth = basic_raw\n",
	  "v.conf:2: user_auth: client and user cannot both be proved" },
	{ "[step login]\nuser_auth = basic\nheader.authorization = x\n",
	  "v.conf:2: user_auth: there is a header Authorization" },
	{ "[step refresh]\nuser_auth = basic\n",
	  "v.conf:2: user_auth: a password is there only at login" },
	{ "[step login]\nnext = more\n[step more]\nurl = https://a.example/\nuser_auth = basic\n",
	  "v.conf:4: url: a second step with {password}" },
	{ "[step refresh]\nfield.a = {password_suffix}\n",
	  "v.conf:2: field.a: {password_suffix} is not set in this step" },
	{ "[step login]\nurl = https://a.example/{password_suffix}\n",
	  "v.conf:2: url: {password_suffix} is a secret" },
};

static void test_bad_overrides(void **state)
{
	struct dialect dialect;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_overrides) / sizeof(bad_overrides[0]); i++) {
		assert_int_equal(read_checked(&dialect, whole, &error), 0);
		if (read_text(&dialect, "v.conf", bad_overrides[i].text, &error) < 0)
			fail_msg("%s", error.text);
		if (dialect_check(&dialect, "d.conf", &error) == 0)
			fail_msg("accepted: %s", bad_overrides[i].text);
		assert_told(&error, bad_overrides[i].told);
		dialect_release(&dialect);
	}
}

static void test_missing_steps(void **state)
{
	struct dialect dialect;
	struct error error;

	(void)state;
	assert_int_equal(read_checked(&dialect, "[dialect]\nrefresh = none\n", &error), -1);
	assert_told(&error, "d.conf: there is no [step login]");
	dialect_release(&dialect);
	assert_int_equal(read_checked(&dialect, "[step login]\nurl = {token_url}\n", &error), -1);
	assert_told(&error, "d.conf: there is no [step refresh]");
	dialect_release(&dialect);
}

static void test_bounds(void **state)
{
	struct dialect dialect;
	struct error error;
	char text[16384];
	size_t used = 0, i;

	(void)state;
	for (i = 0; i <= DIALECT_STEPS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[step s%zu]\n", i);
	dialect_init(&dialect);
	assert_int_equal(read_text(&dialect, "d.conf", text, &error), -1);
	assert_told(&error, "d.conf:9: there are more than 8 steps");
	dialect_release(&dialect);
	for (i = 0, used = 0; i <= DIALECT_RULES_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[error e%zu]\n", i);
	assert_int_equal(read_text(&dialect, "d.conf", text, &error), -1);
	assert_told(&error, "d.conf:65: there are more than 64 error rules");
	dialect_release(&dialect);
	used = (size_t)snprintf(text, sizeof(text), "[step s]\n");
	for (i = 0; i <= DIALECT_PARTS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "field.f%zu = x\n", i);
	assert_int_equal(read_text(&dialect, "d.conf", text, &error), -1);
	assert_told(&error, "d.conf:26: there are more than 24");
	dialect_release(&dialect);
	used = (size_t)snprintf(text, sizeof(text), "[step s]\nfield.a = ");
	memset(text + used, 'x', DIALECT_TEMPLATE_MAX);
	text[used + DIALECT_TEMPLATE_MAX] = '\0';
	assert_int_equal(read_text(&dialect, "d.conf", text, &error), -1);
	text[used + DIALECT_TEMPLATE_MAX - 1] = '\0';
	dialect_release(&dialect);
	assert_int_equal(read_text(&dialect, "d.conf", text, &error), 0);
	dialect_release(&dialect);
}

/* ---- overriding ---- */

static void test_overriding(void **state)
{
	static const char text[] = "[dialect]\nrefresh = none\ndescription =\n[step "
				   "login]\nfield.user =\nfield.more = x\n[variables]\na = b\n";
	const struct dialect_step *login;
	struct dialect dialect;
	struct error error;
	size_t before;

	(void)state;
	assert_int_equal(read_checked(&dialect, whole, &error), 0);
	before = dialect.entries_count;
	assert_int_equal(read_text(&dialect, "v.conf", text, &error), 0);
	assert_int_equal(dialect_check(&dialect, "d.conf", &error), 0);
	login = dialect_step_find(&dialect, "login");
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	assert_int_equal(login->fields_count, 3);
	assert_string_equal(login->fields[0].template_text, "");
	assert_string_equal(login->fields[2].name, "more");
	assert_string_equal(dialect_variable(&dialect, "a"), "b");
	assert_int_equal(dialect.entries_count,
			 before + 3); /* description, field.more, a; the others were replaced */
	assert_string_equal(dialect.entries[0].path, "v.conf");
	assert_string_equal(dialect.entries[0].value, "none");
	dialect_release(&dialect);
}

static void append_rules(char *out, size_t size, const struct dialect *dialect)
{
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < dialect->rules_count; i++)
		used += (size_t)snprintf(out + used, size - used, "%s ", dialect->rules[i].name);
}

/* The way to fetch: the entries alone make the same dialect, its rules in the same order. */
static void replay(struct dialect *copy, const struct dialect *dialect)
{
	struct ini_entry entry;
	struct error error;
	size_t i;

	dialect_init(copy);
	for (i = 0; i < dialect->entries_count; i++) {
		entry = (struct ini_entry){ "request", 0, dialect->entries[i].section,
					    dialect->entries[i].key, dialect->entries[i].value };
		if (dialect_set(copy, &entry, &error) < 0)
			fail_msg("%s", error.text);
	}
	assert_int_equal(copy->entries_count, dialect->entries_count);
}

static void test_own_rules_come_first(void **state)
{
	static const char base[] = "[error a]\nstatus = 400\nmeans = refused\n[error b]\nmeans = "
				   "account\n[error c]\nmeans = account\n";
	static const char own[] = "[error x]\nmeans = refused\n[error b]\nmeans = "
				  "configuration\n[error y]\nmeans = refused\nstatus = 401\n";
	struct dialect dialect, copy;
	struct error error;
	char order[64], replayed[64];
	size_t rules;

	(void)state;
	assert_int_equal(read_checked(&dialect, whole, &error), 0);
	assert_int_equal(read_text(&dialect, "d.conf", base, &error), 0);
	rules = dialect.rules_count;
	dialect_rules_to_front(&dialect, rules);
	append_rules(order, sizeof(order), &dialect);
	assert_string_equal(order, "a b c ");
	assert_int_equal(read_text(&dialect, "v.conf", own, &error), 0);
	dialect_rules_to_front(&dialect, rules);
	append_rules(order, sizeof(order), &dialect);
	assert_string_equal(order, "x y a b c ");
	assert_int_equal(dialect.rules[3].means, VERDICT_CONFIGURATION);
	assert_string_equal(dialect.rules[1].statuses, "401");
	replay(&copy, &dialect);
	append_rules(replayed, sizeof(replayed), &copy);
	assert_string_equal(replayed, order);
	dialect_release(&copy);
	dialect_release(&dialect);
}

/* ---- shipped files ---- */

static void test_shipped(void **state)
{
	struct dialect dialect, copy;
	struct error error;
	size_t i, j;

	(void)state;
	for (i = 0; i < SHIPPED; i++) {
		read_shipped(&dialect, shipped[i]);
		assert_non_null(dialect.description);
		assert_non_null(dialect.requires_keys);
		assert_true(dialect.rules_count > 0);
		for (j = 0; j < dialect.rules_count;
		     j++) /* a refusal never goes by the status alone: a proxy or a portal may have
			     answered */
			if (dialect.rules[j].means == VERDICT_REFUSED ||
			    dialect.rules[j].means == VERDICT_LOGIN_AGAIN)
				assert_true(dialect.rules[j].codes || dialect.rules[j].body >= 0);
		replay(&copy, &dialect);
		assert_int_equal(dialect_check(&copy, "request", &error), 0);
		dialect_release(&copy);
		dialect_release(&dialect);
	}
}

static void test_documented_facts(void **state)
{
	struct dialect dialect;
	const struct dialect_step *step;

	(void)state;
	read_shipped(&dialect, "apiax");
	assert_string_equal(
		dialect_variable(&dialect, "token_url"),
		"https://auth.apiax.io/auth/realms/apiax/protocol/openid-connect/token");
	assert_string_equal(dialect_variable(&dialect, "client_id"), "integration-api");
	assert_int_equal(dialect.refresh_lifetime, 14 * 86400);
	assert_true(dialect.refresh_anchored_at_login);
	assert_int_equal(dialect.default_lifetime, 1800);
	step = dialect_step_find(&dialect, "refresh");
	assert_string_equal(step->fields[1].name, "client_assertion_type");
	assert_string_equal(step->fields[1].template_text,
			    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	assert_string_equal(dialect_paths(&dialect, step, ROLE_LIFETIME), "expires_in expires_at");
	dialect_release(&dialect);

	read_shipped(&dialect, "vyopta");
	assert_string_equal(
		dialect_variable(&dialect, "token_url"),
		"https://login.vyopta.com/auth/realms/vyopta/protocol/openid-connect/token");
	assert_string_equal(dialect_variable(&dialect, "client_id"), "vyopta");
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	assert_int_equal(dialect.default_lifetime, 300);
	dialect_release(&dialect);

	read_shipped(&dialect, "amino");
	step = dialect_step_find(&dialect, "login");
	assert_string_equal(step->url, "{base_url}/api/auth/v1/access_tokens");
	assert_int_equal(step->body, BODY_JSON);
	assert_string_equal(step->content_type, "application/x-www-form-urlencoded");
	assert_string_equal(step->fields[1].name, "credentials.username");
	assert_int_equal(dialect.answer.token_type_required, 0);
	assert_int_equal(dialect.answer.lifetime_is, LIFETIME_EPOCH);
	assert_int_equal(dialect.default_lifetime, 3600);
	dialect_release(&dialect);
}

static void test_load(void **state)
{
	const char *folders[] = { files_at("none"), files_at("first"), files_at("second"), NULL };
	struct dialect dialect;
	struct error error;

	(void)state;
	files_folder("first");
	files_folder("second");
	files_write("first/a.conf", whole);
	files_write("second/a.conf", "[broken\n");
	files_write("second/b.conf", "[dialect]\n\nrefresh = x\n");
	dialect_init(&dialect);
	assert_int_equal(dialect_load(&dialect, "a", folders, &error), 0);
	assert_string_equal(dialect.name, "a");
	dialect_release(&dialect);
	assert_int_equal(dialect_load(&dialect, "b", folders, &error), -1);
	assert_non_null(strstr(error.text, "second/b.conf:3: bad value of 'refresh'"));
	dialect_release(&dialect);
	assert_int_equal(dialect_load(&dialect, "c", folders, &error), -1);
	assert_int_equal(error.errnum, 2);
	assert_non_null(strstr(error.text, "there is no dialect 'c'"));
	assert_int_equal(dialect_load(&dialect, "../first/a", folders, &error), -1);
	assert_int_equal(dialect_load(&dialect, "", folders, NULL), -1);
	dialect_release(&dialect);
}

/* ---- small ones ---- */

static void test_lists(void **state)
{
	(void)state;
	assert_true(dialect_status_in("200 201 400-499", 200));
	assert_true(dialect_status_in("200 201 400-499", 201));
	assert_true(dialect_status_in("200 201 400-499", 400));
	assert_true(dialect_status_in("200 201 400-499", 499));
	assert_false(dialect_status_in("200 201 400-499", 202));
	assert_false(dialect_status_in("200 201 400-499", 500));
	assert_false(dialect_status_in("200 201 400-499", 0));
	assert_false(dialect_status_in("", 200));
	assert_false(dialect_status_in("2000", 200));
	assert_true(dialect_word_in("a bc d", "bc"));
	assert_true(dialect_word_in("a bc d", "d"));
	assert_false(dialect_word_in("a bc d", "b"));
	assert_false(dialect_word_in("a bc d", "bcd"));
	assert_false(dialect_word_in("a bc d", "a bc"));
	assert_false(dialect_word_in("a", ""));
	assert_false(dialect_word_in("", ""));
}

static void test_verdicts(void **state)
{
	enum verdict verdict = VERDICT_SUCCESS;
	int i;

	(void)state;
	for (i = VERDICT_SUCCESS; i <= VERDICT_LOGIN_AGAIN; i++) {
		assert_int_equal(verdict_parse(verdict_word((enum verdict)i), &verdict), 0);
		assert_int_equal(verdict, i);
	}
	assert_string_equal(verdict_word(VERDICT_LOGIN_AGAIN), "login_again");
	assert_int_equal(verdict_parse("Success", &verdict), -1);
	assert_int_equal(verdict_parse("", &verdict), -1);
}

/* A file is judged by the INI parser first; what comes through fetch's socket is not. */
static void test_control_bytes(void **state)
{
	static const char *const keys[][2] = {
		{ "dialect", "description" },
		{ "dialect", "requires" },
		{ "defaults", "scope" },
		{ "defaults", "client_id" },
		{ "defaults", "token_url" },
		{ "step login", "url" },
		{ "step login", "content_type" },
		{ "step login", "accept_type" },
		{ "step login", "success" },
		{ "step login", "next" },
		{ "step login", "header.A" },
		{ "step login", "field.a" },
		{ "answer", "access_token" },
		{ "error e", "step" },
		{ "error e", "status" },
		{ "error e", "code" },
		{ "error e", "text" },
		{ "use", "header" },
		{ "use", "scheme" },
		{ "use", "header.A" },
	};
	struct ini_entry entry = { .path = "request", .line = 0 };
	struct dialect dialect;
	char value[] = "https://a.example/x";
	size_t i;
	int byte;

	(void)state;
	dialect_init(&dialect);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (byte = 1; byte < 0x80; byte = byte == 0x1f ? 0x7f : byte + 1) {
			value[10] = (char)byte;
			entry.section = keys[i][0];
			entry.key = keys[i][1];
			entry.value = value;
			if (dialect_set(&dialect, &entry, NULL) == 0)
				fail_msg("[%s] %s took byte %d", keys[i][0], keys[i][1], byte);
		}
	}
	dialect_release(&dialect);
}

static int parse_whole(const char *text, size_t length)
{
	struct dialect dialect;
	int result;

	dialect_init(&dialect);
	result = ini_parse("d.conf", text, length, set_entry, &dialect, NULL);
	if (result == 0)
		result = dialect_check(&dialect, "d.conf", NULL);
	dialect_release(&dialect);
	return result;
}

static void test_mutations(void **state)
{
	(void)state;
	mutations_all(
		parse_whole,
		"[dialect]\nrefresh=none\n[defaults]\nv=1\n[step "
		"login]\nurl=https://a.example/{v}\nsuccess=200-204\n"
		"field.p={password}\n[answer]\naccess_token=a[0].b c\n[error e]\nmeans=refused\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a dialect begins with its defaults", test_defaults),
		UNIT_TEST("every key is read into its place", test_every_key),
		UNIT_TEST("an unknown section or key and a bad value are refused with file, line "
			  "and what was expected",
			  test_bad_entries),
		UNIT_TEST("parts that do not fit together are refused", test_bad_wholes),
		UNIT_TEST("an override that does not fit is refused with the vendor file's line",
			  test_bad_overrides),
		UNIT_TEST("login and refresh must be there", test_missing_steps),
		UNIT_TEST("steps, rules, fields and values have bounds", test_bounds),
		UNIT_TEST("a later entry replaces an earlier one", test_overriding),
		UNIT_TEST("a vendor file's own rules are asked first, in fetch as well",
			  test_own_rules_come_first),
		UNIT_TEST("all shipped dialects are whole, and refuse nobody by a status alone",
			  test_shipped),
		UNIT_TEST("shipped dialects say what the vendors' documents say",
			  test_documented_facts),
		UNIT_TEST("a dialect is looked for by name in one folder after another", test_load),
		UNIT_TEST("statuses and words in lists", test_lists),
		UNIT_TEST("verdicts have words", test_verdicts),
		UNIT_TEST("NET-13 no key of a dialect takes a control byte", test_control_bytes),
		UNIT_TEST("prefixes and mutations of a good dialect do no harm", test_mutations),
	};

	return cmocka_run_group_tests_name("dialect", tests, files_make, files_remove);
}
