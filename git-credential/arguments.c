/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "git-credential/command.h"

static const struct {
	const char *name;
	bool takes_value;
} options[OPTION_COUNT] = {
	[OPTION_USERNAME] = { "username", true },
	[OPTION_ACCOUNT] = { "account", true },
	[OPTION_PASSWORD_STDIN] = { "password-stdin", false },
	[OPTION_ALL] = { "all", false },
	[OPTION_JSON] = { "json", false },
	[OPTION_FORCE] = { "force", false },
	[OPTION_VENDOR] = { "vendor", true },
	[OPTION_LOGIN] = { "login", false },
	[OPTION_MINIMUM_LIFE] = { "minimum-life", true },
};

/* The option of this command that the word "--NAME" or "--NAME=VALUE" means; OPTION_COUNT where
 * there is none. */
static enum option find_option(const struct command *command, const char *word)
{
	size_t length = strcspn(word + 2, "=");

	for (unsigned int i = 0; i < OPTION_COUNT; i++)
		if ((command->options & OPTION_BIT(i)) != 0 && strlen(options[i].name) == length &&
		    memcmp(word + 2, options[i].name, length) == 0)
			return (enum option)i;
	return OPTION_COUNT;
}

/* Takes the option at words[*index], and its value from behind '=' or from the next word. */
static int take_option(const struct command *command, int count, char **words, int *index,
		       struct arguments *arguments, struct error *error)
{
	const char *word = words[*index], *equals = strchr(word, '=');
	enum option option = find_option(command, word);

	if (option == OPTION_COUNT)
		return error_set(error, ERROR_USAGE, "'%s' is not an option of 'apitoken %s'", word,
				 command->name);
	if (arguments->given[option])
		return error_set(error, ERROR_USAGE, "--%s is given twice", options[option].name);
	arguments->given[option] = true;
	if (!options[option].takes_value)
		return equals ? error_set(error, ERROR_USAGE, "--%s takes no value",
					  options[option].name)
			      : 0;
	if (!equals && *index + 1 >= count)
		return error_set(error, ERROR_USAGE, "--%s needs a value", options[option].name);
	arguments->value[option] = equals ? equals + 1 : words[++*index];
	if (arguments->value[option][0] == '\0')
		return error_set(error, ERROR_USAGE, "--%s needs a value", options[option].name);
	return 0;
}

static int take_operand(const struct command *command, const char *word,
			struct arguments *arguments, struct error *error)
{
	if (!command->takes_operand || arguments->operand)
		return error_set(error, ERROR_USAGE, "'%s' is one word too many for 'apitoken %s'",
				 word, command->name);
	if (word[0] == '\0')
		return error_set(error, ERROR_USAGE, "an empty word is no vendor");
	arguments->operand = word;
	return 0;
}

int arguments_parse(const struct command *command, int count, char **words,
		    struct arguments *arguments, struct error *error)
{
	bool options_end = false;
	int result = 0;

	memset(arguments, 0, sizeof(*arguments));
	for (int i = 0; i < count && result == 0; i++) {
		if (!options_end && strcmp(words[i], "--") == 0)
			options_end = true;
		else if (!options_end &&
			 (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0))
			arguments->help = true;
		else if (!options_end && strncmp(words[i], "--", 2) == 0)
			result = take_option(command, count, words, &i, arguments, error);
		else if (!options_end && words[i][0] == '-')
			result = error_set(error, ERROR_USAGE,
					   "'%s' is not an option of 'apitoken %s'", words[i],
					   command->name);
		else
			result = take_operand(command, words[i], arguments, error);
	}
	return result;
}
