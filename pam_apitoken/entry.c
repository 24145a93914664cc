/* SPDX-License-Identifier: BSD-3-Clause */
/* What libpam calls; nothing but these names is exported. */
#include <errno.h>
#include <syslog.h>

#include <security/pam_modules.h>

#include "pam_apitoken/authenticate.h"
#include "pam_apitoken/context.h"
#include "pam_apitoken/log.h"
#include "pam_apitoken/result.h"
#include "pam_apitoken/session.h"

#define EXPORT __attribute__((visibility("default")))

typedef int action(const struct context *context);

static int run(pam_handle_t *pamh, int flags, int argc, const char **argv, action *act)
{
	struct context context = { .pamh = pamh, .flags = (unsigned int)flags };
	const int host_errno = errno;
	struct error error = { 0 };
	int result = PAM_SYSTEM_ERR;

	if (options_parse(&context.options, argc, argv, &error) < 0) {
		log_line(&context, LOG_ERR, "%s", error.text);
		result = result_of(error.code);
	} else {
		result = act(&context);
	}
	errno = host_errno;
	return result;
}

/* Dropping wins where a host asks for several things at once: it writes nothing. */
static int set_credentials(const struct context *context)
{
	if ((context->flags & PAM_DELETE_CRED) != 0)
		return session_discard(context);
	return session_establish(context, PAM_CRED_ERR);
}

/*
 * Whether an account may be used now is decided while authenticating; here "success" would overrule
 * the modules that do judge accounts.
 */
static int manage_account(const struct context *context)
{
	(void)context;
	return PAM_IGNORE;
}

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, authenticate);
}

EXPORT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, set_credentials);
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, manage_account);
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, session_open);
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, session_close);
}
