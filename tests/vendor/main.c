/* SPDX-License-Identifier: BSD-3-Clause */
/* testvendor: the vendor, a git server and a registry token service over TLS, and a control port. See usage below. */
#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/text.h"
#include "endpoints.h"
#include "jwt.h"
#include "options.h"

static const char usage[] =
	"usage: testvendor --certificates DIR [option ...]\n"
	"  --certificates DIR        made by tests/vendor/make-ca\n"
	"  --certificate NAME        serve DIR/NAME.pem and DIR/NAME.key (default: server)\n"
	"  --user NAME:PASSWORD      an active user, any number of times\n"
	"  --users FILE              lines \"STATE NAME PASSWORD\", STATE one of active, disabled, locked, not_set_up\n"
	"  --set OPTION=VALUE        any number of times; options.h lists them\n"
	"  --repositories DIR        a folder of bare repositories for the git server\n"
	"  --bind ADDRESS            default 127.0.0.1; the control port stays on 127.0.0.1\n"
	"  --vendor-port, --git-port, --registry-port, --control-port PORT   default 0: any free port\n"
	"  --ready FILE              gets VENDOR_PORT=... lines (for a shell) as soon as all ports listen\n"
	"  --die-with-parent\n"
	"Prints \"ready\" and the same lines on stdout. Ends on SIGTERM.\n";

static const struct service services[] = {
	{ "vendor", vendor_handle, true },
	{ "git", git_handle, true },
	{ "registry", registry_handle, true },
	{ "control", control_handle, false },
};
enum { VENDOR, GIT, REGISTRY, CONTROL, SERVICES };

struct arguments {
	const char *certificates, *certificate, *address, *ready;
	uint16_t ports[SERVICES];
};

static char *read_file(const char *folder, const char *name, const char *ending)
{
	char *path = NULL, *text = NULL;
	size_t size = 0;
	FILE *file;

	if (asprintf(&path, "%s/%s%s", folder, name, ending) < 0)
		errx(1, "out of memory");
	file = fopen(path, "re");
	if (!file || getdelim(&text, &size, '\0', file) <= 0)
		err(1, "cannot read %s", path);
	fclose(file);
	free(path);
	return text;
}

static void add_user(const char *pair)
{
	char *name = copy_text(pair), *colon = strchr(name, ':');

	if (!colon)
		errx(2, "a user is NAME:PASSWORD");
	*colon = '\0';
	user_put(name, colon + 1, USER_ACTIVE);
	free(name);
}

/* Passwords come in a file: those of tests are canaries that no test may find in a command line. */
static void read_users(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		err(1, "cannot read %s", path);
	while (getline(&line, &size, file) > 0) {
		char *rest = line, *word = strsep(&rest, " "), *name = strsep(&rest, " ");
		enum user_state state;

		if (!rest || user_state_parse(word, &state) != 0)
			errx(2, "%s: a line is not STATE NAME PASSWORD", path);
		rest[strcspn(rest, "\n")] = '\0';
		user_put(name, rest, state);
	}
	free(line);
	fclose(file);
}

static void set_option(const char *pair)
{
	char *name = copy_text(pair), *equals = strchr(name, '=');

	if (equals)
		*equals = '\0';
	if (!equals || options_set(name, equals + 1) != 0)
		errx(2, "--set %s: no such option or value (see options.h)", pair);
	free(name);
}

static uint16_t read_port(const char *text)
{
	int64_t port;

	if (number_parse(text, 0, 65535, &port) != 0)
		errx(2, "%s is no port", text);
	return (uint16_t)port;
}

static void die_with_parent(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		err(1, "prctl(PR_SET_PDEATHSIG)");
	if (getppid() == 1)
		exit(0);
}

enum option_code { CERTIFICATES = 256, CERTIFICATE, USER, USERS, SET, REPOSITORIES, BIND, PORT, READY = PORT + SERVICES, DIE };

static const struct option long_options[] = {
	{ "certificates", required_argument, NULL, CERTIFICATES },
	{ "certificate", required_argument, NULL, CERTIFICATE },
	{ "user", required_argument, NULL, USER },
	{ "users", required_argument, NULL, USERS },
	{ "set", required_argument, NULL, SET },
	{ "repositories", required_argument, NULL, REPOSITORIES },
	{ "bind", required_argument, NULL, BIND },
	{ "vendor-port", required_argument, NULL, PORT + VENDOR },
	{ "git-port", required_argument, NULL, PORT + GIT },
	{ "registry-port", required_argument, NULL, PORT + REGISTRY },
	{ "control-port", required_argument, NULL, PORT + CONTROL },
	{ "ready", required_argument, NULL, READY },
	{ "die-with-parent", no_argument, NULL, DIE },
	{ NULL, 0, NULL, 0 },
};

static void take_option(int code, struct arguments *arguments)
{
	if (code >= PORT && code < PORT + SERVICES) {
		arguments->ports[code - PORT] = read_port(optarg);
		return;
	}
	switch (code) {
	case CERTIFICATES: arguments->certificates = optarg; break;
	case CERTIFICATE: arguments->certificate = optarg; break;
	case USER: add_user(optarg); break;
	case USERS: read_users(optarg); break;
	case SET: set_option(optarg); break;
	case REPOSITORIES: git_repositories = optarg; break;
	case BIND: arguments->address = optarg; break;
	case READY: arguments->ready = optarg; break;
	case DIE: die_with_parent(); break;
	default: fputs(usage, stderr); exit(2);
	}
}

static void read_arguments(int count, char **list, struct arguments *arguments)
{
	int code;

	while ((code = getopt_long(count, list, "", long_options, NULL)) != -1)
		take_option(code, arguments);
	if (!arguments->certificates || optind != count) {
		fputs(usage, stderr);
		exit(2);
	}
	options_keep();
	users_keep();
}

static void print_ports(FILE *to, const uint16_t ports[SERVICES])
{
	fprintf(to, "VENDOR_PORT=%u\nGIT_PORT=%u\nREGISTRY_TOKEN_PORT=%u\nCONTROL_PORT=%u\n", ports[VENDOR], ports[GIT],
		ports[REGISTRY], ports[CONTROL]);
}

/* The ready file appears whole: written beside its place and renamed. */
static void tell_ready(const char *path, const uint16_t ports[SERVICES])
{
	char *beside = NULL;
	FILE *file;

	if (path) {
		if (asprintf(&beside, "%s.new", path) < 0)
			errx(1, "out of memory");
		file = fopen(beside, "we");
		if (!file)
			err(1, "cannot write %s", beside);
		print_ports(file, ports);
		if (fclose(file) != 0 || rename(beside, path) != 0)
			err(1, "cannot write %s", path);
		free(beside);
	}
	printf("ready\n");
	print_ports(stdout, ports);
	fflush(stdout);
}

static void start_services(struct arguments *arguments)
{
	struct tls_files files = {
		read_file(arguments->certificates, arguments->certificate, ".pem"),
		read_file(arguments->certificates, arguments->certificate, ".key"),
	};

	for (int i = 0; i < SERVICES; i++)
		arguments->ports[i] = service_start(&services[i], i == CONTROL ? "127.0.0.1" : arguments->address,
						    arguments->ports[i], i == CONTROL ? NULL : &files);
	free(files.certificate);
	free(files.key);
}

int main(int count, char **list)
{
	struct arguments arguments = { .certificate = "server", .address = "127.0.0.1" };
	const struct sigaction no_zombies = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t ends;
	int signal_number;

	options_reset();
	sigaction(SIGCHLD, &no_zombies, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	read_arguments(count, list, &arguments);
	jwt_load(arguments.certificates);
	start_services(&arguments);
	tell_ready(arguments.ready, arguments.ports);
	sigwait(&ends, &signal_number);
	services_stop();
	return 0;
}
