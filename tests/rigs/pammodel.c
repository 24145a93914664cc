/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pammodel: makes the calls of a PAM transaction in every order, and compares what they leave behind with a model after each call.
 *
 * Usage: pammodel CONFDIR SERVICE USER VENDOR DISTINCT REPEATED OTHERS, the password on standard input.
 * Words of auth, setcred, acct, open, close and del: all without repetition of up to DISTINCT calls, and all with repetition of up to REPEATED calls.
 * OTHERS: so many sessions of USER live beside, counted by other processes. Each word is a process and a transaction of its own.
 * Tells the word, the call and the difference for each disagreement, and at the end "WORDS words, CALLS calls, WRONG wrong". Exit 0 where nothing was wrong.
 *
 * The model: authenticate hands over, setcred or open_session stores what was handed over, once; close_session and del drop what was handed over; a transaction counts from its
 * first store or open_session to its close_session; the close of a counted session removes the record where nobody else is there. Every call succeeds.
 */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <keyutils.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

enum { CALLS = 6, WORD_MAX = 8, PATH_SIZE = 64, TEXT_MAX = 512 };

enum call { CALL_AUTH, CALL_SETCRED, CALL_ACCT, CALL_OPEN, CALL_CLOSE, CALL_DEL };
static const char *const call_names[CALLS] = { "auth", "setcred", "acct", "open", "close", "del" };

enum presence { PRESENCE_NONE, PRESENCE_LOGIN, PRESENCE_SESSION };

struct model {
	bool handed_over, record;
	enum presence presence;
	long stores;
};

static struct {
	const char *folder, *service, *user, *vendor;
	const struct passwd *account;
	int others;
	char password[TEXT_MAX];
	int ask[2], answer[2]; /* of the watcher */
	long words, calls, wrong;
} rig;

/* What the watcher, who is USER, sees of the records. */
struct sight {
	key_serial_t serial; /* of the record, 0: none */
	int records;         /* of ours in the ring of USER */
};

static _Noreturn void stop(const char *what)
{
	fprintf(stderr, "pammodel: %s: %s\n", what, strerror(errno));
	exit(71);
}

/* ---- the watcher ---------------------------------------------------------------------------------------------------- */

static struct sight look(void)
{
	char wanted[TEXT_MAX], *text;
	struct sight sight = { 0, 0 };
	void *list = NULL;
	const int size = keyctl_read_alloc(KEY_SPEC_USER_KEYRING, &list);
	const key_serial_t *keys = list;

	snprintf(wanted, sizeof(wanted), ";apitoken:v1:%s", rig.vendor);
	for (int i = 0; i < size / (int)sizeof(key_serial_t); i++) {
		if (keyctl_describe_alloc(keys[i], &text) < 0)
			continue;
		sight.records += strstr(text, ";apitoken:v1:") != NULL;
		if (strlen(text) > strlen(wanted) && strcmp(text + strlen(text) - strlen(wanted), wanted) == 0)
			sight.serial = keys[i];
		free(text);
	}
	free(list);
	return sight;
}

static _Noreturn void watch(void)
{
	char order;

	if (initgroups(rig.user, rig.account->pw_gid) || setresgid(rig.account->pw_gid, rig.account->pw_gid, rig.account->pw_gid) ||
	    setresuid(rig.account->pw_uid, rig.account->pw_uid, rig.account->pw_uid))
		stop(rig.user);
	while (read(rig.ask[0], &order, 1) == 1) {
		struct sight sight = { 0, 0 };

		if (order == 'c')
			keyctl_clear(KEY_SPEC_USER_KEYRING);
		else
			sight = look();
		if (write(rig.answer[1], &sight, sizeof(sight)) != sizeof(sight))
			break;
	}
	_exit(0);
}

static struct sight watcher(char order)
{
	struct sight sight;

	if (write(rig.ask[1], &order, 1) != 1 || read(rig.answer[0], &sight, sizeof(sight)) != sizeof(sight))
		stop("the watcher");
	return sight;
}

/* ---- the sessions that are counted ---------------------------------------------------------------------------------- */

/* How many files there are; with a process, its own are taken away. */
static int counted(pid_t ended)
{
	char path[PATH_SIZE], own[PATH_SIZE];
	struct dirent *entry;
	DIR *list;
	int files = 0;

	snprintf(path, sizeof(path), "/run/apitoken/%u", rig.account->pw_uid);
	snprintf(own, sizeof(own), ".%d.", ended);
	list = opendir(path);
	while (list && (entry = readdir(list)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		files++;
		if (ended > 0 && strstr(entry->d_name, own) && unlinkat(dirfd(list), entry->d_name, 0) != 0)
			stop(entry->d_name);
	}
	if (list)
		closedir(list);
	return files;
}

/* ---- one word ------------------------------------------------------------------------------------------------------- */

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)data;
	*responses = calloc((size_t)count, sizeof(**responses));
	for (int i = 0; *responses && i < count; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*responses)[i].resp = strdup(rig.password);
	}
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int make(pam_handle_t *pamh, enum call call)
{
	switch (call) {
	case CALL_AUTH: return pam_authenticate(pamh, 0);
	case CALL_SETCRED: return pam_setcred(pamh, PAM_ESTABLISH_CRED);
	case CALL_ACCT: return pam_acct_mgmt(pamh, 0);
	case CALL_OPEN: return pam_open_session(pamh, 0);
	case CALL_CLOSE: return pam_close_session(pamh, 0);
	case CALL_DEL: return pam_setcred(pamh, PAM_DELETE_CRED);
	}
	return PAM_SYSTEM_ERR;
}

static void store(struct model *model)
{
	if (!model->handed_over)
		return;
	model->handed_over = false;
	model->record = true;
	model->stores++;
	if (model->presence == PRESENCE_NONE)
		model->presence = PRESENCE_LOGIN;
}

static void predict(struct model *model, enum call call)
{
	switch (call) {
	case CALL_AUTH:
		model->handed_over = true;
		break;
	case CALL_ACCT:
		break;
	case CALL_SETCRED:
		store(model);
		break;
	case CALL_OPEN:
		model->presence = PRESENCE_SESSION;
		store(model);
		break;
	case CALL_CLOSE:
		model->handed_over = false;
		if (model->presence == PRESENCE_SESSION) {
			model->presence = PRESENCE_NONE;
			model->record = model->record && rig.others > 0;
		}
		break;
	case CALL_DEL:
		model->handed_over = false;
		break;
	}
}

/* The difference in words; "" where there is none. serial and stores: how often the record's key became another. */
static void compare(const struct model *model, pam_handle_t *pamh, int result, key_serial_t *serial, long *stores, char text[static TEXT_MAX])
{
	const struct sight sight = watcher('l');
	const int files = counted(0), expected = rig.others + (model->presence != PRESENCE_NONE);
	const bool handed_over = pam_getenv(pamh, "APITOKEN_HANDOFF") != NULL;

	if (sight.serial != 0 && sight.serial != *serial)
		(*stores)++;
	*serial = sight.serial != 0 ? sight.serial : *serial;
	text[0] = '\0';
	if (result != PAM_SUCCESS)
		snprintf(text, TEXT_MAX, "answers %d", result);
	else if (sight.records != model->record || (sight.serial != 0) != model->record)
		snprintf(text, TEXT_MAX, "leaves %d keys, not %d", sight.records, model->record);
	else if (*stores != model->stores)
		snprintf(text, TEXT_MAX, "has stored %ld times, not %ld", *stores, model->stores);
	else if (files != expected)
		snprintf(text, TEXT_MAX, "leaves %d sessions counted, not %d", files, expected);
	else if (handed_over != model->handed_over)
		snprintf(text, TEXT_MAX, "%s handed over", handed_over ? "leaves a login" : "leaves nothing");
}

static bool word_run(const enum call word[], int length)
{
	const struct pam_conv conversation = { converse, NULL };
	struct model model = { false };
	key_serial_t serial = 0;
	char text[TEXT_MAX] = "";
	pam_handle_t *pamh;
	long stores = 0;
	int result = PAM_SUCCESS, i;

	if (pam_start_confdir(rig.service, rig.user, &conversation, rig.folder, &pamh) != PAM_SUCCESS)
		stop("pam_start");
	for (i = 0; i < length && !text[0]; i++) {
		result = make(pamh, word[i]);
		predict(&model, word[i]);
		compare(&model, pamh, result, &serial, &stores, text);
	}
	if (text[0]) {
		for (int j = 0; j < length; j++)
			printf("%s%s", call_names[word[j]], j + 1 == i ? "* " : " ");
		printf(": %s\n", text);
		fflush(stdout);
	}
	pam_setcred(pamh, PAM_DELETE_CRED | PAM_SILENT);
	pam_end(pamh, result);
	return !text[0];
}

static void word_try(const enum call word[], int length)
{
	const pid_t child = fork();
	int status = -1;

	if (child < 0)
		stop("fork");
	if (child == 0)
		_exit(word_run(word, length) ? 0 : 1);
	if (waitpid(child, &status, 0) != child)
		stop("waitpid");
	rig.words++;
	rig.calls += length;
	rig.wrong += status != 0;
	counted(child);
	watcher('c');
}

/* All words that begin with these. */
static void words_from(enum call word[WORD_MAX], int length, int most, bool distinct, int tried)
{
	if (length > tried)
		word_try(word, length);
	if (length == most)
		return;
	for (int call = 0; call < CALLS; call++) {
		bool used = false;

		for (int i = 0; i < length; i++)
			used = used || word[i] == (enum call)call;
		if (distinct && used)
			continue;
		word[length] = (enum call)call;
		words_from(word, length + 1, most, distinct, tried);
	}
}

/* ---- the sessions beside -------------------------------------------------------------------------------------------- */

static pid_t other_start(void)
{
	const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *pamh;
	const pid_t child = fork();
	int ends = 0;

	if (child != 0) {
		while (counted(0) == 0 && ends++ < 1000)
			usleep(10000);
		return child;
	}
	if (pam_start_confdir(rig.service, rig.user, &conversation, rig.folder, &pamh) != PAM_SUCCESS || pam_open_session(pamh, 0) != PAM_SUCCESS)
		stop("another session");
	for (;;)
		pause();
}

static int number(const char *text, int most)
{
	const long value = strtol(text, NULL, 10);

	if (value < 0 || value > most) {
		fputs("pammodel: a number is too large\n", stderr);
		exit(2);
	}
	return (int)value;
}

int main(int argc, char **argv)
{
	enum call word[WORD_MAX];
	pid_t watching, other = 0;
	int distinct, repeated;

	if (argc != 8 || read(0, rig.password, sizeof(rig.password) - 1) <= 0) {
		fputs("usage: pammodel CONFDIR SERVICE USER VENDOR DISTINCT REPEATED OTHERS <PASSWORD\n", stderr);
		return 2;
	}
	rig.password[strcspn(rig.password, "\n")] = '\0';
	rig.folder = argv[1];
	rig.service = argv[2];
	rig.user = argv[3];
	rig.vendor = argv[4];
	distinct = number(argv[5], CALLS);
	repeated = number(argv[6], WORD_MAX - 2);
	rig.account = getpwnam(rig.user);
	if (!rig.account || pipe(rig.ask) || pipe(rig.answer) || (watching = fork()) < 0)
		stop(rig.user);
	if (watching == 0)
		watch();
	if (number(argv[7], 1)) {
		other = other_start();
		rig.others = 1;
	}
	watcher('c');
	words_from(word, 0, repeated, false, 0);
	/* The shorter ones were among those. */
	words_from(word, 0, distinct, true, repeated);
	if (other > 0)
		kill(other, SIGKILL);
	kill(watching, SIGKILL);
	printf("%ld words, %ld calls, %ld wrong\n", rig.words, rig.calls, rig.wrong);
	return rig.wrong == 0 && rig.words > 0 ? 0 : 1;
}
