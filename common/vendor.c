/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/vendor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	free(vendor->password_suffix_file);
	free(vendor->scope);
	free(vendor->username);
	free(vendor->ca_file);
	free(vendor->proxy);
	free(vendor->connect_to);
	vendor_hosts_release(vendor->hosts, vendor->hosts_count);
	dialect_entries_release(vendor->overrides, vendor->overrides_count);
	memset(vendor, 0, sizeof(*vendor));
}

bool vendor_secret_hidden(const struct vendor *vendor)
{
	return vendor->client_secret_file != NULL &&
	       faccessat(AT_FDCWD, vendor->client_secret_file, R_OK, AT_EACCESS) != 0 &&
	       errno == EACCES;
}

/* ---- files ---- */

void vendor_folders_init(struct vendor_folders *folders, const struct vendor_places *places)
{
	memset(folders, 0, sizeof(*folders));
	folders->places = places;
}

void vendor_folders_close(struct vendor_folders *folders)
{
	size_t i;

	for (i = 0; i < VENDOR_FOLDERS_MAX; i++)
		if (folders->states[i] == FOLDER_OPEN)
			trusted_folder_close(&folders->items[i]);
	vendor_folders_init(folders, folders->places);
}

/* Most people have no vendor files of their own: that takes one call to see, not a whole walk. */
static bool is_missing(const struct vendor_folders *folders, size_t i)
{
	return i == 0 && access(folders->places->vendor_folders[i], F_OK) < 0 && errno == ENOENT;
}

static void folder_try(struct vendor_folders *folders, size_t i)
{
	struct error why;

	if (folders->states[i] != FOLDER_UNTRIED)
		return;
	if (is_missing(folders, i)) {
		folders->states[i] = FOLDER_MISSING;
		return;
	}
	if (trusted_folder_open(&folders->items[i], folders->places->vendor_folders[i], &why) == 0)
		folders->states[i] = FOLDER_OPEN;
	else
		folders->states[i] = why.errnum == ENOENT ? FOLDER_MISSING : FOLDER_REFUSED;
}

/* A folder that is refused leaves the complaint to the way by the file's path. */
static int parse(struct vendor_reader *reader, struct vendor_folders *folders, size_t i,
		 struct error *error)
{
	const char *path = reader->vendor->path;

	folder_try(folders, i);
	switch (folders->states[i]) {
	case FOLDER_OPEN:
		return ini_parse_in_folder(&folders->items[i], strrchr(path, '/') + 1,
					   vendor_read_entry, reader, error);
	case FOLDER_MISSING:
		return error_set_errno(error, ERROR_CONFIGURATION, ENOENT, "%s", path);
	case FOLDER_UNTRIED:
	case FOLDER_REFUSED:
		break;
	}
	return ini_parse_file(path, vendor_read_entry, reader, error);
}

/* Loads from one folder. *vendor is released again after a failure. */
static int load(struct vendor *vendor, const char *name, struct vendor_folders *folders, size_t i,
		struct error *error)
{
	struct vendor_reader reader = { .vendor = vendor };
	char path[INI_PATH_MAX];
	int length, result = -1;

	length = snprintf(path, sizeof(path), "%s/%s.conf", folders->places->vendor_folders[i],
			  name);
	if (length < 0 || (size_t)length >= sizeof(path))
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: the path of this folder is too long",
				 folders->places->vendor_folders[i]);
	text_copy(vendor->name, sizeof(vendor->name), name);
	vendor->timeout = VENDOR_TIMEOUT_DEFAULT;
	vendor->refresh_retry = true;
	vendor->minimum_life = VENDOR_MINIMUM_LIFE_DEFAULT;
	vendor->path = strdup(path);
	if (!vendor->path)
		error_set(error, ERROR_MEMORY, "%s: not enough memory to read it", path);
	else if (parse(&reader, folders, i, error) == 0)
		result = vendor_read_finish(&reader, error);
	vendor_hosts_release(reader.settings, reader.settings_count);
	if (result < 0)
		vendor_release(vendor);
	return result;
}

static int not_found(const char *name, const struct vendor_places *places, struct error *error)
{
	size_t last = 0;

	if (!error)
		return -1;
	/* The last one is the administrator's: that is where a missing file mostly belongs. */
	while (last + 1 < VENDOR_FOLDERS_MAX && places->vendor_folders[last + 1][0] != '\0')
		last++;
	error_set(error, ERROR_CONFIGURATION,
		  "there is no vendor '%s'; expected its file %s/%s.conf", name,
		  places->vendor_folders[last], name);
	error->errnum = ENOENT;
	return -1;
}

int vendor_load_from(struct vendor *vendor, const char *name, struct vendor_folders *folders,
		     struct error *error)
{
	struct error why;
	char shown[2 * VENDOR_NAME_MAX];
	size_t i;

	memset(vendor, 0, sizeof(*vendor));
	if (!vendor_name_valid(name))
		return error_set(
			error, ERROR_CONFIGURATION,
			"'%s' is no name of a vendor; expected lower case letters, digits, '_' "
			"and '-', at most 32",
			text_printable(shown, sizeof(shown), name, strlen(name)));
	for (i = 0; i < VENDOR_FOLDERS_MAX && folders->places->vendor_folders[i][0]; i++) {
		why.errnum = 0;
		if (load(vendor, name, folders, i, &why) == 0)
			return 0;
		if (why.errnum != ENOENT) {
			if (error)
				*error = why;
			return -1;
		}
	}
	return not_found(name, folders->places, error);
}

int vendor_load(struct vendor *vendor, const char *name, const struct vendor_places *places,
		struct error *error)
{
	struct vendor_folders folders;
	int result;

	vendor_folders_init(&folders, places);
	result = vendor_load_from(vendor, name, &folders, error);
	vendor_folders_close(&folders);
	return result;
}

/* ---- asking ---- */

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
