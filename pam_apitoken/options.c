/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/options.h"

#include <stddef.h>
#include <string.h>

#include "common/text.h"
#include "common/vendor.h"

enum {
	ARGUMENT_SHOWN_MAX = 64, /* bytes of a bad argument that are shown */
	FOLDER_MAX = VENDOR_PLACE_MAX - 64, /* bytes: leaves room for the folders below it */
};

enum option_kind { OPTION_FLAG, OPTION_VENDOR, OPTION_FOLDER };

static const struct option_key {
	const char *name; /* with '=' where a value follows */
	enum option_kind kind;
	size_t offset;
} keys[] = {
	{ "vendor=", OPTION_VENDOR, offsetof(struct options, vendor) },
	{ "config=", OPTION_FOLDER, offsetof(struct options, configuration) },
	{ "libexec=", OPTION_FOLDER, offsetof(struct options, libexec) },
	{ "debug", OPTION_FLAG, offsetof(struct options, debug) },
	{ "use_first_pass", OPTION_FLAG, offsetof(struct options, use_first_pass) },
	{ "try_first_pass", OPTION_FLAG, offsetof(struct options, try_first_pass) },
};

enum { KEYS_COUNT = sizeof(keys) / sizeof(keys[0]) };

static int argument_error(struct error *error, const char *argument, const char *problem)
{
	char shown[ARGUMENT_SHOWN_MAX];

	text_printable(shown, sizeof(shown), argument, strlen(argument));
	return error_set(error, ERROR_CONFIGURATION,
			 "PAM stack: argument \"%s\" of pam_apitoken.so %s", shown, problem);
}

static const struct option_key *key_find(const char *argument)
{
	for (size_t i = 0; i < KEYS_COUNT; i++) {
		if (keys[i].kind == OPTION_FLAG ? strcmp(argument, keys[i].name) == 0
						: text_starts_with(argument, keys[i].name))
			return &keys[i];
	}
	return NULL;
}

static int value_check(const struct option_key *key, const char *argument, const char *value,
		       struct error *error)
{
	if (value[0] == '\0')
		return argument_error(error, argument, "has no value");
	if (key->kind == OPTION_VENDOR && !vendor_name_valid(value))
		return argument_error(error, argument,
				      "is not a vendor's name: [a-z0-9][a-z0-9_-]*, or none");
	if (key->kind == OPTION_FOLDER && (value[0] != '/' || strlen(value) > FOLDER_MAX))
		return argument_error(error, argument, "is not an absolute path");
	return 0;
}

static int option_set(struct options *options, const struct option_key *key, const char *argument,
		      struct error *error)
{
	char *field = (char *)options + key->offset;
	const char *value = argument + strlen(key->name);

	if (key->kind == OPTION_FLAG) {
		const bool on = true;
		memcpy(field, &on, sizeof(on));
		return 0;
	}
	if (value_check(key, argument, value, error) < 0)
		return -1;
	memcpy(field, &value, sizeof(value));
	return 0;
}

int options_parse(struct options *options, int argc, const char *const *argv, struct error *error)
{
	bool seen[KEYS_COUNT] = { false };

	*options = (struct options){ .configuration = OPTIONS_CONFIGURATION,
				     .libexec = APITOKEN_LIBEXECDIR };
	for (int i = 0; i < argc; i++) {
		const struct option_key *key = key_find(argv[i]);

		if (key == NULL)
			return argument_error(error, argv[i], "is unknown: see pam_apitoken(8)");
		if (seen[key - keys])
			return argument_error(error, argv[i], "repeats an earlier one");
		seen[key - keys] = true;
		if (option_set(options, key, argv[i], error) < 0)
			return -1;
	}
	if (options->use_first_pass && options->try_first_pass)
		return argument_error(error, "try_first_pass",
				      "contradicts use_first_pass: keep one of them");
	return 0;
}
