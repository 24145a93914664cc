/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/handoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/stash.h"
#include "common/text.h"

static const char data_name[] = "apitoken_handoff";

/*
 * libpam calls this at pam_end, also in a forked child (PAM_DATA_SILENT) whose parent goes on with
 * the login. So it frees this process's memory and nothing else, whatever the status: a parked key
 * forgets itself.
 */
static void data_cleanup(pam_handle_t *pamh, void *data, int status)
{
	struct handoff *handoff = data;

	(void)pamh;
	(void)status;
	if (handoff == NULL)
		return;
	secret_release(&handoff->payload);
	free(handoff);
}

/* Moves *handoff into module data, which replaces what was there. */
static int data_put(const struct context *context, struct handoff *handoff, struct error *error)
{
	struct handoff *data = calloc(1, sizeof(*data));
	int result;

	if (data == NULL)
		return error_set(error, ERROR_MEMORY, "out of memory");
	*data = *handoff;
	result = pam_set_data(context->pamh, data_name, data, data_cleanup);
	if (result != PAM_SUCCESS) {
		free(data);
		return error_set(error, ERROR_SYSTEM, "cannot keep the token: %s",
				 pam_strerror(context->pamh, result));
	}
	*handoff = (struct handoff){ 0 }; /* moved */
	return 0;
}

static bool data_take(const struct context *context, struct handoff *handoff)
{
	const void *found = NULL;
	struct handoff *data;

	if (pam_get_data(context->pamh, data_name, &found) != PAM_SUCCESS || found == NULL)
		return false;
	/*
	 * It is our own allocation; libpam's const only says that other modules must not write to
	 * it.
	 */
	data = (struct handoff *)(uintptr_t)found;
	*handoff = *data;
	data->payload = SECRET_NONE; /* moved */
	pam_set_data(context->pamh, data_name, NULL, NULL);
	return true;
}

static bool variable_take(const struct context *context, struct handoff *handoff)
{
	const char *value = pam_getenv(context->pamh, HANDOFF_VARIABLE);
	int64_t serial = 0;
	bool found;

	if (value == NULL)
		return false;
	found = number_parse(value, 1, INT32_MAX, &serial) == 0;
	pam_putenv(context->pamh, HANDOFF_VARIABLE);
	handoff->serial = (int32_t)serial;
	return found;
}

static int variable_put(const struct context *context, int32_t serial, struct error *error)
{
	char assignment[sizeof(HANDOFF_VARIABLE) + 16];

	snprintf(assignment, sizeof(assignment), "%s=%d", HANDOFF_VARIABLE, serial);
	if (pam_putenv(context->pamh, assignment) != PAM_SUCCESS)
		return error_set(error, ERROR_SYSTEM, "cannot set %s in the PAM environment",
				 HANDOFF_VARIABLE);
	return 0;
}

int handoff_put(const struct context *context, const char *user, struct secret *payload,
		struct error *error)
{
	struct handoff handoff = { 0 };
	int result = -1;

	secret_move(&handoff.payload, payload);
	if (geteuid() != 0) {
		text_copy(handoff.user, sizeof(handoff.user), user);
		result = data_put(context, &handoff, error);
		goto out;
	}
	if (stash_park(context->options.libexec, user, &handoff.payload, &handoff.serial,
		       error) < 0)
		goto out;
	result = variable_put(context, handoff.serial, error);
	if (result == 0)
		handoff.serial = 0;
out:
	handoff_drop(&handoff);
	return result;
}

bool handoff_take(const struct context *context, struct handoff *handoff)
{
	*handoff = (struct handoff){ 0 };
	return variable_take(context, handoff) || data_take(context, handoff);
}

void handoff_keep(const struct context *context, struct handoff *handoff)
{
	handoff->tried = true;
	if (data_put(context, handoff, NULL) < 0)
		handoff_drop(handoff);
}

void handoff_drop(struct handoff *handoff)
{
	if (handoff->serial != 0)
		keyring_handoff_drop(handoff->serial);
	handoff->serial = 0;
	secret_release(&handoff->payload);
}
