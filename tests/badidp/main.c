/* SPDX-License-Identifier: BSD-3-Clause */
/* badidp: a vendor that lies. It plays a script of bytes, delays and breaks over TLS or plain TCP, and logs what clients sent. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/text.h"
#include "log.h"
#include "play.h"
#include "request.h"

static const char usage[] =
	"usage: badidp --certificates DIR | --plain  [option ...]  and what to answer\n"
	"what to answer, to any number of connections:\n"
	"  --script FILE             actions as tests/badidp/script.h lists them; - is stdin\n"
	"  --json FILE               200, application/json, with that body\n"
	"  --status N  --header 'NAME: VALUE' ...  --body TEXT | --body-file FILE\n"
	"options:\n"
	"  --certificate NAME        DIR/NAME.pem and .key (default: server; make-ca lists the bad ones)\n"
	"  --priority STRING         TLS versions and ciphers as GnuTLS writes them (default: NORMAL)\n"
	"  --log FILE                what happened (log.h)\n"
	"  --canary-file FILE        the secret to count in the log as \"canary\"\n"
	"  --bind ADDRESS (default 127.0.0.1)  --port PORT (default 0: any free one)\n"
	"  --ready FILE              gets BADIDP_PORT=PORT as soon as it listens\n"
	"  --die-with-parent\n";

struct arguments {
	const char *certificates, *certificate, *priority, *address, *ready;
	bool plain;
	int64_t port;
	const char *status, *type;
	char *body;
	size_t body_length;
	struct script headers; /* DO_SEND actions, one for each --header */
	struct script script;
};

enum { BACKLOG = 128, CERTIFICATES = 256, CERTIFICATE, PRIORITY, PLAIN, BIND, PORT, READY, LOG, CANARY, SCRIPT, JSON, STATUS, HEADER, BODY, BODY_FILE, DIE };

static const struct option long_options[] = {
	{ "certificates", required_argument, NULL, CERTIFICATES }, { "certificate", required_argument, NULL, CERTIFICATE },
	{ "priority", required_argument, NULL, PRIORITY },         { "plain", no_argument, NULL, PLAIN },
	{ "bind", required_argument, NULL, BIND },                 { "port", required_argument, NULL, PORT },
	{ "ready", required_argument, NULL, READY },               { "log", required_argument, NULL, LOG },
	{ "canary-file", required_argument, NULL, CANARY },        { "script", required_argument, NULL, SCRIPT },
	{ "json", required_argument, NULL, JSON },                 { "status", required_argument, NULL, STATUS },
	{ "header", required_argument, NULL, HEADER },             { "body", required_argument, NULL, BODY },
	{ "body-file", required_argument, NULL, BODY_FILE },       { "die-with-parent", no_argument, NULL, DIE },
	{ NULL, 0, NULL, 0 },
};

static void stop_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static void die_with_parent(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		err(1, "prctl(PR_SET_PDEATHSIG)");
	if (getppid() == 1)
		exit(0);
}

static void read_canary(const char *path)
{
	size_t length;
	char *text = file_read(path, &length);

	while (length > 0 && text[length - 1] == '\n')
		length--;
	request_watch_for(text, length);
}

static void take_answer_option(int code, struct arguments *arguments)
{
	switch (code) {
	case SCRIPT: script_read(&arguments->script, optarg); break;
	case JSON:
		arguments->status = "200";
		arguments->type = "application/json";
		arguments->body = file_read(optarg, &arguments->body_length);
		break;
	case STATUS: arguments->status = optarg; break;
	case HEADER: script_add(&arguments->headers, DO_SEND, optarg, strlen(optarg)); break;
	case BODY:
		arguments->body = strdup(optarg);
		arguments->body_length = strlen(optarg);
		break;
	case BODY_FILE: arguments->body = file_read(optarg, &arguments->body_length); break;
	default: stop_usage();
	}
}

static void take_option(int code, struct arguments *arguments)
{
	switch (code) {
	case CERTIFICATES: arguments->certificates = optarg; break;
	case CERTIFICATE: arguments->certificate = optarg; break;
	case PRIORITY: arguments->priority = optarg; break;
	case PLAIN: arguments->plain = true; break;
	case BIND: arguments->address = optarg; break;
	case PORT:
		if (number_parse(optarg, 0, 65535, &arguments->port) != 0)
			stop_usage();
		break;
	case READY: arguments->ready = optarg; break;
	case LOG: log_open(optarg); break;
	case CANARY: read_canary(optarg); break;
	case DIE: die_with_parent(); break;
	default: take_answer_option(code, arguments);
	}
}

/* The script that --status, --header and --body stand for. */
static void script_simple_answer(struct arguments *arguments)
{
	struct script *script = &arguments->script;
	char *answer = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&answer, &length);

	if (!memory)
		err(1, "out of memory");
	fprintf(memory, "HTTP/1.1 %s Status\r\n", arguments->status);
	if (arguments->type)
		fprintf(memory, "Content-Type: %s\r\n", arguments->type);
	for (size_t i = 0; i < arguments->headers.count; i++)
		fprintf(memory, "%.*s\r\n", (int)arguments->headers.list[i].length, arguments->headers.list[i].bytes);
	fprintf(memory, "Content-Length: %zu\r\nConnection: close\r\n\r\n", arguments->body_length);
	if (arguments->body_length > 0)
		fwrite(arguments->body, 1, arguments->body_length, memory);
	fclose(memory);
	script_add(script, DO_READ, NULL, 0);
	script_add(script, DO_SEND, answer, length);
	free(answer);
}

static int listen_on(const char *address, uint16_t port, uint16_t *bound)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t size = sizeof(where);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int yes = 1;

	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		errx(2, "%s is no IPv4 address", address);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (listener < 0 || bind(listener, (struct sockaddr *)&where, size) != 0 || listen(listener, BACKLOG) != 0 ||
	    getsockname(listener, (struct sockaddr *)&where, &size) != 0)
		err(1, "cannot listen on %s port %u", address, port);
	*bound = ntohs(where.sin_port);
	return listener;
}

static void tell_ready(const char *path, uint16_t port)
{
	char *beside = NULL;
	FILE *file;

	printf("ready\nBADIDP_PORT=%u\n", port);
	fflush(stdout);
	if (!path)
		return;
	if (asprintf(&beside, "%s.new", path) < 0)
		errx(1, "out of memory");
	file = fopen(beside, "we");
	if (!file || fprintf(file, "BADIDP_PORT=%u\n", port) < 0 || fclose(file) != 0 || rename(beside, path) != 0)
		err(1, "cannot write %s", path);
	free(beside);
}

/* One thread for each connection, so that one that hangs holds up nobody. */
struct player {
	const struct script *script;
	struct transport transport;
};

static void *run_player(void *context)
{
	struct player *player = context;

	play(player->script, &player->transport);
	free(player);
	return NULL;
}

static void serve(int listener, const struct script *script, const struct tls_setup *setup)
{
	for (size_t number = 1;; number++) {
		int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		struct player *player = calloc(1, sizeof(*player));
		pthread_t thread;

		if (socket < 0 || !player)
			err(1, "accepting a connection");
		log_event(number, "accepted");
		player->script = script;
		transport_open(&player->transport, number, socket, setup);
		if ((errno = pthread_create(&thread, NULL, run_player, player)) != 0)
			err(1, "pthread_create");
		pthread_detach(thread);
	}
}

static void set_up_tls(const struct arguments *arguments, struct tls_setup *setup)
{
	char *certificate = NULL, *key = NULL;

	if (asprintf(&certificate, "%s/%s.pem", arguments->certificates, arguments->certificate) < 0 ||
	    asprintf(&key, "%s/%s.key", arguments->certificates, arguments->certificate) < 0)
		errx(1, "out of memory");
	tls_setup(setup, certificate, key, arguments->priority);
	free(certificate);
	free(key);
}

int main(int count, char **list)
{
	struct arguments arguments = { .certificate = "server", .priority = "NORMAL", .address = "127.0.0.1" };
	struct tls_setup setup;
	uint16_t port;
	int code, listener;

	while ((code = getopt_long(count, list, "", long_options, NULL)) != -1)
		take_option(code, &arguments);
	if (optind != count || arguments.plain == (arguments.certificates != NULL))
		stop_usage();
	if (arguments.status)
		script_simple_answer(&arguments);
	if (arguments.script.count == 0)
		stop_usage();
	if (!arguments.plain)
		set_up_tls(&arguments, &setup);
	listener = listen_on(arguments.address, (uint16_t)arguments.port, &port);
	tell_ready(arguments.ready, port);
	serve(listener, &arguments.script, arguments.plain ? NULL : &setup);
}
