/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/vendor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dialect_entry.h"
#include "common/dialect_syntax.h"
#include "common/ini.h"
#include "common/text.h"
#include "common/vendor_key.h"

bool vendor_name_valid(const char *name)
{
	return dialect_name_valid(name);
}

void vendor_release(struct vendor *vendor)
{
	free(vendor->path);
	free(vendor->token_url);
	free(vendor->base_url);
	free(vendor->issuer);
	free(vendor->client_id);
	free(vendor->client_secret_file);
	free(vendor->scope);
	free(vendor->username);
	free(vendor->ca_file);
	free(vendor->proxy);
	free(vendor->connect_to);
	vendor_hosts_release(vendor->hosts, vendor->hosts_count);
	dialect_entries_release(vendor->overrides, vendor->overrides_count);
	memset(vendor, 0, sizeof(*vendor));
}

/* *vendor is released again after a failure. */
static int load_file(struct vendor *vendor, const char *name, const char *path, struct error *error)
{
	struct vendor_reader reader = { .vendor = vendor };
	int result = -1;

	memset(vendor, 0, sizeof(*vendor));
	text_copy(vendor->name, sizeof(vendor->name), name);
	vendor->timeout = VENDOR_TIMEOUT_DEFAULT;
	vendor->path = strdup(path);
	if (!vendor->path)
		error_set(error, ERROR_MEMORY, "%s: not enough memory to read it", path);
	else if (ini_parse_file(path, vendor_read_entry, &reader, error) == 0)
		result = vendor_read_finish(&reader, error);
	if (result == 0 && !vendor->username && !(vendor->username = strdup("%u")))
		result = error_set(error, ERROR_MEMORY, "%s: not enough memory to read it", path);
	vendor_hosts_release(reader.settings, reader.settings_count);
	if (result < 0)
		vendor_release(vendor);
	return result;
}

static int not_found(const char *name, const struct vendor_places *places, struct error *error)
{
	if (!error)
		return -1;
	error_set(error, ERROR_CONFIGURATION,
		  "there is no vendor '%s'; expected its file %s/%s.conf", name,
		  places->vendor_folders[0], name);
	error->errnum = ENOENT;
	return -1;
}

int vendor_load(struct vendor *vendor, const char *name, const struct vendor_places *places,
		struct error *error)
{
	const size_t count = sizeof(places->vendor_folders) / sizeof(places->vendor_folders[0]);
	struct error why;
	char path[INI_PATH_MAX], shown[2 * VENDOR_NAME_MAX];
	size_t i;

	memset(vendor, 0, sizeof(*vendor));
	if (!vendor_name_valid(name))
		return error_set(error, ERROR_CONFIGURATION,
				 "'%s' is no name of a vendor; expected lower case letters, "
				 "digits, '_' and '-', at most 32",
				 text_printable(shown, sizeof(shown), name, strlen(name)));
	for (i = 0; i < count && places->vendor_folders[i][0]; i++) {
		why = (struct error){ .code = ERROR_NONE };
		if ((size_t)snprintf(path, sizeof(path), "%s/%s.conf", places->vendor_folders[i],
				     name) >= sizeof(path))
			return error_set(error, ERROR_CONFIGURATION,
					 "%s: the path of this folder is too long",
					 places->vendor_folders[i]);
		if (load_file(vendor, name, path, &why) == 0)
			return 0;
		if (why.errnum != ENOENT) {
			if (error)
				*error = why;
			return -1;
		}
	}
	return not_found(name, places, error);
}

const struct vendor_host *vendor_host_find(const struct vendor *vendor, const char *canonical_host)
{
	size_t i;

	for (i = 0; i < vendor->hosts_count; i++)
		if (strcmp(vendor->hosts[i].host, canonical_host) == 0)
			return &vendor->hosts[i];
	return NULL;
}

int vendor_username(const struct vendor *vendor, const char *login, char out[static ACCOUNT_MAX],
		    struct error *error)
{
	const char *text = vendor->username, *piece;
	char name[ACCOUNT_MAX];
	size_t used = 0, length;

	for (piece = login; *piece; piece++)
		if ((unsigned char)*piece < 0x20 || *piece == 0x7f)
			return error_set(
				error, ERROR_POLICY,
				"the login name holds a control character; no vendor is asked");
	for (; *text; text++) {
		piece = text;
		length = 1;
		if (*text == '%' && *++text == 'u') { /* "%%" leaves its first percent sign */
			piece = login;
			length = strlen(login);
		}
		if (used + length >= sizeof(name))
			return error_set(error, ERROR_CONFIGURATION,
					 "%s: the username made of '%s' is longer than %d bytes",
					 vendor->path, vendor->username, ACCOUNT_MAX - 1);
		memcpy(name + used, piece, length);
		used += length;
	}
	name[used] = '\0';
	memcpy(out, name, used + 1);
	return 0;
}
