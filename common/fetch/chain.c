/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/chain.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/fetch/answer.h"
#include "common/fetch/call.h"
#include "common/fetch/discovery.h"
#include "common/fetch/http.h"
#include "common/text.h"

/* The operation under way. */
struct chain {
	struct request *request;
	const struct dialect_step *step;
	struct outcome *outcome;
	int64_t deadline_ms;
};

static enum verdict verdict_of(const struct error *error)
{
	switch (error->code) {
	case ERROR_REFUSED:
		return VERDICT_REFUSED;
	case ERROR_CONFIGURATION:
	case ERROR_POLICY:
		return VERDICT_CONFIGURATION;
	default:
		return VERDICT_UNAVAILABLE;
	}
}

static bool names_in(const struct dialect_part parts[], size_t count, const struct variables *variables, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (template_names(parts[i].template_text, variables, name))
			return true;
	}
	return false;
}

static bool step_names(const struct chain *chain, const char *name)
{
	const struct variables *variables = &chain->request->variables;
	const struct dialect_step *step = chain->step;

	return (step->url != NULL && template_names(step->url, variables, name)) || names_in(step->headers, step->headers_count, variables, name) ||
	       names_in(step->fields, step->fields_count, variables, name);
}

/* Once sent, a password is gone (RFC 6749 section 4.3.1). dialect_check() lets no second step name it. */
static void forget_password(struct chain *chain)
{
	if (!chain->step->user_basic && !step_names(chain, "password"))
		return;
	variables_drop(&chain->request->variables, "password");
	variables_drop(&chain->request->variables, "password_suffix");
	variables_drop(&chain->request->variables, "otp");
}

static struct http_route route_of(const struct chain *chain)
{
	const struct request *request = chain->request;

	return (struct http_route){
		.ca = request->ca,
		.ca_length = request->ca_length,
		.proxy = request->proxy[0] == '\0' ? NULL : request->proxy,
		.connect_to = request->connect_to[0] == '\0' ? NULL : request->connect_to,
		.deadline_ms = chain->deadline_ms,
	};
}

static int read_answer(struct chain *chain, const struct call *call, const struct http_answer *answer)
{
	const struct answer_context context = {
		.dialect = &chain->request->dialect,
		.step = chain->step,
		.sent = &chain->request->variables,
		.host = call->url.host,
		.keep_refresh = chain->request->keep_refresh || chain->step->next[0] != '\0',
		.needs_token = strcmp(chain->request->operation, "revoke") != 0 || chain->step->next[0] != '\0',
		.default_lifetime = chain->request->default_lifetime,
		.now = clock_utc(),
	};

	return answer_read(&context, answer, chain->outcome);
}

static int send(struct chain *chain, const struct call *call)
{
	const struct http_route route = route_of(chain);
	struct http_failure failure;
	struct http_answer answer;
	int result;

	if (http_exchange(call, &route, &answer, &failure) < 0) {
		chain->outcome->unanswered = failure.sent;
		result = outcome_fail(chain->outcome, failure.verdict, "%s: %s", call->url.host, failure.cause);
	} else {
		result = read_answer(chain, call, &answer);
	}
	http_answer_release(&answer);
	return result;
}

static int run_step(struct chain *chain)
{
	struct error error = { .code = ERROR_NONE };
	struct call call;
	int result;

	if (call_build(&call, chain->step, &chain->request->variables, &error) < 0)
		result = outcome_fail(chain->outcome, verdict_of(&error), "%s", error.text);
	else
		result = send(chain, &call);
	call_release(&call);
	forget_password(chain);
	return result;
}

/* What a step brought becomes {prior.access_token} and {prior.refresh_token} of the next one; nothing else of it stays. */
static int hand_on(struct chain *chain)
{
	struct variables *variables = &chain->request->variables;
	struct secret access = SECRET_NONE, refresh = SECRET_NONE;
	struct error error;
	int result;

	secret_move(&access, &chain->outcome->access_token);
	secret_move(&refresh, &chain->outcome->refresh_token);
	outcome_init(chain->outcome);
	result = variables_set(variables, "prior.access_token", access.bytes, access.length, &error);
	if (result == 0)
		result = variables_set(variables, "prior.refresh_token", refresh.bytes == NULL ? "" : refresh.bytes, refresh.length, &error);
	secret_release(&access);
	secret_release(&refresh);
	return result < 0 ? outcome_fail(chain->outcome, verdict_of(&error), "%s", error.text) : 0;
}

/* Where the steps' URLs stand in the issuer's document, it is read before anything is sent. */
static int discover(const struct chain *chain)
{
	const struct http_route route = route_of(chain);

	if (!discovery_is_needed(chain->request))
		return 0;
	if (discovery_run(chain->request, &route, chain->outcome) < 0)
		return -1;
	outcome_init(chain->outcome);
	return 0;
}

void chain_run(struct request *request, int64_t deadline_ms, struct outcome *outcome)
{
	struct chain chain = { .request = request, .outcome = outcome, .deadline_ms = deadline_ms };

	chain.step = dialect_step_find(&request->dialect, request->operation);
	if (chain.step == NULL) {
		outcome_fail(outcome, VERDICT_CONFIGURATION, "the dialect has no step %s", request->operation);
		return;
	}
	if (discover(&chain) < 0)
		return;
	for (int steps = 0; run_step(&chain) == 0 && chain.step->next[0] != '\0'; steps++) {
		chain.step = steps == DIALECT_STEPS_MAX ? NULL : dialect_step_find(&request->dialect, chain.step->next);
		if (hand_on(&chain) < 0)
			return;
		if (chain.step == NULL) {
			outcome_fail(outcome, VERDICT_CONFIGURATION, "the dialect's steps do not come to an end");
			return;
		}
	}
}

/* ---- ports ---- */

/* The port of "HOST:PORT" or "http://HOST:PORT": a vendor file always names it. */
static unsigned int port_of(const char *text)
{
	const char *colon = strrchr(text, ':');
	int64_t port = 0;

	if (colon != NULL)
		number_parse(colon + 1, 1, 65535, &port);
	return (unsigned int)port;
}

static int step_port(const struct request *request, const struct dialect_step *step,
		     unsigned int *port, struct error *error)
{
	struct url url;

	if (call_url(step, step->url, &request->variables, &url, error) < 0)
		return -1;
	*port = url.port;
	return 0;
}

int chain_ports(const struct request *request, unsigned int ports[], size_t maximum, struct error *error)
{
	const struct dialect_step *step = dialect_step_find(&request->dialect, request->operation);
	size_t count = 0;
	int discovered;

	if (request->proxy[0] != '\0' || request->connect_to[0] != '\0') {
		ports[0] = port_of(request->proxy[0] != '\0' ? request->proxy : request->connect_to);
		return 1;
	}
	if (discovery_is_needed(request)) {
		discovered = discovery_ports(request, ports, maximum, error);
		if (discovered < 0)
			return -1;
		count = (size_t)discovered;
	}
	while (step != NULL && step->url != NULL && count < maximum) {
		if (!discovery_tells(request, step)) {
			if (step_port(request, step, &ports[count], error) < 0)
				return -1;
			count++;
		}
		step = step->next[0] == '\0' ? NULL : dialect_step_find(&request->dialect, step->next);
	}
	return (int)count;
}
