/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "common/vendor.h"
#include "common/vendor_places.h"

const char vendor_system_folder[] = "/etc/apitoken";

int vendor_place(char out[static VENDOR_PLACE_MAX], struct error *error, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(out, VENDOR_PLACE_MAX, format, arguments);
	va_end(arguments);
	if (length < 0 || length >= VENDOR_PLACE_MAX)
		return error_set(error, ERROR_CONFIGURATION, "a path of more than %d bytes: %s",
				 VENDOR_PLACE_MAX - 1, format);
	return 0;
}

int vendor_place_judge(const char *what, const char *folder, struct error *error)
{
	char shown[128];

	if (folder[0] == '/' && strlen(folder) < VENDOR_PLACE_MAX &&
	    text_is_visible(folder, strlen(folder)))
		return 0;
	return error_set(error, ERROR_CONFIGURATION,
			 "%s is '%s'; expected an absolute path of printable ASCII characters",
			 what, text_printable(shown, sizeof(shown), folder, strlen(folder)));
}

int vendor_places_add_configuration(struct vendor_places *places, size_t index, const char *folder,
				    struct error *error)
{
	if (vendor_place(places->vendor_folders[index], error, "%s/vendors.d", folder) < 0)
		return -1;
	return vendor_place(places->dialect_folders[index], error, "%s/dialects", folder);
}

int vendor_places_add_shipped(struct vendor_places *places, size_t index, const char *libexec,
			      struct error *error)
{
	if (vendor_place(places->libexec, error, "%s", libexec) < 0 ||
	    vendor_place(places->dialect_folders[index], error, "%s/dialects", libexec) < 0)
		return -1;
	return vendor_place(places->dialect_folders[index + 1], error,
			    "%s/../../share/apitoken/dialects", libexec);
}

int vendor_places_for_module(struct vendor_places *places, const char *configuration,
			     const char *libexec, struct error *error)
{
	struct vendor_places built;

	memset(&built, 0, sizeof(built));
	configuration = configuration ? configuration : vendor_system_folder;
	libexec = libexec ? libexec : APITOKEN_LIBEXECDIR;
	if (vendor_place_judge("the configuration folder", configuration, error) < 0 ||
	    vendor_place_judge("the libexec folder", libexec, error) < 0 ||
	    vendor_places_add_configuration(&built, 0, configuration, error) < 0 ||
	    vendor_places_add_shipped(&built, 1, libexec, error) < 0)
		return -1;
	*places = built;
	return 0;
}
