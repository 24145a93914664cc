/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of the configuration, as the programs will read them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/dialect.h"
#include "common/policy.h"
#include "common/trusted.h"
#include "git-credential/choose.h"
#include "git-credential/findings.h"

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
		findings_add(findings, level, "%s: %s: %s", vendor->path, what, error.text);
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
	/* a root-only secret is the rule: logins through PAM work, a user's own programs cannot
	 * renew */
	check_file(findings, &vendor, vendor.client_secret_file, TRUSTED_SECRET,
		   "client_secret_file", geteuid() == 0 ? FINDING_WRONG : FINDING_HINT);
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

/* apitoken.conf steers only PAM logins, and those know /etc/apitoken alone; with APITOKEN_CONFIG
 * its folder is judged instead. What is wrong in a vendor's file is told elsewhere. */
void check_policy(struct findings *findings)
{
	static struct vendor_places places;
	const char *folder = getenv("APITOKEN_CONFIG");
	struct policy policy;
	struct vendor vendor;
	struct error error = { .code = ERROR_NONE };

	if (!folder)
		folder = "/etc/apitoken";
	if (policy_load(&policy, folder, NULL, &error) != 0 ||
	    vendor_places_for_module(&places, folder, NULL, &error) != 0)
		findings_add(findings, FINDING_WRONG, "%s", error.text);
	else if (policy.vendor[0] == '\0' || strcmp(policy.vendor, "none") == 0)
		findings_add(findings, FINDING_HINT,
			     "%s/apitoken.conf: no vendor is set for PAM logins", folder);
	else if (vendor_load(&vendor, policy.vendor, &places, &error) == 0)
		vendor_release(&vendor);
	else if (error.errnum == ENOENT)
		findings_add(findings, FINDING_WRONG,
			     "%s/apitoken.conf: PAM logins use vendor '%s', which has no file in "
			     "%s",
			     folder, policy.vendor, places.vendor_folders[0]);
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
