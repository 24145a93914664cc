/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/describe.h"

#include <stdio.h>
#include <string.h>

enum {
	NAME_MAX_SHOWN = 64, /* bytes with NUL */
	DEPTH_MAX = 4,       /* defaults that name other variables */
	LINE_SIZE = 4096,    /* bytes of one value */
};

static bool is_secret(const char *name)
{
	static const char *const secrets[] = { "password",      "password_suffix", "otp",
					       "refresh_token", "client_secret",   "access_token" };

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(name, secrets[i]) == 0)
			return true;
	return false;
}

/* The vendor file's own value of a variable; NULL: it sets none. */
static const char *vendor_value(const struct vendor *vendor, const char *name)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "token_url", vendor->token_url }, { "base_url", vendor->base_url },
		{ "issuer", vendor->issuer },       { "client_id", vendor->client_id },
		{ "scope", vendor->scope },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(name, values[i].name) == 0)
			return values[i].value;
	return NULL;
}

struct description {
	struct secret *out;
	const struct vendor *vendor;
	const struct dialect *dialect;
	const char *username;
};

static void expand(const struct description *description, const char *text, int depth);

static void expand_name(const struct description *description, const char *name, int depth)
{
	const char *value = vendor_value(description->vendor, name);

	if (is_secret(name)) {
		secret_append_text(description->out, "***");
	} else if (strcmp(name, "username") == 0) {
		secret_append_text(description->out, description->username);
	} else if (value) {
		secret_append_text(description->out, value);
	} else if ((value = dialect_variable(description->dialect, name)) != NULL &&
		   value[0] != '\0' && depth < DEPTH_MAX) {
		expand(description, value, depth + 1);
	} else if (strchr(name, '.') || dialect_discovers(description->dialect, name)) {
		/* prior.access_token: only an answer tells */
		secret_append_text(description->out, "{");
		secret_append_text(description->out, name);
		secret_append_text(description->out, "}");
	}
}

static void expand(const struct description *description, const char *text, int depth)
{
	while (*text) {
		size_t plain = strcspn(text, "{"), length;
		char name[NAME_MAX_SHOWN];

		secret_append(description->out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		length = strcspn(text, "}");
		if (text[length] == '\0' || length - 1 >= sizeof(name)) {
			secret_append_text(description->out, text);
			return;
		}
		memcpy(name, text + 1, length - 1);
		name[length - 1] = '\0';
		expand_name(description, name, depth);
		text += length + 1;
	}
}

static void describe_parts(const struct description *description, const char *what,
			   const struct dialect_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct secret line = SECRET_NONE;
		struct description value = *description;

		value.out = &line;
		if (secret_init(&line, LINE_SIZE) == 0)
			expand(&value, parts[i].template_text, 0);
		if (line.length > 0) /* what is empty is not sent */
			secret_append_format(description->out, "    %s %s = %s\n", what,
					     parts[i].name, line.bytes);
		secret_release(&line);
	}
}

static const char *body_words(enum dialect_body body)
{
	switch (body) {
	case BODY_FORM:
		return "form";
	case BODY_JSON:
		return "JSON";
	case BODY_QUERY:
		return "the URL's query";
	case BODY_NONE:
		break;
	}
	return "nothing";
}

/* A public client has no secret and proves nothing. */
static const char *client_words(const struct vendor *vendor, enum dialect_client_auth auth)
{
	if (!vendor->client_secret_file)
		return "";
	switch (auth) {
	case CLIENT_AUTH_BASIC_RAW:
	case CLIENT_AUTH_BASIC_FORM:
		return "    client: Authorization: Basic ***\n";
	case CLIENT_AUTH_POST:
		return "    client: client_id and client_secret (***) as fields\n";
	case CLIENT_AUTH_ASSERTION:
		return "    client: client_assertion, signed with the key in client_secret_file\n";
	case CLIENT_AUTH_NONE:
		break;
	}
	return "";
}

void describe_step(struct secret *out, const struct dialect_step *step, const struct vendor *vendor,
		   const struct dialect *dialect, const char *username)
{
	const struct description description = {
		.out = out, .vendor = vendor, .dialect = dialect, .username = username
	};

	secret_append_format(out, "  %s: %s ", step->name, step->get ? "GET" : "POST");
	expand(&description, step->url, 0);
	secret_append_format(out, " with %s%s%s\n", body_words(step->body),
			     step->content_type ? " as " : "",
			     step->content_type ? step->content_type : "");
	secret_append_text(out, client_words(vendor, step->client_auth));
	if (step->user_basic)
		secret_append_format(out, "    user: Authorization: Basic *** (%s and the password)\n",
				     username);
	describe_parts(&description, "header", step->headers, step->headers_count);
	describe_parts(&description, "field", step->fields, step->fields_count);
}

static void describe_chain(struct secret *out, const char *first, const struct vendor *vendor,
			   const struct dialect *dialect, const char *username)
{
	const struct dialect_step *step = dialect_step_find(dialect, first);

	for (int i = 0; step && i < DIALECT_STEPS_MAX; i++) {
		describe_step(out, step, vendor, dialect, username);
		step = step->next[0] != '\0' ? dialect_step_find(dialect, step->next) : NULL;
	}
}

/* True where the step's URL stands in the issuer's document alone. */
static bool is_discovered(const struct dialect *dialect, const char *step_name)
{
	const struct dialect_step *step = dialect_step_find(dialect, step_name);
	const struct dialect_discovery *discovery = &dialect->discovery;
	const char *value = dialect_variable(dialect, "issuer");
	char name[DIALECT_VARIABLE_NAME_MAX + 2];

	if (!step || !step->url || !value || value[0] == '\0')
		return false;
	for (size_t i = 0; i < discovery->endpoints_count; i++) {
		value = dialect_variable(dialect, discovery->endpoints[i].name);
		snprintf(name, sizeof(name), "{%s}", discovery->endpoints[i].name);
		if ((!value || value[0] == '\0') && strstr(step->url, name))
			return true;
	}
	return false;
}

static void describe_discovery(struct secret *out, const struct vendor *vendor,
			       const struct dialect *dialect, const char *username)
{
	struct vendor shown = *vendor;
	const struct description description = {
		.out = out, .vendor = &shown, .dialect = dialect, .username = username
	};
	char issuer[URL_MAX];
	size_t length;

	if (!is_discovered(dialect, "login"))
		return;
	/* As fetch does: no slash at the issuer's end. */
	snprintf(issuer, sizeof(issuer), "%s", vendor->issuer ? vendor->issuer : "");
	for (length = strlen(issuer); length > 0 && issuer[length - 1] == '/'; length--)
		issuer[length - 1] = '\0';
	if (vendor->issuer)
		shown.issuer = issuer;
	secret_append_text(out, "  first, and before each other one: GET ");
	expand(&description, dialect->discovery.url, 0);
	secret_append_text(out, " with nothing\n");
}

void describe_vendor(struct secret *out, const struct vendor *vendor, const struct dialect *dialect,
		     const char *username)
{
	describe_discovery(out, vendor, dialect, username);
	describe_chain(out, "login", vendor, dialect, username);
	if (dialect->refresh != REFRESH_NONE || vendor->refresh == VENDOR_REFRESH_TRY)
		describe_chain(out, "refresh", vendor, dialect, username);
	if (vendor_revokes(vendor, dialect))
		describe_chain(out, "revoke", vendor, dialect, username);
}
