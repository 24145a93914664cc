/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/logout.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/revoke.h"
#include "common/tokens.h"
#include "git-credential/program.h"

/* Where the vendor's file asks for it. */
static enum revoke_result revoke_removed(const struct record *removed, struct error *error)
{
	static struct vendor_places places;
	enum revoke_result result = REVOKE_NOTHING;
	struct vendor vendor;

	if (vendor_places_for_user(&places, error) != 0 ||
	    vendor_load(&vendor, removed->vendor, &places, error) != 0)
		return REVOKE_FAILED;
	if (vendor.revoke_on_logout)
		result = revoke_record(&vendor, &places, 0, removed, error);
	vendor_release(&vendor);
	return result;
}

static void tell(const char *program, const struct record *removed)
{
	struct error error = { .code = ERROR_NONE };

	if (revoke_removed(removed, &error) != REVOKE_FAILED)
		return;
	error_prefix(&error,
		     "vendor '%s' could not be told; there the login lives on until it ends",
		     removed->vendor);
	program_fail(program, &error);
}

/* Tells one vendor in a process of its own. Returns that, or 0 where nobody has to be waited for. */
static pid_t begin_telling(const char *program, const struct record *removed)
{
	pid_t child;

	if (removed->refresh_token.length == 0)
		return 0;
	child = fork();
	if (child > 0)
		return child;
	tell(program, removed);
	if (child == 0)
		_exit(0);
	return 0;
}

static void wait_for(const pid_t tellers[], int count)
{
	for (int i = 0; i < count; i++)
		while (tellers[i] > 0 && waitpid(tellers[i], NULL, 0) < 0 && errno == EINTR)
			;
}

/* Somebody else may have been quicker: then it is gone as well. */
static int remove_record(const char *description, struct record *removed, struct error *error)
{
	struct error why = { .code = ERROR_NONE };

	if (tokens_remove(description, removed, &why) == 0 || why.code == ERROR_NO_TOKEN)
		return 0;
	*error = why;
	return -1;
}

int logout_vendor(const char *program, const char *vendor, struct error *error)
{
	static struct keyring_item items[KEYRING_LIST_MAX];
	pid_t tellers[KEYRING_LIST_MAX];
	char name[VENDOR_NAME_MAX];
	struct record removed;
	bool further, failed = false;
	int gone = 0, count = keyring_list(items, KEYRING_LIST_MAX, error);

	if (count < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		if (record_description_parse(items[i].description, name, &further) != 0 ||
		    (vendor && strcmp(name, vendor) != 0))
			continue;
		if (remove_record(items[i].description, &removed, error) != 0) {
			failed = true;
			continue;
		}
		tellers[gone++] = begin_telling(program, &removed);
		record_release(&removed);
	}
	wait_for(tellers, gone);
	return failed ? -1 : gone;
}
