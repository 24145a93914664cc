/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/discover.h"

#include <stdio.h>
#include <string.h>

#include "common/fetch/answer.h"
#include "common/fetch/call.h"
#include "common/fetch/document.h"

static const char well_known[] = "/.well-known/openid-configuration";

/* Expands one variable; false where it is empty or too long. */
static bool variable_text(const struct request *request, const char *template_text, char text[static URL_MAX])
{
	struct error error;
	struct secret value;
	bool result = false;

	if (secret_init(&value, URL_MAX - 1) < 0)
		return false;
	if (template_expand(&value, template_text, &request->variables, TEMPLATE_URL, &error) == 0 && value.length > 0) {
		memcpy(text, value.bytes, value.length + 1);
		result = true;
	}
	secret_release(&value);
	return result;
}

bool discover_is_due(const struct request *request, const struct dialect_step *step)
{
	char text[URL_MAX];

	return step->url != NULL && template_names(step->url, &request->variables, "token_url") && !variable_text(request, "{token_url}", text) &&
	       variable_text(request, "{issuer}", text);
}

/* The endpoint that the document names, judged. NULL, or why it cannot be used. */
static const char *endpoint_fault(const struct document *document, const char *issuer, struct url *endpoint)
{
	struct document_value value;
	struct error error;
	struct url own;

	if (document_find(document, "issuer", &value) != DOCUMENT_STRING || strlen(value.bytes) != value.length || strcmp(value.bytes, issuer) != 0)
		return "its issuer is not the one that was asked (RFC 8414 section 3.3)";
	if (document_find(document, "token_endpoint", &value) != DOCUMENT_STRING || strlen(value.bytes) != value.length ||
	    url_parse(value.bytes, endpoint, &error) < 0)
		return "it names no token_endpoint that is an https URL";
	if (url_parse(issuer, &own, &error) < 0 || strcmp(own.host, endpoint->host) != 0)
		return "its token_endpoint is at another host; set token_url if that is right";
	return NULL;
}

static int take_endpoint(struct request *request, const char *issuer, const struct call *call, const struct http_answer *answer, struct outcome *outcome)
{
	struct document *document = NULL;
	struct url endpoint;
	struct error error;
	const char *fault;

	outcome->status = answer->status; /* where it ends here */
	if (answer->status == 200 && answer_type_is_json(answer->content_type, NULL))
		document = document_parse(answer->body.bytes, answer->body.length);
	if (document == NULL)
		return outcome_fail(outcome, answer->status == 404 ? VERDICT_CONFIGURATION : VERDICT_UNAVAILABLE,
				    "%s gave no discovery document (status %d): is the issuer right? Else set token_url", call->url.host, answer->status);
	fault = endpoint_fault(document, issuer, &endpoint);
	document_release(document);
	if (fault != NULL)
		return outcome_fail(outcome, VERDICT_CONFIGURATION, "the discovery document of %s: %s", call->url.host, fault);
	if (variables_set(&request->variables, "token_url", endpoint.text, strlen(endpoint.text), &error) < 0)
		return outcome_fail(outcome, VERDICT_UNAVAILABLE, "%s", error.text);
	outcome->status = 0;
	return 0;
}

int discover(struct request *request, const struct http_route *route, struct outcome *outcome)
{
	char issuer[URL_MAX], url[URL_MAX + sizeof(well_known)];
	const struct dialect_step step = { .name = "discovery", .get = true, .body = BODY_NONE, .url = url };
	struct http_failure failure;
	struct http_answer answer;
	struct error error;
	struct call call;
	size_t length;
	int result;

	if (!variable_text(request, "{issuer}", issuer))
		return outcome_fail(outcome, VERDICT_CONFIGURATION, "the issuer is missing or too long");
	length = strlen(issuer);
	if (issuer[length - 1] == '/') /* section 4.1: a terminating slash is removed */
		length--;
	snprintf(url, sizeof(url), "%.*s%s", (int)length, issuer, well_known);
	if (call_build(&call, &step, &request->variables, &error) < 0) {
		result = outcome_fail(outcome, VERDICT_CONFIGURATION, "%s", error.text);
	} else {
		if (http_exchange(&call, route, &answer, &failure) < 0)
			result = outcome_fail(outcome, failure.verdict, "%s: %s", call.url.host, failure.cause);
		else
			result = take_endpoint(request, issuer, &call, &answer, outcome);
		http_answer_release(&answer);
	}
	call_release(&call);
	return result;
}
