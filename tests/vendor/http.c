/* SPDX-License-Identifier: BSD-3-Clause */
#include "http.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "script.h"
#include "state.h"

enum { SERVICES_MAX = 8, CONNECTION_MEMORY = 256 << 10 };

static struct MHD_Daemon *daemons[SERVICES_MAX];
static size_t daemons_count;

static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stop_signal = PTHREAD_COND_INITIALIZER;
static bool stopping;

void service_sleep(int64_t milliseconds)
{
	int64_t until = now_milliseconds() + milliseconds;
	const struct timespec deadline = { until / 1000, until % 1000 * 1000000 };

	pthread_mutex_lock(&stop_lock);
	while (!stopping && pthread_cond_timedwait(&stop_signal, &stop_lock, &deadline) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&stop_lock);
}

void answer_header(struct answer *answer, const char *name, const char *value)
{
	fields_add(&answer->headers, name, value, strlen(value));
}

void answer_text(struct answer *answer, unsigned status, const char *type, const char *text)
{
	free(answer->body);
	answer->status = status;
	answer->body = copy_text(text);
	answer->length = strlen(text);
	if (type)
		answer_header(answer, "Content-Type", type);
}

void answer_json(struct answer *answer, unsigned status, struct json_object *object)
{
	answer_text(answer, status, "application/json", json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	answer_header(answer, "Cache-Control", "no-store");
	answer_header(answer, "Pragma", "no-cache");
	json_object_put(object);
}

void answer_error(struct answer *answer, unsigned status, const char *error, const char *description)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "error", json_object_new_string(error));
	if (description)
		json_object_object_add(object, "error_description", json_object_new_string(description));
	answer_json(answer, status, object);
}

void request_set_user(struct request *request, const char *name)
{
	free(request->user);
	request->user = copy_text(name);
}

static void *request_begin(void *service, const char *target, struct MHD_Connection *connection)
{
	struct request *request = calloc(1, sizeof(*request));

	(void)connection;
	if (!request)
		errx(1, "out of memory");
	request->service = service;
	request->target = copy_text(target);
	request->query = strchrnul(request->target, '?');
	request->query += *request->query == '?';
	request->body_file = -1;
	return request;
}

static void request_end(void *service, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
	struct request *request = *context;

	(void)service, (void)connection, (void)code;
	if (!request)
		return;
	fields_free(&request->headers);
	if (request->body_file >= 0)
		close(request->body_file);
	free(request->target);
	free(request->user);
	free(request->body);
	free(request);
	*context = NULL;
}

static enum MHD_Result add_header(void *fields, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	fields_add(fields, name, value ? value : "", value ? strlen(value) : 0);
	return MHD_YES;
}

static int body_append(struct request *request, const char *bytes, size_t length)
{
	if (request->body_file < 0)
		request->body_file = memfd_create("body", MFD_CLOEXEC);
	while (length > 0) {
		ssize_t wrote = write(request->body_file, bytes, length);

		if (wrote < 0)
			return -1;
		bytes += wrote;
		length -= (size_t)wrote;
		request->body_length += wrote;
	}
	return 0;
}

static void body_read_text(struct request *request)
{
	size_t wanted = request->body_length < BODY_TEXT_MAX ? (size_t)request->body_length : BODY_TEXT_MAX;

	request->body = calloc(1, wanted + 1);
	if (!request->body)
		errx(1, "out of memory");
	if (wanted > 0 && pread(request->body_file, request->body, wanted, 0) != (ssize_t)wanted)
		err(1, "reading back a request body");
	if (request->body_file >= 0)
		lseek(request->body_file, 0, SEEK_SET);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *answer)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (answer->drop)
		return MHD_NO;
	if (answer->pipe >= 0) {
		response = MHD_create_response_from_pipe(answer->pipe);
		answer->pipe = -1;
	} else {
		response = MHD_create_response_from_buffer(answer->length, answer->body, MHD_RESPMEM_MUST_COPY);
	}
	for (size_t i = 0; i < answer->headers.count; i++)
		MHD_add_response_header(response, answer->headers.list[i].name, answer->headers.list[i].value);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static void answer_request(struct request *request, struct answer *answer)
{
	const struct service *service = request->service;
	struct script_step step = { .status = 0 };

	state_lock();
	count_request(service->name);
	if (service->scripted)
		script_next(request->path, &step);
	state_unlock();
	if (step.delay > 0 && !step.after)
		service_sleep(step.delay);
	if (step.after || (step.status == 0 && !step.drop))
		service->handle(request, answer);
	if (step.delay > 0 && step.after)
		service_sleep(step.delay);
	script_apply(&step, answer);
	if (service->scripted) {
		state_lock();
		record_request(request, answer->drop ? 0 : answer->status);
		state_unlock();
	}
}

static enum MHD_Result take_request(void *service, struct MHD_Connection *connection, const char *path, const char *method,
				    const char *version, const char *bytes, size_t *length, void **context)
{
	struct request *request = *context;
	struct answer answer = { .status = 404, .pipe = -1 };
	enum MHD_Result result;

	(void)service, (void)version;
	if (!request->method) {
		request->method = method;
		request->path = path;
		MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, &request->headers);
		return MHD_YES;
	}
	if (*length > 0) {
		result = body_append(request, bytes, *length) == 0 ? MHD_YES : MHD_NO;
		*length = 0;
		return result;
	}
	body_read_text(request);
	answer_request(request, &answer);
	result = send_answer(connection, &answer);
	fields_free(&answer.headers);
	free(answer.body);
	if (answer.pipe >= 0)
		close(answer.pipe);
	return result;
}

static enum MHD_Result accept_connection(void *context, const struct sockaddr *address, socklen_t length)
{
	const struct service *service = context;

	(void)address, (void)length;
	state_lock();
	count_connection(service->name);
	state_unlock();
	return MHD_YES;
}

uint16_t service_start(const struct service *service, const char *address, uint16_t port, const struct tls_files *files)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(port) };
	void *context = (void *)(uintptr_t)service;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | (files ? MHD_USE_TLS : 0);
	struct MHD_Daemon *daemon;

	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		errx(1, "%s is no IPv4 address", address);
	if (daemons_count == SERVICES_MAX)
		errx(1, "too many services");
	state_lock();
	count_service(service->name);
	state_unlock();
	daemon = MHD_start_daemon(flags, port, accept_connection, context, take_request, context,
				  MHD_OPTION_SOCK_ADDR, &where, MHD_OPTION_URI_LOG_CALLBACK, request_begin, context,
				  MHD_OPTION_NOTIFY_COMPLETED, request_end, context,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				  files ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, files ? files->certificate : NULL,
				  MHD_OPTION_HTTPS_MEM_KEY, files ? files->key : NULL, MHD_OPTION_END);
	if (!daemon)
		err(1, "cannot listen on %s port %u for %s", address, port, service->name);
	daemons[daemons_count++] = daemon;
	return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void services_stop(void)
{
	pthread_mutex_lock(&stop_lock);
	stopping = true;
	pthread_cond_broadcast(&stop_signal);
	pthread_mutex_unlock(&stop_lock);
	while (daemons_count > 0)
		MHD_stop_daemon(daemons[--daemons_count]);
}
