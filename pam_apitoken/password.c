/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/password.h"

#include <string.h>

#include <security/pam_ext.h>

bool password_is_sshd_dummy(const char *bytes, size_t length)
{
	static const char dummy[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != dummy[i % (sizeof(dummy) - 1)])
			return false;
	}
	return length > 0;
}

int password_check(const char *bytes, size_t length, struct error *error)
{
	if (length == 0)
		return error_set(error, ERROR_REFUSED, "an empty password is never sent");
	if (length > PASSWORD_MAX)
		return error_set(error, ERROR_REFUSED,
				 "a password of more than %d bytes is never sent", PASSWORD_MAX);
	if (password_is_sshd_dummy(bytes, length))
		return error_set(error, ERROR_REFUSED,
				 "sshd does not let this user in, so the vendor was not asked");
	return 0;
}

/* pam_get_authtok() itself obeys use_first_pass and try_first_pass among the module's arguments. */
static int authtok_failure(const struct context *context, int result, struct error *error)
{
	if (result == PAM_AUTH_ERR && context->options.use_first_pass) {
		error_set(error, ERROR_REFUSED,
			  "use_first_pass, and no earlier module has asked for a password");
		return PAM_AUTH_ERR;
	}
	error_set(error, ERROR_SYSTEM, "the host program gave no answer to the prompt (PAM code %d)",
		  result);
	switch (result) {
	case PAM_CONV_ERR:
	case PAM_AUTHTOK_ERR: /* libpam's word for any failed conversation */
		return PAM_CONV_ERR;
	case PAM_BUF_ERR:
		return PAM_BUF_ERR;
	default:
		return PAM_SYSTEM_ERR;
	}
}

int password_get(const struct context *context, const char *prompt, struct secret *password,
		 struct error *error)
{
	const char *authtok = NULL;
	size_t length;
	int result;

	*password = SECRET_NONE;
	result = pam_get_authtok(context->pamh, PAM_AUTHTOK, &authtok, prompt);
	if (result != PAM_SUCCESS)
		return authtok_failure(context, result, error);
	length = authtok == NULL ? 0 : strlen(authtok);
	if (password_check(authtok, length, error) < 0)
		return PAM_AUTH_ERR;
	if (secret_set(password, authtok, length) < 0) {
		secret_release(password);
		error_set(error, ERROR_MEMORY, "out of memory");
		return PAM_BUF_ERR;
	}
	return PAM_SUCCESS;
}
