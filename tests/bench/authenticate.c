/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * authenticate: one login through PAM, with its session, timed. Usage: authenticate CONFDIR SERVICE USER [open | close], the password on standard
 * input. Tells the microseconds of pam_authenticate() on standard output, or of pam_open_session() or pam_close_session(). The whole login takes
 * place each time, so that nothing is left over.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char password[1024];

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)data;
	*responses = calloc((size_t)count, sizeof(**responses));
	if (*responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*responses)[i].resp = strdup(password);
	}
	return PAM_SUCCESS;
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

enum call { AUTHENTICATE, SET_CREDENTIALS, OPEN, CLOSE, CALLS };

static int call(pam_handle_t *pam, enum call what)
{
	switch (what) {
	case AUTHENTICATE:
		return pam_authenticate(pam, 0);
	case SET_CREDENTIALS:
		return pam_setcred(pam, PAM_ESTABLISH_CRED);
	case OPEN:
		return pam_open_session(pam, 0);
	case CLOSE:
		return pam_close_session(pam, 0);
	case CALLS:
		break;
	}
	return PAM_SYSTEM_ERR;
}

/* All of a login, one after the other; *took is what one of them took. */
static int log_in_and_out(pam_handle_t *pam, enum call timed, double *took)
{
	double before;
	int result = PAM_SUCCESS;

	for (enum call what = AUTHENTICATE; what < CALLS && result == PAM_SUCCESS; what++) {
		before = microseconds();
		result = call(pam, what);
		if (what == timed)
			*took = microseconds() - before;
	}
	return result;
}

int main(int argc, char **argv)
{
	struct pam_conv conversation = {.conv = converse};
	enum call timed = AUTHENTICATE;
	pam_handle_t *pam;
	double took = 0;
	int result;

	if (argc < 4 || argc > 5 || read(0, password, sizeof(password) - 1) <= 0) {
		fprintf(stderr, "usage: authenticate CONFDIR SERVICE USER [open | close] < PASSWORD\n");
		return 2;
	}
	if (argc == 5)
		timed = strcmp(argv[4], "open") == 0 ? OPEN : CLOSE;
	password[strcspn(password, "\n")] = '\0';
	if (pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pam) != PAM_SUCCESS)
		return 1;
	result = log_in_and_out(pam, timed, &took);
	if (result != PAM_SUCCESS)
		fprintf(stderr, "authenticate: %s\n", pam_strerror(pam, result));
	else
		printf("%.0f\n", took);
	pam_end(pam, result);
	return result == PAM_SUCCESS ? 0 : 1;
}
