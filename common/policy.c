/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/policy.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/exchange.h"
#include "common/setting.h"
#include "common/text.h"

#define UID_HIGHEST 4294967294 /* (uid_t)-1 means "no user" to setresuid(2); more than an enumeration of C11 holds */

/* [pam] and one [pam:SERVICE] are read into structures of their own, whatever their order in the
 * file, and put together at the end. */
struct wishes {
	char vendor[VENDOR_NAME_MAX];
	char prompt[sizeof(((struct policy *)NULL)->prompt) - 1];
	int64_t minimum_uid, fetch_uid; /* 0: not set */
	int store, notice, on_last_logout; /* -1: not set */
};

#define NO_WISHES { .store = -1, .notice = -1, .on_last_logout = -1 }

struct reader {
	const char *service; /* may be NULL */
	struct wishes all, own;
};

static const char *vendor_fault(const char *text)
{
	return vendor_name_valid(text) ? NULL : "the name of a vendor file without .conf, or none";
}

/* A habit of other formats; here the quotes would be shown. */
static const char *prompt_fault(const char *text)
{
	return text[0] == '"' ? "the text without quotes; one space is put behind it" : NULL;
}

static const struct setting_word store_words[] = {
	{ "optional", 0 },
	{ "required", 1 },
	{ NULL, 0 },
};

static const struct setting_word notice_words[] = {
	{ "no", 0 },
	{ "yes", 1 },
	{ NULL, 0 },
};

static const struct setting_word on_last_logout_words[] = {
	{ "delete", LAST_LOGOUT_DELETE },
	{ "revoke", LAST_LOGOUT_REVOKE },
	{ "keep", LAST_LOGOUT_KEEP },
	{ NULL, 0 },
};

static const struct setting settings[] = {
	SETTING_ARRAY("vendor", wishes, vendor, vendor_fault),
	SETTING_ARRAY("prompt", wishes, prompt, prompt_fault),
	SETTING_NUMBER("minimum_uid", wishes, minimum_uid, 1, UID_HIGHEST, ""),
	SETTING_NUMBER("fetch_uid", wishes, fetch_uid, 1, UID_HIGHEST, ""),
	SETTING_CHOICE("store", wishes, store, store_words),
	SETTING_CHOICE("notice", wishes, notice, notice_words),
	SETTING_CHOICE("on_last_logout", wishes, on_last_logout, on_last_logout_words),
	{ .key = NULL },
};

static int read_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	static const char prefix[] = "pam:";
	struct reader *reader = context;
	struct wishes other = NO_WISHES,
		      *wishes = &other; /* other services are judged, too */
	const char *service = entry->section + strlen(prefix);

	if (strcmp(entry->section, "pam") == 0)
		wishes = &reader->all;
	else if (!text_starts_with(entry->section, prefix) || service[0] == '\0' ||
		 strchr(service, ' '))
		return ini_error(error, entry,
				 "unknown section [%s]; expected [pam] or [pam:SERVICE]",
				 entry->section);
	else if (reader->service && strcmp(service, reader->service) == 0)
		wishes = &reader->own;
	return entry->key ? setting_apply(wishes, settings, entry, "apitoken.conf(5)", error) : 0;
}

static void policy_take(struct policy *policy, const struct wishes *wishes)
{
	if (wishes->vendor[0])
		text_copy(policy->vendor, sizeof(policy->vendor), wishes->vendor);
	if (wishes->prompt[0])
		snprintf(policy->prompt, sizeof(policy->prompt), "%s ",
			 wishes->prompt); /* the file's values end without white space */
	if (wishes->minimum_uid)
		policy->minimum_uid = (uid_t)wishes->minimum_uid;
	if (wishes->fetch_uid)
		policy->fetch_uid = (uid_t)wishes->fetch_uid;
	if (wishes->store >= 0)
		policy->store_required = wishes->store == 1;
	if (wishes->notice >= 0)
		policy->notice = wishes->notice == 1;
	if (wishes->on_last_logout >= 0)
		policy->on_last_logout = (enum last_logout)wishes->on_last_logout;
}

int policy_load(struct policy *policy, const char *folder, const char *service, struct error *error)
{
	struct policy built = { .minimum_uid = 1000,
				.fetch_uid = FETCH_UID_DEFAULT,
				.notice = true,
				.prompt = "Password: " };
	struct reader reader = { .service = service, .all = NO_WISHES, .own = NO_WISHES };
	struct error why = { .code = ERROR_NONE };
	char path[INI_PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/apitoken.conf", folder) >= sizeof(path))
		return error_set(error, ERROR_CONFIGURATION,
				 "the path of the configuration folder is too long");
	if (ini_parse_file(path, read_entry, &reader, &why) < 0 && why.errnum != ENOENT) {
		if (error)
			*error = why;
		return -1;
	}
	policy_take(&built, &reader.all);
	policy_take(&built, &reader.own);
	*policy = built;
	return 0;
}
