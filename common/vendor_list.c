/* SPDX-License-Identifier: BSD-3-Clause */
/* All vendors of the places at once. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/vendor.h"

struct names {
	char (*items)[VENDOR_NAME_MAX];
	size_t count, room;
	vendor_wanted *wanted; /* NULL: all are */
	const void *context;
};

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_MEMORY, "not enough memory to list the vendors");
}

static int names_add(struct names *names, const char *name, struct error *error)
{
	void *grown;

	if (names->count == VENDOR_COUNT_MAX)
		return error_set(
			error, ERROR_CONFIGURATION,
			"there are more than %d vendor files; apitoken was not made for so many",
			VENDOR_COUNT_MAX);
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 32;
		grown = reallocarray(names->items, names->room, sizeof(*names->items));
		if (!grown)
			return no_memory(error);
		names->items = grown;
	}
	return text_copy(names->items[names->count++], VENDOR_NAME_MAX, name);
}

/* "NAME.conf" with a good NAME; other files (an editor's copies, a package manager's) are not ours.
 */
static bool name_from_file(char name[static VENDOR_NAME_MAX], const char *file)
{
	static const char ending[] = ".conf";
	size_t length = strlen(file), name_length = length - strlen(ending);

	if (length <= strlen(ending) || name_length >= VENDOR_NAME_MAX ||
	    strcmp(file + name_length, ending) != 0)
		return false;
	memcpy(name, file, name_length);
	name[name_length] = '\0';
	return vendor_name_valid(name);
}

static int folder_list(struct names *names, const char *folder, struct error *error)
{
	DIR *directory = opendir(folder);
	const struct dirent *file;
	char name[VENDOR_NAME_MAX];
	int result = 0;

	if (!directory && errno == ENOENT)
		return 0;
	if (!directory)
		return error_set_errno(error, ERROR_CONFIGURATION, errno,
				       "%s: this folder of vendor files cannot be opened", folder);
	while (result == 0 && (errno = 0, file = readdir(directory)))
		if (name_from_file(name, file->d_name) &&
		    (!names->wanted || names->wanted(names->context, name)))
			result = names_add(names, name, error);
	if (result == 0 && errno != 0)
		result = error_set_errno(error, ERROR_CONFIGURATION, errno,
					 "%s: this folder of vendor files cannot be read", folder);
	closedir(directory);
	return result;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Sorted, each once. */
static void names_order(struct names *names)
{
	size_t i, kept = 0;

	if (!names->items)
		return;
	qsort(names->items, names->count, sizeof(*names->items), name_compare);
	for (i = 1; i < names->count; i++)
		if (strcmp(names->items[kept], names->items[i]) != 0)
			memmove(names->items[++kept], names->items[i], sizeof(*names->items));
	names->count = kept + 1;
}

int vendor_list(const struct vendor_places *places, char (**names)[VENDOR_NAME_MAX], size_t *count,
		struct error *error)
{
	return vendor_list_wanted(places, NULL, NULL, names, count, error);
}

int vendor_list_wanted(const struct vendor_places *places, vendor_wanted *wanted,
		       const void *context, char (**names)[VENDOR_NAME_MAX], size_t *count,
		       struct error *error)
{
	struct names found = { .wanted = wanted, .context = context };
	size_t i;

	for (i = 0; i < sizeof(places->vendor_folders) / sizeof(places->vendor_folders[0]) &&
		    places->vendor_folders[i][0];
	     i++) {
		if (folder_list(&found, places->vendor_folders[i], error) < 0) {
			free(found.items);
			return -1;
		}
	}
	names_order(&found);
	*names = found.items;
	*count = found.count;
	return 0;
}

/* ---- one host, one vendor ---- */

struct claim {
	const struct vendor *vendor;
	const struct vendor_host *host;
};

static int claim_compare(const void *a, const void *b)
{
	const struct claim *first = a, *second = b;

	return strcmp(first->host->host, second->host->host);
}

static int claims_judge(struct claim *claims, size_t count, struct error *error)
{
	size_t i;

	qsort(claims, count, sizeof(*claims), claim_compare);
	for (i = 1; i < count; i++)
		if (claim_compare(&claims[i - 1], &claims[i]) == 0)
			return error_set(error, ERROR_CONFIGURATION,
					 "host '%s' stands in %s:%d and in %s:%d; a host belongs "
					 "to one vendor, take it out of one",
					 claims[i].host->host, claims[i - 1].vendor->path,
					 claims[i - 1].host->line, claims[i].vendor->path,
					 claims[i].host->line);
	return 0;
}

static int vendors_judge(const struct vendor *vendors, size_t count, struct error *error)
{
	struct claim *claims;
	size_t i, j, total = 0, used = 0;
	int result;

	for (i = 0; i < count; i++)
		total += vendors[i].hosts_count;
	claims = calloc(total + 1, sizeof(*claims));
	if (!claims)
		return no_memory(error);
	for (i = 0; i < count; i++)
		for (j = 0; j < vendors[i].hosts_count; j++)
			claims[used++] = (struct claim){ &vendors[i], &vendors[i].hosts[j] };
	result = claims_judge(claims, total, error);
	free(claims);
	return result;
}

int vendor_hosts_unique(const struct vendor_places *places, struct error *error)
{
	char(*names)[VENDOR_NAME_MAX];
	struct vendor_folders folders;
	struct vendor *vendors;
	size_t count, loaded = 0;
	int result;

	if (vendor_list(places, &names, &count, error) < 0)
		return -1;
	vendors = calloc(count + 1, sizeof(*vendors));
	result = vendors ? 0 : no_memory(error);
	vendor_folders_init(&folders, places);
	for (; result == 0 && loaded < count; loaded++)
		result = vendor_load_from(&vendors[loaded], names[loaded], &folders, error);
	vendor_folders_close(&folders);
	if (result == 0)
		result = vendors_judge(vendors, count, error);
	while (loaded > 0)
		vendor_release(&vendors[--loaded]);
	free(vendors);
	free(names);
	return result;
}
