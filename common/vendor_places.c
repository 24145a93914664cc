/* SPDX-License-Identifier: BSD-3-Clause */
/* Where files are looked for: the module takes paths from its arguments, a user's programs from their environment. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "common/vendor.h"

static const char system_folder[] = "/etc/apitoken";

static int place(char out[static VENDOR_PLACE_MAX], struct error *error, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int place(char out[static VENDOR_PLACE_MAX], struct error *error, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(out, VENDOR_PLACE_MAX, format, arguments);
	va_end(arguments);
	if (length < 0 || length >= VENDOR_PLACE_MAX)
		return error_set(error, ERROR_CONFIGURATION, "a path of more than %d bytes: %s", VENDOR_PLACE_MAX - 1, format);
	return 0;
}

static int folder_judge(const char *what, const char *folder, struct error *error)
{
	char shown[128];

	if (folder[0] == '/' && strlen(folder) < VENDOR_PLACE_MAX && text_is_visible(folder, strlen(folder)))
		return 0;
	return error_set(error, ERROR_CONFIGURATION, "%s is '%s'; expected an absolute path of printable ASCII characters", what,
			 text_printable(shown, sizeof(shown), folder, strlen(folder)));
}

/* Adds CONFIGURATION/vendors.d and CONFIGURATION/dialects as number index of each. */
static int add_configuration(struct vendor_places *places, size_t index, const char *folder, struct error *error)
{
	if (place(places->vendor_folders[index], error, "%s/vendors.d", folder) < 0)
		return -1;
	return place(places->dialect_folders[index], error, "%s/dialects", folder);
}

/* The dialects that came with the programs: beside them in a build folder, below share where they are installed. */
static int add_shipped(struct vendor_places *places, size_t index, const char *libexec, struct error *error)
{
	if (place(places->libexec, error, "%s", libexec) < 0 || place(places->dialect_folders[index], error, "%s/dialects", libexec) < 0)
		return -1;
	return place(places->dialect_folders[index + 1], error, "%s/../../share/apitoken/dialects", libexec);
}

int vendor_places_for_module(struct vendor_places *places, const char *configuration, const char *libexec, struct error *error)
{
	struct vendor_places built;

	memset(&built, 0, sizeof(built));
	configuration = configuration ? configuration : system_folder;
	libexec = libexec ? libexec : APITOKEN_LIBEXECDIR;
	if (folder_judge("the configuration folder", configuration, error) < 0 || folder_judge("the libexec folder", libexec, error) < 0 ||
	    add_configuration(&built, 0, configuration, error) < 0 || add_shipped(&built, 1, libexec, error) < 0)
		return -1;
	*places = built;
	return 0;
}

/* The folder of fetch: beside this program in a build folder, else where "make install" puts it. */
static void libexec_find(char out[static VENDOR_PLACE_MAX])
{
	char program[VENDOR_PLACE_MAX], beside[VENDOR_PLACE_MAX + sizeof("/fetch")];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	snprintf(out, VENDOR_PLACE_MAX, "%s", APITOKEN_LIBEXECDIR);
	if (length <= 0 || (size_t)length == sizeof(program) - 1)
		return;
	program[length] = '\0';
	slash = strrchr(program, '/');
	if (!slash)
		return;
	*slash = '\0';
	snprintf(beside, sizeof(beside), "%s/fetch", program);
	if (access(beside, F_OK) == 0)
		text_copy(out, VENDOR_PLACE_MAX, program);
	else if (strlen(program) + sizeof("/../libexec/apitoken") <= VENDOR_PLACE_MAX)
		snprintf(out, VENDOR_PLACE_MAX, "%.*s/../libexec/apitoken", (int)(VENDOR_PLACE_MAX - sizeof("/../libexec/apitoken")), program);
}

static int add_user_folder(struct vendor_places *places, size_t *count, struct error *error)
{
	const char *home = secure_getenv("HOME");
	char folder[VENDOR_PLACE_MAX];

	if (!home || home[0] != '/')
		return 0;
	if (folder_judge("HOME", home, error) < 0 || place(folder, error, "%s/.config/apitoken", home) < 0)
		return -1;
	return add_configuration(places, (*count)++, folder, error);
}

int vendor_places_for_user(struct vendor_places *places, struct error *error)
{
	const char *chosen = secure_getenv("APITOKEN_CONFIG");
	struct vendor_places built;
	char libexec[VENDOR_PLACE_MAX];
	size_t count = 0;

	memset(&built, 0, sizeof(built));
	if (chosen && folder_judge("APITOKEN_CONFIG", chosen, error) < 0)
		return -1;
	if (!chosen && add_user_folder(&built, &count, error) < 0)
		return -1;
	if (add_configuration(&built, count++, chosen ? chosen : system_folder, error) < 0)
		return -1;
	libexec_find(libexec);
	if (add_shipped(&built, count, libexec, error) < 0)
		return -1;
	*places = built;
	return 0;
}
