/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of the configuration, as the programs will read them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/dialect.h"
#include "common/ini.h"
#include "common/policy.h"
#include "common/trusted.h"
#include "git-credential/choose.h"
#include "git-credential/findings.h"

struct place {
	const char *key; /* of [vendor] */
	int line;	 /* 0: it is not there */
};

static int find_key(const struct ini_entry *entry, void *context, struct error *error)
{
	struct place *place = context;

	(void)error;
	if (entry->key && strcmp(entry->section, "vendor") == 0 &&
	    strcmp(entry->key, place->key) == 0)
		place->line = entry->line;
	return 0;
}

/* Where the vendor's file says so. */
static int line_of(const struct vendor *vendor, const char *key)
{
	struct place place = { .key = key };

	ini_parse_file(vendor->path, find_key, &place, NULL); /* vendor_load() has judged it */
	return place.line;
}

static void check_file(struct findings *findings, const struct vendor *vendor, const char *path,
		       enum trusted_kind kind, const char *what, enum finding_level level)
{
	struct error error = { .code = ERROR_NONE };
	int descriptor;

	if (!path)
		return;
	descriptor = trusted_open(path, kind, &error);
	if (descriptor >= 0)
		close(descriptor);
	else
		findings_add(findings, level, "%s:%d: %s: %s", vendor->path, line_of(vendor, what),
			     what, error.text);
}

static void check_vendor(struct findings *findings, const struct vendor_places *places,
			 const char *name)
{
	struct vendor vendor;
	struct dialect dialect;
	struct error error = { .code = ERROR_NONE };

	if (vendor_load(&vendor, name, places, &error) != 0) {
		findings_add(findings, FINDING_WRONG, "%s", error.text);
		return;
	}
	if (vendor_dialect(&vendor, places, &dialect, &error) != 0) {
		findings_add(findings, FINDING_WRONG, "%s", error.text);
	} else {
		findings_add(findings, FINDING_GOOD, "%s: vendor '%s', dialect %s, %zu host%s",
			     vendor.path, vendor.name, vendor.dialect, vendor.hosts_count,
			     vendor.hosts_count == 1 ? "" : "s");
		dialect_release(&dialect);
	}
	if (vendor.hosts_count == 0)
		findings_add(findings, FINDING_HINT,
			     "%s: no hosts are listed, so git and docker never ask for this token",
			     vendor.path);
	check_file(findings, &vendor, vendor.ca_file, TRUSTED_FILE, "ca_file", FINDING_WRONG);
	if (vendor_secret_hidden(&vendor))
		findings_add(findings, FINDING_HINT,
			     "%s:%d: client_secret_file: only root can read %s, so only logins to this "
			     "machine bring a token, and a user's programs cannot renew it",
			     vendor.path, line_of(&vendor, "client_secret_file"),
			     vendor.client_secret_file);
	else
		check_file(findings, &vendor, vendor.client_secret_file, TRUSTED_SECRET,
			   "client_secret_file", geteuid() == 0 ? FINDING_WRONG : FINDING_HINT);
	check_file(findings, &vendor, vendor.password_suffix_file, TRUSTED_SECRET,
		   "password_suffix_file", geteuid() == 0 ? FINDING_WRONG : FINDING_HINT);
	vendor_release(&vendor);
}

void check_configuration(struct findings *findings, const struct vendor_places *places)
{
	char(*names)[VENDOR_NAME_MAX] = NULL;
	size_t count = 0;
	struct error error = { .code = ERROR_NONE };

	if (vendor_list(places, &names, &count, &error) != 0) {
		findings_add(findings, FINDING_WRONG, "%s", error.text);
		return;
	}
	if (count == 0)
		findings_add(findings, FINDING_WRONG, "%s",
			     choose_folders(places, "no vendor is configured", &error));
	for (size_t i = 0; i < count; i++)
		check_vendor(findings, places, names[i]);
	free(names);
	if (count > 1 && findings->wrong == 0 && vendor_hosts_unique(places, &error) != 0)
		findings_add(findings, FINDING_WRONG, "%s", error.text);
}

struct policy_vendors {
	struct findings *findings;
	const struct vendor_places *places;
};

/* A vendor that [pam] or a [pam:SERVICE] names must have a file: without it nobody of that service
 * logs in. What is wrong in the file is told elsewhere. */
static int check_policy_vendor(const struct ini_entry *entry, void *context, struct error *error)
{
	const struct policy_vendors *vendors = context;
	struct error why = { .code = ERROR_NONE };
	struct vendor vendor;

	(void)error;
	if (!entry->key || strcmp(entry->key, "vendor") != 0 || strcmp(entry->value, "none") == 0)
		return 0;
	if (vendor_load(&vendor, entry->value, vendors->places, &why) == 0)
		vendor_release(&vendor);
	else if (why.errnum == ENOENT)
		findings_add(vendors->findings, FINDING_WRONG,
			     "%s:%d: logins by [%s] use vendor '%s', which has no file in %s",
			     entry->path, entry->line, entry->section, entry->value,
			     vendors->places->vendor_folders[0]);
	return 0;
}

/* apitoken.conf steers only PAM logins, and those know /etc/apitoken alone; with APITOKEN_CONFIG
 * its folder is judged instead. */
void check_policy(struct findings *findings)
{
	static struct vendor_places places;
	const char *folder = getenv("APITOKEN_CONFIG");
	struct policy_vendors vendors = { findings, &places };
	struct policy policy;
	struct error error = { .code = ERROR_NONE };
	char path[INI_PATH_MAX];

	if (!folder)
		folder = "/etc/apitoken";
	if (policy_load(&policy, folder, NULL, &error) != 0 ||
	    vendor_places_for_module(&places, folder, NULL, &error) != 0) {
		findings_add(findings, FINDING_WRONG, "%s", error.text);
		return;
	}
	if (policy.vendor[0] == '\0' || strcmp(policy.vendor, "none") == 0)
		findings_add(findings, FINDING_HINT,
			     "%s/apitoken.conf: no vendor is set for PAM logins", folder);
	snprintf(path, sizeof(path), "%s/apitoken.conf", folder);
	ini_parse_file(path, check_policy_vendor, &vendors, NULL); /* policy_load() has judged it */
}

void check_programs(struct findings *findings, const struct vendor_places *places)
{
	char path[sizeof(places->libexec) + 8];
	struct error error = { .code = ERROR_NONE };
	int descriptor;

	snprintf(path, sizeof(path), "%s/fetch", places->libexec);
	descriptor = trusted_open(path, TRUSTED_PROGRAM, &error);
	if (descriptor < 0)
		findings_add(findings, FINDING_WRONG, "%s", error.text);
	else
		close(descriptor);
}
