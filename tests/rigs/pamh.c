/* SPDX-License-Identifier: BSD-3-Clause */
/* pamh: a PAM host that does what it is told, for tests of modules and stacks. "pamh -h" explains. It prints no answer of the conversation. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/resource.h>
#include <syslog.h>

#include <security/pam_appl.h>

#include "hostmalloc.h"
#include "hostreport.h"
#include "hostscript.h"
#include "hostsetup.h"
#include "hoststate.h"

static const char usage_text[] =
	"usage: pamh [OPTION]... SERVICE USER CALL...      USER \"\" leaves the name open; \"a,b\": threads take turns\n"
	"  -c FOLDER     the folder of the service file (pam_start_confdir); default: /etc/pam.d\n"
	"  -a FILE       script of the conversation; default: standard input. One answer a line, used in order by prompts:\n"
	"                text WORDS (%u: the user) | hex 6162 | fill LENGTH | null | no-response | error | again | abort\n"
	"                past the end: PAM_CONV_ERR. Every run (-n, -t) begins at the first line\n"
	"  -C            no conversation function at all\n"
	"  -i ITEM=TEXT  rhost, ruser, tty (before the first call)\n"
	"  -r USER       real ids of USER, effective uid 0, as su and sudo have\n"
	"  -u USER       become USER wholly\n"
	"  -s MODE       SIGCHLD: dfl, ign, nocldwait, handler (reaps all), waiter (a thread in waitpid), blocked,\n"
	"                count; and storm: the default, with a SIGALRM each millisecond\n"
	"  -x DIGITS     close these of the descriptors 0, 1, 2 before the first call\n"
	"  -L LOCALE     setlocale(LC_ALL, LOCALE), as login programs do\n"
	"  -l NAME=N     resource limit: as, core, cpu, fsize, nofile, nproc, stack\n"
	"  -n COUNT      runs, each from pam_start to pam_end (which unloads the modules)\n"
	"  -t COUNT      threads, each with its own handle\n"
	"  -o FD         write the report there, so that descriptors 1 and 2 are the modules' alone\n"
	"  -m N          in \"auth\", allocation N fails; 0: none does; each: in run 1 the first, in run 2 the second. Reports \"allocations COUNT\"\n"
	"  -k            compare the state of the process before and after, count signals\n"
	"calls: auth acct setcred open close chauthtok end, each with flags: auth:silent+nonull setcred:establish|delete|reinit|refresh+silent\n"
	"       end:data_silent; fork CALLS... join (a child makes these calls) | join-env (and its PAM environment comes back, as sshd does)\n"
	"       user=NAME (sets PAM_USER)  putenv=NAME=VALUE  getuser  env (prints the PAM environment)  stop (forgets its answers, then SIGSTOP)\n"
	"       a run without end ends with a silent setcred:delete and end, unreported, so that no hand-off stays behind\n"
	"report: \"CALL CODE\" for each call, \"prompt off|on TEXT\", \"info TEXT\", \"error TEXT\", \"env NAME=VALUE\", \"delay\" (a module asked for one; libpam varies it), \"user NAME\",\n"
	"        with -k \"resident KILOBYTES\", \"signals N\" and \"state same|changed WHAT\"; with -n or -t each different line once, with its count before it\n"
	"exit: 0 the calls were made, 2 usage, 71 the host itself failed\n";

enum { USERS_MAX = 64, THREADS_MAX = 512 };

static struct {
	const char *folder, *service, *sigchld;
	const char *items[3];
	char *users[USERS_MAX];
	int users_count;
	struct script script;
	char **calls;
	bool no_conversation, compare;
	long runs, threads, malloc_fails_at; /* -1: malloc is left alone */
	bool malloc_fails_each;
} host = { .folder = "/etc/pam.d", .sigchld = "dfl", .runs = 1, .threads = 1, .malloc_fails_at = -1 };

struct run {
	pam_handle_t *pamh;
	const char *user;
	int next_answer;
	int last_result;
};

static atomic_int signals_seen;

static _Noreturn void stop(const char *what)
{
	dprintf(2, "pamh: %s: %s\n", what, strerror(errno));
	exit(71);
}

static _Noreturn void usage(int status)
{
	fputs(usage_text, status ? stderr : stdout);
	exit(status);
}

/* ---- the conversation ----------------------------------------------------------------------------------------------- */

static int answer_give(struct run *run, struct pam_response *response, bool *withheld)
{
	const struct answer *answer;

	if (run->next_answer >= host.script.count)
		return PAM_CONV_ERR;
	answer = &host.script.answers[run->next_answer++];
	if (answer->kind == ANSWER_CODE)
		return answer->code;
	*withheld = answer->kind == ANSWER_NO_RESPONSE;
	if (answer->kind == ANSWER_BYTES)
		response->resp = answer_expand(answer, run->user);
	return PAM_SUCCESS;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	struct run *run = data;
	struct pam_response *list = calloc((size_t)count, sizeof(*list));
	bool withheld = false;
	int result = PAM_SUCCESS;

	if (!list)
		return PAM_BUF_ERR;
	for (int i = 0; i < count && result == PAM_SUCCESS; i++) {
		const int style = messages[i]->msg_style;

		if (style == PAM_TEXT_INFO || style == PAM_ERROR_MSG) {
			report("%s %s", style == PAM_TEXT_INFO ? "info" : "error", messages[i]->msg);
			continue;
		}
		report("prompt %s %s", style == PAM_PROMPT_ECHO_ON ? "on" : "off", messages[i]->msg);
		result = answer_give(run, &list[i], &withheld);
	}
	if (result != PAM_SUCCESS || withheld) {
		free(list);
		list = NULL;
	}
	*responses = list;
	return result;
}

/* ---- the calls ------------------------------------------------------------------------------------------------------ */

static void fail_delay(int result, unsigned int microseconds, void *data)
{
	(void)data;
	if (result != PAM_SUCCESS && microseconds > 0)
		report("delay");
}

static union { void (*function)(int, unsigned int, void *); const void *pointer; } fail_delay_item = { fail_delay };

static void handle_open(struct run *run)
{
	static const int types[] = { PAM_RHOST, PAM_RUSER, PAM_TTY };
	const struct pam_conv conversation = { host.no_conversation ? NULL : converse, run };
	const char *user = run->user[0] ? run->user : NULL;
	const int result = pam_start_confdir(host.service, user, &conversation, host.folder, &run->pamh);

	if (result != PAM_SUCCESS) {
		report("start %s", code_name(result));
		run->pamh = NULL;
		return;
	}
	pam_set_item(run->pamh, PAM_FAIL_DELAY, fail_delay_item.pointer);
	for (int i = 0; i < 3; i++) {
		if (host.items[i])
			pam_set_item(run->pamh, types[i], host.items[i]);
	}
}

static void environment_report(pam_handle_t *pamh)
{
	char **list = pam_getenvlist(pamh);

	for (int i = 0; list && list[i]; i++) {
		report("env %s", list[i]);
		free(list[i]);
	}
	free(list);
}

static void user_report(pam_handle_t *pamh)
{
	const void *user = NULL;

	pam_get_item(pamh, PAM_USER, &user);
	report("user %s", user ? (const char *)user : "(none)");
}

typedef int pam_call(pam_handle_t *, int);

static int authenticate(pam_handle_t *pamh, int flags)
{
	long allocations;
	int result;

	if (host.malloc_fails_at < 0)
		return pam_authenticate(pamh, flags);
	host.malloc_fails_at += host.malloc_fails_each;
	malloc_begin(host.malloc_fails_at);
	result = pam_authenticate(pamh, flags);
	allocations = malloc_end();
	if (!host.malloc_fails_each)
		report("allocations %ld", allocations);
	return result;
}

static void call_make(struct run *run, const char *call)
{
	static const struct { const char *word; pam_call *function; } calls[] = {
		{ "auth", authenticate }, { "acct", pam_acct_mgmt }, { "setcred", pam_setcred },
		{ "open", pam_open_session }, { "close", pam_close_session }, { "chauthtok", pam_chauthtok },
	};
	const size_t length = strcspn(call, ":=");

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strlen(calls[i].word) == length && memcmp(calls[i].word, call, length) == 0) {
			run->last_result = calls[i].function(run->pamh, flags_read(call));
			report("%s %s", call, code_name(run->last_result));
			return;
		}
	}
	if (strncmp(call, "end", length) == 0) {
		report("%s %s", call, code_name(pam_end(run->pamh, run->last_result | flags_read(call))));
		run->pamh = NULL;
	} else if (strncmp(call, "user=", 5) == 0) {
		report("%s %s", call, code_name(pam_set_item(run->pamh, PAM_USER, call + 5)));
	} else if (strncmp(call, "putenv=", 7) == 0) {
		report("%s %s", call, code_name(pam_putenv(run->pamh, call + 7)));
	} else if (strcmp(call, "getuser") == 0) {
		user_report(run->pamh);
	} else if (strcmp(call, "env") == 0) {
		environment_report(run->pamh);
	} else if (strcmp(call, "stop") == 0) {
		script_forget(&host.script);
		raise(SIGSTOP);
	} else {
		dprintf(2, "pamh: unknown call %s\n", call);
		usage(2);
	}
}

static void environment_send(pam_handle_t *pamh, int fd)
{
	char **list = pamh ? pam_getenvlist(pamh) : NULL;

	for (int i = 0; list && list[i]; i++)
		dprintf(fd, "%s\n", list[i]);
}

static void environment_receive(pam_handle_t *pamh, FILE *pipe, bool keep)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, pipe)) > 0) {
		line[length - 1] = '\0';
		if (keep && pamh)
			pam_putenv(pamh, line);
	}
	free(line);
}

/* Runs the calls up to join or join-env in a child, as sshd does; the child ends by _exit(2). Returns that word. */
static char **calls_in_child(struct run *run, char **call)
{
	int ends[2];
	char **last = call;
	pid_t child;
	FILE *pipe;

	while (*last && strcmp(*last, "join") != 0 && strcmp(*last, "join-env") != 0)
		last++;
	if (!*last || pipe2(ends, O_CLOEXEC) || (child = fork()) < 0)
		stop("fork ... join");
	if (child == 0) {
		for (; call != last && run->pamh; call++)
			call_make(run, *call);
		environment_send(run->pamh, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	pipe = fdopen(ends[0], "r");
	environment_receive(run->pamh, pipe, strcmp(*last, "join-env") == 0);
	fclose(pipe);
	waitpid(child, NULL, 0);
	return last;
}

static void run_once(const char *user)
{
	struct run run = { .user = user };

	handle_open(&run);
	for (char **call = host.calls; *call && run.pamh; call++) {
		if (strcmp(*call, "fork") == 0)
			call = calls_in_child(&run, call + 1);
		else
			call_make(&run, *call);
	}
	if (run.pamh) {
		pam_setcred(run.pamh, PAM_DELETE_CRED | PAM_SILENT);
		pam_end(run.pamh, run.last_result);
	}
}

static void *runs_of_thread(void *data)
{
	const char *user = data;

	for (long i = 0; i < host.runs; i++)
		run_once(user);
	return NULL;
}

static void runs_all(void)
{
	pthread_t threads[THREADS_MAX];

	if (host.threads == 1) {
		runs_of_thread(host.users[0]);
		return;
	}
	for (long i = 0; i < host.threads; i++) {
		if (pthread_create(&threads[i], NULL, runs_of_thread, host.users[i % host.users_count]))
			stop("pthread_create");
	}
	for (long i = 0; i < host.threads; i++)
		pthread_join(threads[i], NULL);
}

/* ---- options and the process itself --------------------------------------------------------------------------------- */

static void count_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals_seen, 1);
}

static void item_read(const char *text)
{
	static const char *const names[] = { "rhost=", "ruser=", "tty=" };

	for (int i = 0; i < 3; i++) {
		if (strncmp(text, names[i], strlen(names[i])) == 0) {
			host.items[i] = text + strlen(names[i]);
			return;
		}
	}
	usage(2);
}

static void users_read(char *list)
{
	char *user;

	while ((user = strsep(&list, ",")) && host.users_count < USERS_MAX)
		host.users[host.users_count++] = user;
}

static long count_read(const char *text, long most)
{
	const long count = strtol(text, NULL, 10);

	if (count < 1 || count > most)
		usage(2);
	return count;
}

struct process { /* what is done to the process before the first call */
	const char *script, *real_user, *user, *closed, *limits[8];
	int limits_count, report_fd;
};

static void options_read(int argc, char **argv, struct process *process)
{
	int option;

	while ((option = getopt(argc, argv, "+hc:a:Ci:r:u:s:x:l:L:n:t:o:m:k")) != -1) {
		switch (option) {
		case 'c': host.folder = optarg; break;
		case 'a': process->script = optarg; break;
		case 'C': host.no_conversation = true; break;
		case 'i': item_read(optarg); break;
		case 'r': process->real_user = optarg; break;
		case 'u': process->user = optarg; break;
		case 's': host.sigchld = optarg; break;
		case 'x': process->closed = optarg; break;
		case 'l':
			if (process->limits_count == 8)
				usage(2);
			process->limits[process->limits_count++] = optarg;
			break;
		case 'L':
			if (!setlocale(LC_ALL, optarg))
				stop(optarg);
			break;
		case 'n': host.runs = count_read(optarg, 1000000); break;
		case 't': host.threads = count_read(optarg, THREADS_MAX); break;
		case 'o': process->report_fd = (int)count_read(optarg, 1 << 20); break;
		case 'm':
			host.malloc_fails_each = strcmp(optarg, "each") == 0;
			host.malloc_fails_at = strtol(optarg, NULL, 10);
			break;
		case 'k': host.compare = true; break;
		default: usage(option == 'h' ? 0 : 2);
		}
	}
	if (argc - optind < 3)
		usage(2);
	host.service = argv[optind];
	users_read(argv[optind + 1]);
	host.calls = argv + optind + 2;
}

static void process_prepare(const struct process *process)
{
	FILE *script = process->script ? fopen(process->script, "re") : stdin;

	if (!script)
		stop(process->script);
	setvbuf(script, NULL, _IONBF, 0); /* no copy of an answer stays in a buffer */
	script_read(&host.script, script);
	if (script != stdin)
		fclose(script);
	tally.file = fdopen(fcntl(process->report_fd, F_DUPFD_CLOEXEC, 10), "w");
	if (!tally.file)
		stop("-o");
	tally.many = host.runs > 1 || host.threads > 1;
	openlog(NULL, LOG_NDELAY, LOG_AUTHPRIV);
	getpwnam("root"); /* libc aborts where memory runs out while it reads nsswitch.conf for the first time */
	if (host.compare)
		setup_count_signals(count_signal);
	if (!setup_sigchld(host.sigchld, count_signal))
		usage(2);
	for (const char *digit = process->closed; digit && *digit; digit++)
		close(*digit - '0');
	if ((process->real_user && !setup_ids(process->real_user, false)) || (process->user && !setup_ids(process->user, true)))
		stop("cannot become that user");
	for (int i = 0; i < process->limits_count; i++) {
		if (!setup_limit(process->limits[i]))
			usage(2);
	}
}

int main(int argc, char **argv)
{
	static struct host_state before, after;
	static char changes[STATE_TEXT_MAX];
	struct process process = { .report_fd = 1 };

	options_read(argc, argv, &process);
	process_prepare(&process);
	state_take(&before);
	runs_all();
	state_take(&after);
	report_tally();
	if (host.compare) {
		state_compare(&before, &after, changes);
		fprintf(tally.file, "resident %ld\nsignals %d\n", after.resident, atomic_load(&signals_seen));
		fprintf(tally.file, "state %s%s\n", changes[0] ? "changed " : "same", changes);
	}
	fclose(tally.file);
	return 0;
}
