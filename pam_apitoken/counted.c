/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/counted.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char data_name[] = "apitoken_session";

struct counted {
	uid_t uid;
	bool session; /* false: a login that has opened none yet */
	char entry[COUNT_ENTRY_MAX];
};

/*
 * At pam_end, also of a forked child: memory only. A session that nobody closed counts as long as
 * its process lives.
 */
static void data_cleanup(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

static struct counted *data_get(const struct context *context)
{
	const void *found = NULL;

	if (pam_get_data(context->pamh, data_name, &found) != PAM_SUCCESS)
		return NULL;
	return (struct counted *)(uintptr_t)found; /* our own allocation */
}

static int data_put(const struct context *context, const struct counted *counted,
		    struct error *error)
{
	struct counted *data = malloc(sizeof(*data));

	if (data == NULL)
		return error_set(error, ERROR_MEMORY, "out of memory");
	*data = *counted;
	if (pam_set_data(context->pamh, data_name, data, data_cleanup) == PAM_SUCCESS)
		return 0;
	free(data);
	return error_set(error, ERROR_SYSTEM, "cannot keep how this session is counted");
}

static bool host_counts(const struct context *context)
{
	const void *service = NULL;

	return geteuid() == 0 &&
	       pam_get_item(context->pamh, PAM_SERVICE, &service) == PAM_SUCCESS &&
	       service != NULL && strcmp(service, "systemd-user") != 0;
}

static int add(const struct context *context, const struct user *user, bool session,
	       struct error *error)
{
	struct counted counted = { .uid = user->uid, .session = session };
	struct count count;
	int result;

	if (count_open(&count, COUNT_TOP, user->uid, error) != 0)
		return -1;
	result = count_add(&count, session ? COUNT_SESSION : COUNT_LOGIN, counted.entry, error);
	if (result == 0) {
		result = data_put(context, &counted, error);
		if (result != 0)
			count_remove(&count, counted.entry);
	}
	count_close(&count);
	return result;
}

static int promote(struct counted *counted, struct error *error)
{
	struct count count;
	int result;

	if (count_open(&count, COUNT_TOP, counted->uid, error) != 0)
		return -1;
	result = count_promote(&count, counted->entry, error);
	if (result == 0)
		counted->session = true;
	count_close(&count);
	return result;
}

int counted_login(const struct context *context, const struct user *user, struct error *error)
{
	const struct counted *counted = data_get(context);

	if (!host_counts(context) || (counted != NULL && counted->uid == user->uid))
		return 0;
	return add(context, user, false, error);
}

int counted_session(const struct context *context, const struct user *user, struct error *error)
{
	struct counted *counted = data_get(context);

	if (!host_counts(context))
		return 0;
	if (counted == NULL || counted->uid != user->uid)
		return add(context, user, true, error);
	return counted->session ? 0 : promote(counted, error);
}

/* With the lock held: whether nobody is left after this one. */
static bool end_last(const struct count *count, const char *entry, struct error *error)
{
	const bool found = count_remove(count, entry);
	int living;

	if (!count->locked) {
		error_set(error, ERROR_UNAVAILABLE,
			  "another login or logout of this user takes too long");
		return false;
	}
	living = count_living(count, error);
	/* Not found: closed before, by a child of this host for example. */
	return found && living == 0;
}

bool counted_end(const struct context *context, const struct user *user, struct count *count,
		 struct error *error)
{
	const struct counted *data = data_get(context);
	struct counted counted;

	if (data == NULL || !data->session || data->uid != user->uid)
		return false;
	counted = *data;
	pam_set_data(context->pamh, data_name, NULL, NULL);
	if (geteuid() != 0) {
		error_set(error, ERROR_POLICY, "this host program is not root any more");
		return false;
	}
	if (count_open(count, COUNT_TOP, counted.uid, error) != 0)
		return false;
	if (end_last(count, counted.entry, error))
		return true;
	count_close(count);
	return false;
}
