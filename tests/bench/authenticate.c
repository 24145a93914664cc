/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * authenticate: one login through PAM, timed. Usage: authenticate CONFDIR SERVICE USER, the password on standard input.
 * Tells the microseconds of pam_authenticate() on standard output; setcred follows, so that nothing is left over.
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

int main(int argc, char **argv)
{
	struct pam_conv conversation = {.conv = converse};
	pam_handle_t *pam;
	double before, after;
	int result;

	if (argc != 4 || read(0, password, sizeof(password) - 1) <= 0) {
		fprintf(stderr, "usage: authenticate CONFDIR SERVICE USER < PASSWORD\n");
		return 2;
	}
	password[strcspn(password, "\n")] = '\0';
	if (pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pam) != PAM_SUCCESS)
		return 1;
	before = microseconds();
	result = pam_authenticate(pam, 0);
	after = microseconds();
	if (result != PAM_SUCCESS)
		fprintf(stderr, "authenticate: %s\n", pam_strerror(pam, result));
	else
		printf("%.0f\n", after - before);
	if (result == PAM_SUCCESS)
		result = pam_setcred(pam, PAM_ESTABLISH_CRED);
	pam_end(pam, result);
	return result == PAM_SUCCESS ? 0 : 1;
}
