/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/discovery.h"

#include <stdio.h>
#include <string.h>

#include "common/fetch/answer.h"
#include "common/fetch/call.h"
#include "common/fetch/document.h"
#include "common/host.h"
#include "common/text.h"

/* A discovery under way. */
struct discovery {
	struct request *request;
	struct outcome *outcome;
	struct url issuer;
	const char *host; /* of the document, for messages */
};

/* ---- what is needed ---- */

static bool has_value(const struct variables *variables, const char *name)
{
	const struct secret *value = variables_find(variables, name);
	const char *text = dialect_variable(variables->dialect, name);

	return (value != NULL && value->length > 0) || (text != NULL && text[0] != '\0');
}

/* True where the template names the endpoint's variable, and nobody but the document tells its value. */
static bool is_told(const struct request *request, const char *text, const struct dialect_part *endpoint)
{
	return endpoint->template_text[0] != '\0' && text != NULL && template_names(text, &request->variables, endpoint->name) &&
	       !has_value(&request->variables, endpoint->name);
}

/* In the step's URL, or as the audience of its assertion. */
static bool is_told_to(const struct request *request, const struct dialect_step *step, const struct dialect_part *endpoint)
{
	return is_told(request, step->url, endpoint) ||
	       (step->client_auth == CLIENT_AUTH_ASSERTION && is_told(request, "{assertion_audience}", endpoint));
}

static bool discovers(const struct request *request)
{
	return request->dialect.discovery.url != NULL && has_value(&request->variables, "issuer");
}

bool discovery_tells(const struct request *request, const struct dialect_step *step)
{
	const struct dialect_discovery *discovery = &request->dialect.discovery;

	for (size_t i = 0; discovers(request) && i < discovery->endpoints_count; i++) {
		if (is_told(request, step->url, &discovery->endpoints[i]))
			return true;
	}
	return false;
}

static const struct dialect_step *step_after(const struct request *request, const struct dialect_step *step)
{
	return step->next[0] == '\0' ? NULL : dialect_step_find(&request->dialect, step->next);
}

static bool is_told_to_any(const struct request *request, const struct dialect_part *endpoint)
{
	const struct dialect_step *step = dialect_step_find(&request->dialect, request->operation);

	for (int i = 0; step != NULL && i < DIALECT_STEPS_MAX; i++) {
		if (is_told_to(request, step, endpoint))
			return true;
		step = step_after(request, step);
	}
	return false;
}

bool discovery_is_needed(const struct request *request)
{
	const struct dialect_discovery *discovery = &request->dialect.discovery;

	for (size_t i = 0; discovers(request) && i < discovery->endpoints_count; i++) {
		if (is_told_to_any(request, &discovery->endpoints[i]))
			return true;
	}
	return false;
}

/* ---- issuer and URL ---- */

/* The issuer as it was configured. The caller releases it. */
static int issuer_text(const struct request *request, struct secret *text, struct error *error)
{
	if (secret_init(text, URL_MAX - 1) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	return template_expand(text, "{issuer}", &request->variables, TEMPLATE_TEXT, error);
}

/* Section 4.1: a slash at the issuer's end is left out in front of "/.well-known". */
static int build_call(struct request *request, const struct secret *issuer, struct call *call, struct error *error)
{
	const struct dialect_step step = { .get = true, .body = BODY_NONE, .url = request->dialect.discovery.url };
	size_t length = issuer->length;
	int result;

	memset(call, 0, sizeof(*call));
	while (length > 0 && issuer->bytes[length - 1] == '/')
		length--;
	if (variables_set(&request->variables, "issuer", issuer->bytes, length, error) < 0)
		return -1;
	result = call_build(call, &step, &request->variables, error);
	if (result == 0)
		result = variables_set(&request->variables, "issuer", issuer->bytes, issuer->length, error);
	return result;
}

static bool host_is_trusted(const struct request *request, const struct url *issuer, const char *host)
{
	const char *hosts = request->dialect.discovery.hosts;

	return strcmp(host, issuer->host) == 0 || (hosts != NULL && dialect_word_in(hosts, host));
}

/* ---- the document ---- */

static int check_issuer(const struct discovery *discovery, const struct document *document, const struct secret *issuer)
{
	struct document_value value;

	if (document_find(document, "issuer", &value) == DOCUMENT_STRING && value.length == issuer->length &&
	    memcmp(value.bytes, issuer->bytes, issuer->length) == 0)
		return 0;
	return outcome_fail(discovery->outcome, VERDICT_CONFIGURATION, "%s calls its issuer '%.80s', which is not the vendor file's; they must be the same, byte for byte",
			    discovery->host, value.kind == DOCUMENT_STRING ? value.bytes : "");
}

static int take_endpoint(const struct discovery *discovery, const struct document *document, const struct dialect_part *endpoint)
{
	struct outcome *outcome = discovery->outcome;
	struct document_value value;
	struct error error;
	struct url url;

	if (document_find(document, endpoint->template_text, &value) != DOCUMENT_STRING)
		return outcome_fail(outcome, VERDICT_CONFIGURATION, "the discovery document of %s has no %s; set %s in the vendor file", discovery->host,
				    endpoint->template_text, endpoint->name);
	if (strlen(value.bytes) != value.length || url_parse(value.bytes, &url, NULL) < 0)
		return outcome_fail(outcome, VERDICT_CONFIGURATION, "the %s in the discovery document of %s is no https URL; nothing was sent there",
				    value.path, discovery->host);
	if (!host_is_trusted(discovery->request, &discovery->issuer, url.host))
		return outcome_fail(outcome, VERDICT_CONFIGURATION,
				    "the %s in the discovery document leads from %s to %.80s; nothing was sent there. Where it is right, name it in hosts of [discovery]",
				    value.path, discovery->issuer.host, url.host);
	if (variables_set_url(&discovery->request->variables, endpoint->name, url.text, &error) < 0)
		return outcome_fail(outcome, VERDICT_UNAVAILABLE, "%s", error.text);
	return 0;
}

static int take_endpoints(const struct discovery *discovery, const struct document *document)
{
	const struct dialect_discovery *known = &discovery->request->dialect.discovery;

	for (size_t i = 0; i < known->endpoints_count; i++) {
		if (is_told_to_any(discovery->request, &known->endpoints[i]) && take_endpoint(discovery, document, &known->endpoints[i]) < 0)
			return -1;
	}
	return 0;
}

static int read_document(const struct discovery *discovery, const struct http_answer *answer, const struct secret *issuer)
{
	struct document *document = NULL;
	int result = -1;

	if (answer_type_is_json(answer->content_type, NULL))
		document = document_parse(answer->body.bytes, answer->body.length);
	if (document == NULL)
		outcome_fail(discovery->outcome, VERDICT_UNAVAILABLE, "%s answered %d, but its discovery document is no JSON", discovery->host, answer->status);
	else if (check_issuer(discovery, document, issuer) == 0)
		result = take_endpoints(discovery, document);
	document_release(document);
	return result;
}

static int read_answer(const struct discovery *discovery, const struct http_answer *answer, const struct secret *issuer)
{
	struct outcome *outcome = discovery->outcome;
	bool missing = answer->status == 404 || answer->status == 410;

	outcome->status = answer->status;
	outcome->retry_after = answer->status == 429 || answer->status == 503 ? answer->retry_after : 0;
	text_copy(outcome->address, sizeof(outcome->address), answer->address);
	if (answer->status == 200)
		return read_document(discovery, answer, issuer);
	return outcome_fail(outcome,
			    missing			  ? VERDICT_CONFIGURATION :
			    answer->status == 429 ? VERDICT_RATE_LIMITED :
						    VERDICT_UNAVAILABLE,
			    "%s gave no discovery document (status %d)%s", discovery->host, answer->status,
			    missing ? ": is the issuer right? Else set token_url" : "");
}

/* ---- the whole ---- */

static int exchange(struct discovery *discovery, const struct call *call, const struct http_route *route, const struct secret *issuer)
{
	struct http_failure failure;
	struct http_answer answer;
	int result;

	discovery->host = call->url.host;
	if (http_exchange(call, route, &answer, &failure) < 0)
		result = outcome_fail(discovery->outcome, failure.verdict, "%s: %s", discovery->host, failure.cause);
	else
		result = read_answer(discovery, &answer, issuer);
	http_answer_release(&answer);
	return result;
}

int discovery_run(struct request *request, const struct http_route *route, struct outcome *outcome)
{
	struct discovery discovery = { .request = request, .outcome = outcome };
	struct secret issuer = SECRET_NONE;
	struct error error = { .code = ERROR_NONE };
	struct call call = { .get = true };
	int result;

	if (issuer_text(request, &issuer, &error) < 0 || url_parse(issuer.bytes, &discovery.issuer, &error) < 0 ||
	    build_call(request, &issuer, &call, &error) < 0)
		result = outcome_fail(outcome, error.code == ERROR_CONFIGURATION ? VERDICT_CONFIGURATION : VERDICT_UNAVAILABLE, "%s", error.text);
	else
		result = exchange(&discovery, &call, route, &issuer);
	call_release(&call);
	secret_release(&issuer);
	return result;
}

int discovery_ports(const struct request *request, unsigned int ports[], size_t maximum, struct error *error)
{
	const char *hosts = request->dialect.discovery.hosts;
	struct secret issuer = SECRET_NONE;
	char text[URL_MAX] = "";
	struct url url;
	int count = 0;

	if (issuer_text(request, &issuer, error) == 0 && url_parse(issuer.bytes, &url, error) == 0)
		ports[count++] = url.port;
	secret_release(&issuer);
	if (count == 0)
		return -1;
	while (hosts != NULL && *hosts != '\0' && (size_t)count < maximum) {
		size_t length = strcspn(hosts, " ");

		snprintf(text, sizeof(text), "https://%.*s", (int)length, hosts);
		if (url_parse(text, &url, error) < 0)
			return -1;
		ports[count++] = url.port;
		hosts += length + (hosts[length] == ' ');
	}
	return count;
}
