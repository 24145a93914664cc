/* SPDX-License-Identifier: BSD-3-Clause */
/* The only file of the core that reads the environment: for a user's own programs, which run as
 * that user. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "common/vendor_places.h"

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
		snprintf(out, VENDOR_PLACE_MAX, "%.*s/../libexec/apitoken",
			 (int)(VENDOR_PLACE_MAX - sizeof("/../libexec/apitoken")), program);
}

/* With "su -m" or "sudo --preserve-env" HOME is still somebody else's. */
static bool is_own_folder(const char *path)
{
	struct stat status;

	return path[0] == '/' && stat(path, &status) == 0 && status.st_uid == geteuid();
}

static int add_user_folder(struct vendor_places *places, size_t *count, struct error *error)
{
	const char *home = secure_getenv("HOME");
	char folder[VENDOR_PLACE_MAX];

	if (!home || !is_own_folder(home))
		return 0;
	if (vendor_place_judge("HOME", home, error) < 0 ||
	    vendor_place(folder, error, "%s/.config/apitoken", home) < 0)
		return -1;
	return vendor_places_add_configuration(places, (*count)++, folder, error);
}

static int build(struct vendor_places *places, struct error *error)
{
	const char *chosen = secure_getenv("APITOKEN_CONFIG");
	char libexec[VENDOR_PLACE_MAX];
	size_t count = 0;

	if (chosen && vendor_place_judge("APITOKEN_CONFIG", chosen, error) < 0)
		return -1;
	if (!chosen && add_user_folder(places, &count, error) < 0)
		return -1;
	if (vendor_places_add_configuration(places, count++,
					    chosen ? chosen : vendor_system_folder, error) < 0)
		return -1;
	libexec_find(libexec);
	return vendor_places_add_shipped(places, count, libexec, error);
}

/* Built where it shall be: a copy of so many pages is felt by a cached get. */
int vendor_places_for_user(struct vendor_places *places, struct error *error)
{
	memset(places, 0, sizeof(*places));
	if (build(places, error) == 0)
		return 0;
	memset(places, 0, sizeof(*places));
	return -1;
}
