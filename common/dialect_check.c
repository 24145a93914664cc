/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be judged only when the last entry is in: that the parts of a dialect fit together. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/dialect.h"
#include "common/dialect_entry.h"
#include "common/dialect_syntax.h"
#include "common/text.h"

enum operation_bit { AT_LOGIN = 1, AT_REFRESH = 2, AT_REVOKE = 4, ALWAYS = 7 };

/* The variables of a request that are no configuration. */
struct variable_use {
	const char *name;
	unsigned int operations; /* where they are set */
	bool secret; /* keep out of URLs: they end in logs (RFC 6749 section 2.3.1, RFC 6750
			section 2.3) */
};

static const struct variable_use request_variables[] = {
	{ "username", ALWAYS, false },       { "password", AT_LOGIN, true },
	{ "password_suffix", AT_LOGIN, true },
	{ "otp", AT_LOGIN, true },           { "refresh_token", AT_REFRESH | AT_REVOKE, true },
	{ "access_token", AT_REVOKE, true }, { "client_secret", ALWAYS, true },
};

struct check {
	const struct dialect *dialect;
	const char *path;                           /* of the dialect's or vendor's file */
	unsigned int operations[DIALECT_STEPS_MAX]; /* those that each step has a part in */
	bool follows[DIALECT_STEPS_MAX];            /* another step's next */
};

static const struct dialect_entry *entry_find(const struct dialect *dialect, const char *section,
					      const char *key)
{
	return dialect_entries_find(dialect->entries, dialect->entries_count, section, key);
}

static int check_error(const struct check *check, struct error *error, const char *section,
		       const char *key, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* "FILE:LINE: key: what is wrong", or "FILE: [section] key: ..." where there is no such entry. */
static int check_error(const struct check *check, struct error *error, const char *section,
		       const char *key, const char *format, ...)
{
	const struct dialect_entry *entry = entry_find(check->dialect, section, key);
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	if (entry)
		return error_set(error, ERROR_CONFIGURATION, "%s:%d: %s: %s", entry->path,
				 entry->line, key, text);
	return error_set(error, ERROR_CONFIGURATION, "%s: [%s] %s: %s", check->path, section, key,
			 text);
}

/* The section's name as an entry has it: "step login". */
struct section {
	char text[sizeof("error ") + DIALECT_NAME_MAX];
};

static struct section section_of(const char *word, const char *name)
{
	struct section section;

	snprintf(section.text, sizeof(section.text), "%s %s", word, name);
	return section;
}

/* ---- variables ---- */

static bool is_vendor_variable(const char *name)
{
	return dialect_word_in("token_url base_url issuer client_id scope", name);
}

static const struct variable_use *request_variable(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(request_variables) / sizeof(request_variables[0]); i++)
		if (strcmp(request_variables[i].name, name) == 0)
			return &request_variables[i];
	return NULL;
}

/* A variable may name others, but not itself by a detour. What a request brings is not for
 * variables, so that steps show where secrets go. */
static const char *variable_fault(const struct dialect *dialect, const char *text, int nesting)
{
	char name[DIALECT_VARIABLE_NAME_MAX];
	const char *fault = NULL, *value;

	if (nesting > DIALECT_VARIABLES_NESTING)
		return "variables name each other in a circle, or more than 4 deep";
	while (!fault && dialect_template_next(&text, name) > 0) {
		value = dialect_variable(dialect, name);
		if (value)
			fault = variable_fault(dialect, value, nesting + 1);
		else if (!is_vendor_variable(name))
			fault = "a variable may name only other variables and keys of [vendor]";
	}
	return fault;
}

static int check_variables(const struct check *check, struct error *error)
{
	const struct dialect *dialect = check->dialect;
	const char *name, *fault;
	size_t i;

	for (i = 0; i < dialect->variables_count; i++) {
		name = dialect->variables[i].name;
		fault = variable_fault(dialect, dialect->variables[i].template_text, 0);
		if (fault)
			return check_error(check, error,
					   entry_find(dialect, "variables", name) ? "variables"
										  : "defaults",
					   name, "%s", fault);
	}
	return 0;
}

/* ---- chains ---- */

static void chain_walk(struct check *check, const char *name, unsigned int operation)
{
	const struct dialect_step *step = dialect_step_find(check->dialect, name);
	size_t hops;

	for (hops = 0; step && hops < DIALECT_STEPS_MAX; hops++) {
		check->operations[step - check->dialect->steps] |= operation;
		step = step->next[0] ? dialect_step_find(check->dialect, step->next) : NULL;
		if (step)
			check->follows[step - check->dialect->steps] = true;
	}
}

/* With at most DIALECT_STEPS_MAX steps, a way longer than that goes in a circle. */
static bool chain_loops(const struct dialect *dialect, const struct dialect_step *step)
{
	size_t hops;

	for (hops = 0; step && step->next[0]; hops++) {
		if (hops >= DIALECT_STEPS_MAX)
			return true;
		step = dialect_step_find(dialect, step->next);
	}
	return false;
}

static int check_chains(struct check *check, struct error *error)
{
	const struct dialect *dialect = check->dialect;
	const struct dialect_step *step;
	size_t i;

	if (!dialect_step_find(dialect, "login"))
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: there is no [step login]; expected how a password is "
				 "exchanged for a token",
				 check->path);
	if (dialect->refresh != REFRESH_NONE && !dialect_step_find(dialect, "refresh"))
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: there is no [step refresh]; add one, or say refresh = none "
				 "in [dialect]",
				 check->path);
	for (i = 0; i < dialect->steps_count; i++) {
		step = &dialect->steps[i];
		if (step->next[0] && !dialect_step_find(dialect, step->next))
			return check_error(check, error, section_of("step", step->name).text,
					   "next", "there is no step of that name");
		if (chain_loops(dialect, step))
			return check_error(check, error, section_of("step", step->name).text,
					   "next", "the steps go in a circle");
	}
	chain_walk(check, "login", AT_LOGIN);
	chain_walk(check, "refresh", AT_REFRESH);
	chain_walk(check, "revoke", AT_REVOKE);
	return 0;
}

/* ---- discovery ---- */

/* Anybody can read a discovery document; nothing of a person or a client is sent to get it. */
static int check_discovery(const struct check *check, struct error *error)
{
	const struct dialect_discovery *discovery = &check->dialect->discovery;
	const char *text = discovery->url;
	char name[DIALECT_VARIABLE_NAME_MAX];

	if (!text)
		return discovery->endpoints_count == 0
			       ? 0
			       : check_error(check, error, "discovery", "url",
					     "not set; expected for example "
					     "{issuer}/.well-known/openid-configuration");
	while (dialect_template_next(&text, name) > 0)
		if (!is_vendor_variable(name) && !dialect_variable(check->dialect, name))
			return check_error(check, error, "discovery", "url",
					   "{%s} cannot stand here; only keys of [vendor] and "
					   "variables can",
					   name);
	return 0;
}

/* ---- steps ---- */

/* Why the variable cannot stand in this step; NULL where it can. */
static const char *name_fault(const struct check *check, size_t step, const char *name, bool in_url)
{
	const struct variable_use *use = request_variable(name);

	if (use) {
		if (check->operations[step] & ~use->operations)
			return "is not set in this step: a password is there only at login, a "
			       "refresh token only afterwards";
		return use->secret && in_url ? "is a secret, and URLs end in logs; put it into a "
					       "field or a header"
					     : NULL;
	}
	if (strcmp(name, "prior.access_token") == 0 || strcmp(name, "prior.refresh_token") == 0) {
		if (!check->follows[step])
			return "is a token of the step before, but no step has this one as its "
			       "next";
		return in_url ? "is a secret, and URLs end in logs; put it into a field or a header"
			      : NULL;
	}
	if (is_vendor_variable(name) || dialect_variable(check->dialect, name) ||
	    dialect_discovers(check->dialect, name))
		return NULL;
	return "is no variable; define it in [defaults] or the vendor file's [variables]";
}

/* Checks the variables of one template: the value of key in the step. */
static int check_template(const struct check *check, size_t step, const char *key, const char *text,
			  bool in_url, struct error *error)
{
	char name[DIALECT_VARIABLE_NAME_MAX];
	const char *fault;

	while (dialect_template_next(&text, name) > 0) {
		fault = name_fault(check, step, name, in_url);
		if (fault)
			return check_error(
				check, error,
				section_of("step", check->dialect->steps[step].name).text, key,
				"{%s} %s", name, fault);
	}
	return 0;
}

static bool template_names(const char *text, const char *wanted)
{
	char name[DIALECT_VARIABLE_NAME_MAX];

	while (dialect_template_next(&text, name) > 0)
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

static int check_parts(const struct check *check, size_t step, const struct dialect_part *parts,
		       size_t count, const char *prefix, bool in_url, struct error *error)
{
	char key[INI_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "%s%s", prefix, parts[i].name);
		if (check_template(check, step, key, parts[i].template_text, in_url, error) < 0)
			return -1;
	}
	return 0;
}

/* In JSON "a" cannot be a string and, for "a.b", an object at once. */
static const char *fields_clash(const struct dialect_step *step)
{
	size_t i, j, length;

	for (i = 0; i < step->fields_count; i++) {
		length = strlen(step->fields[i].name);
		for (j = 0; j < step->fields_count; j++)
			if (strncmp(step->fields[i].name, step->fields[j].name, length) == 0 &&
			    step->fields[j].name[length] == '.')
				return step->fields[i].name;
	}
	return NULL;
}

static int check_body(const struct check *check, const struct dialect_step *step,
		      struct error *error)
{
	const char *name;
	char key[INI_NAME_MAX + 1];

	if (step->get && (step->body == BODY_FORM || step->body == BODY_JSON))
		return check_error(check, error, section_of("step", step->name).text, "method",
				   "GET carries no body; say body = query or body = none");
	if (step->body == BODY_NONE && step->fields_count > 0)
		return check_error(check, error, section_of("step", step->name).text, "body",
				   "there are fields, which body = none cannot carry");
	if (step->body == BODY_JSON && (name = fields_clash(step))) {
		snprintf(key, sizeof(key), "field.%s", name);
		return check_error(
			check, error, section_of("step", step->name).text, key,
			"another field lies below this one; in JSON it can be only one of the two");
	}
	return 0;
}

/* One request has one Authorization. */
static int check_user_auth(const struct check *check, size_t index, struct error *error)
{
	const struct dialect_step *step = &check->dialect->steps[index];
	const char *fault = NULL;
	size_t i;

	if (!step->user_basic)
		return 0;
	if (check->operations[index] & ~(unsigned int)AT_LOGIN)
		fault = "a password is there only at login";
	if (step->client_auth == CLIENT_AUTH_BASIC_RAW ||
	    step->client_auth == CLIENT_AUTH_BASIC_FORM)
		fault = "client and user cannot both be proved by HTTP Basic; say client_auth = "
			"none, post or assertion";
	for (i = 0; i < step->headers_count; i++)
		if (text_equal_ignoring_case(step->headers[i].name, "Authorization"))
			fault = "there is a header Authorization already";
	return fault ? check_error(check, error, section_of("step", step->name).text, "user_auth",
				   "%s", fault)
		     : 0;
}

static int check_step(const struct check *check, size_t index, struct error *error)
{
	const struct dialect_step *step = &check->dialect->steps[index];

	if (!step->url)
		return check_error(check, error, section_of("step", step->name).text, "url",
				   "not set; expected for example {token_url}");
	if (check->operations[index] == 0)
		return check_error(check, error, section_of("step", step->name).text, "url",
				   "this step is never taken; only login, refresh, revoke and "
				   "their next ones are");
	if ((check->operations[index] & (AT_LOGIN | AT_REFRESH)) &&
	    !dialect_paths(check->dialect, step, ROLE_ACCESS_TOKEN))
		return check_error(check, error, "answer", "access_token",
				   "not set; expected where the token stands in an answer");
	if (check_template(check, index, "url", step->url, true, error) < 0 ||
	    check_parts(check, index, step->headers, step->headers_count, "header.", false, error) <
		    0 ||
	    check_parts(check, index, step->fields, step->fields_count, "field.",
			step->body == BODY_QUERY, error) < 0)
		return -1;
	return check_user_auth(check, index, error) < 0 ? -1 : check_body(check, step, error);
}

static bool step_carries_password(const struct dialect_step *step)
{
	size_t i;

	if (step->user_basic)
		return true;
	for (i = 0; i < step->headers_count; i++)
		if (template_names(step->headers[i].template_text, "password"))
			return true;
	for (i = 0; i < step->fields_count; i++)
		if (template_names(step->fields[i].template_text, "password"))
			return true;
	return false;
}

/* RFC 6749 section 4.3.1: the password is discarded once a token is there. It goes out once. */
static int check_password(const struct check *check, struct error *error)
{
	const struct dialect *dialect = check->dialect;
	size_t i, count = 0;

	for (i = 0; i < dialect->steps_count; i++) {
		if (!step_carries_password(&dialect->steps[i]))
			continue;
		if (++count > 1)
			return check_error(check, error,
					   section_of("step", dialect->steps[i].name).text, "url",
					   "a second step with {password}; it is sent only once");
	}
	if (count == 0)
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: no step sends the password; expected {password} in a field "
				 "of [step login], or user_auth there",
				 check->path);
	return 0;
}

/* ---- rules ---- */

static int check_rule(const struct check *check, const struct dialect_rule *rule,
		      struct error *error)
{
	const char *list = rule->steps;
	char name[DIALECT_NAME_MAX];
	size_t length;

	if (!rule->has_means)
		return check_error(check, error, section_of("error", rule->name).text, "means",
				   "not set; expected what this answer means, for example refused");
	while (list && *list) {
		length = strcspn(list, " ");
		memcpy(name, list, length); /* a name: dialect_names_fault() */
		name[length] = '\0';
		if (!dialect_step_find(check->dialect, name))
			return check_error(check, error, section_of("error", rule->name).text,
					   "step", "names a step that does not exist");
		list += length + (list[length] == ' ');
	}
	return 0;
}

int dialect_check(const struct dialect *dialect, const char *path, struct error *error)
{
	struct check check = { .dialect = dialect, .path = path };
	size_t i;

	if (check_variables(&check, error) < 0 || check_chains(&check, error) < 0 ||
	    check_discovery(&check, error) < 0)
		return -1;
	for (i = 0; i < dialect->steps_count; i++)
		if (check_step(&check, i, error) < 0)
			return -1;
	if (check_password(&check, error) < 0)
		return -1;
	for (i = 0; i < dialect->rules_count; i++)
		if (check_rule(&check, &dialect->rules[i], error) < 0)
			return -1;
	return 0;
}
