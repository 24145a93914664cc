/* SPDX-License-Identifier: BSD-3-Clause */
/* A vendor's dialect: the shipped file, and on top what the vendor's own file says. */
#include <stdio.h>
#include <string.h>

#include "common/dialect_syntax.h"
#include "common/vendor.h"

enum {
	FOLDERS_MAX = sizeof(((struct vendor_places *)NULL)->dialect_folders) /
		      sizeof(((struct vendor_places *)NULL)->dialect_folders[0])
};

static int load(struct dialect *dialect, const struct vendor *vendor,
		const struct vendor_places *places, struct error *error)
{
	const char *folders[FOLDERS_MAX + 1] = { NULL };
	size_t i;

	for (i = 0; i < FOLDERS_MAX && places->dialect_folders[i][0]; i++)
		folders[i] = places->dialect_folders[i];
	if (dialect_load(dialect, vendor->dialect, folders, error) == 0)
		return 0;
	return error_prefix(error, "%s:%d", vendor->path, vendor->dialect_line);
}

static int override(struct dialect *dialect, const struct vendor *vendor, struct error *error)
{
	const struct dialect_entry *entry, *end = vendor->overrides + vendor->overrides_count;
	size_t rules = dialect->rules_count;
	struct ini_entry own;

	for (entry = vendor->overrides; entry < end; entry++) {
		own = (struct ini_entry){ entry->path, entry->line, entry->section, entry->key,
					  entry->value };
		if (dialect_set(dialect, &own, error) < 0)
			return -1;
	}
	dialect_rules_to_front(dialect, rules);
	return 0;
}

/* refresh = none and try of the vendor file, in the dialect's words. */
static int override_refresh(struct dialect *dialect, const struct vendor *vendor,
			    struct error *error)
{
	struct ini_entry entry = {
		.path = vendor->path, .section = "dialect", .key = "refresh", .value = "none"
	};

	if (vendor->refresh == VENDOR_REFRESH_AUTO ||
	    (vendor->refresh == VENDOR_REFRESH_TRY && dialect->refresh != REFRESH_NONE))
		return 0;
	if (vendor->refresh == VENDOR_REFRESH_TRY)
		entry.value = "rotate";
	return dialect_set(dialect, &entry, error);
}

static bool is_set(const struct vendor *vendor, const struct dialect *dialect, const char *key)
{
	const char *value;

	if (strcmp(key, "client_secret_file") == 0)
		return vendor->client_secret_file != NULL;
	value = dialect_variable(dialect, key);
	if ((!value || value[0] == '\0') && dialect_discovers(dialect, key))
		value = dialect_variable(dialect, "issuer");
	return value && value[0] != '\0';
}

static int check_required(const struct vendor *vendor, const struct dialect *dialect,
			  struct error *error)
{
	static const char vendor_keys[] =
		"token_url base_url issuer client_id client_secret_file scope";
	const char *list = dialect->requires_keys ? dialect->requires_keys : "";
	char key[DIALECT_NAME_MAX];
	size_t length;

	for (; *list; list += length + (list[length] == ' ')) {
		length = strcspn(list, " ");
		memcpy(key, list, length); /* a name: dialect_names_fault() */
		key[length] = '\0';
		if (!is_set(vendor, dialect, key))
			return error_set(error, ERROR_CONFIGURATION,
					 "%s: '%s'%s is missing in [%s]; the dialect %s needs it",
					 vendor->path, key,
					 dialect_discovers(dialect, key) ? " (or 'issuer')" : "",
					 dialect_word_in(vendor_keys, key) ? "vendor" : "variables",
					 vendor->dialect);
	}
	return 0;
}

/* The variable of its URL that is not set and cannot be discovered: then name has it, and true. */
static bool lacks_variable(const struct vendor *vendor, const struct dialect *dialect,
			   const struct dialect_step *step,
			   char name[static DIALECT_VARIABLE_NAME_MAX])
{
	const char *text = step->url;

	while (text && dialect_template_next(&text, name) > 0)
		if ((dialect_variable(dialect, name) || dialect_discovers(dialect, name)) &&
		    !is_set(vendor, dialect, name))
			return true;
	return false;
}

bool vendor_revokes(const struct vendor *vendor, const struct dialect *dialect)
{
	const struct dialect_step *step = dialect_step_find(dialect, "revoke");
	char name[DIALECT_VARIABLE_NAME_MAX];

	return step && step->url && !lacks_variable(vendor, dialect, step, name);
}

/* Who wants logins ended at the vendor learns at once where that cannot work. */
static int check_revocation(const struct vendor *vendor, const struct dialect *dialect,
			    struct error *error)
{
	const char *setting = vendor->revoke_on_logout ? "on_logout = revoke" :
							 "revoke_displaced = yes";
	const struct dialect_step *step = dialect_step_find(dialect, "revoke");
	char name[DIALECT_VARIABLE_NAME_MAX];

	if (!vendor->revoke_on_logout && !vendor->revoke_displaced)
		return 0;
	if (!step || !step->url)
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: %s needs a [step revoke], which the dialect %s has not",
				 vendor->path, setting, vendor->dialect);
	if (!lacks_variable(vendor, dialect, step, name))
		return 0;
	return error_set(error, ERROR_CONFIGURATION, "%s: %s needs '%s' in [variables]%s",
			 vendor->path, setting, name,
			 dialect_discovers(dialect, name) ? ", or 'issuer' in [vendor]" : "");
}

static bool parts_name(const struct dialect_part *parts, size_t count, const char *variable)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(parts[i].template_text, variable))
			return true;
	return false;
}

static bool dialect_sends(const struct dialect *dialect, const char *variable)
{
	const struct dialect_step *step = dialect->steps;

	for (; step < dialect->steps + dialect->steps_count; step++)
		if (parts_name(step->fields, step->fields_count, variable) ||
		    parts_name(step->headers, step->headers_count, variable))
			return true;
	return false;
}

/* A code that no step sends would be cut off a password for nothing, and a suffix be read for
 * nothing. */
static int check_sent(const struct vendor *vendor, const struct dialect *dialect,
		      struct error *error)
{
	if (vendor->otp_digits != 0 && !dialect_sends(dialect, "{otp}"))
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: 'otp_digits' is set, but the dialect %s sends no {otp}; add "
				 "field.otp = {otp} to [step login]",
				 vendor->path, vendor->dialect);
	if (vendor->password_suffix_file && !dialect_sends(dialect, "{password_suffix}"))
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: 'password_suffix_file' is set, but the dialect %s sends no "
				 "{password_suffix}; say for example field.password = "
				 "{password}{password_suffix} in [step login]",
				 vendor->path, vendor->dialect);
	return 0;
}

int vendor_dialect(const struct vendor *vendor, const struct vendor_places *places,
		   struct dialect *dialect, struct error *error)
{
	dialect_init(dialect);
	if (load(dialect, vendor, places, error) == 0 && override(dialect, vendor, error) == 0 &&
	    override_refresh(dialect, vendor, error) == 0 &&
	    dialect_check(dialect, vendor->path, error) == 0 &&
	    check_required(vendor, dialect, error) == 0 && check_sent(vendor, dialect, error) == 0 &&
	    check_revocation(vendor, dialect, error) == 0)
		return 0;
	dialect_release(dialect);
	return -1;
}
