/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vyopta: the public client vyopta, 300 s, a refresh token that is "NOT IMPLEMENTED" although the sample shows one, and a Host header that
 * must be the documented name.
 */
#include <string.h>
#include <strings.h>

#include "options.h"
#include "realm.h"

/* The sample's own values, its lost space in "emailprofile" included. */
static struct json_object *success(const struct issued *issued, bool refreshed)
{
	struct json_object *object = realm_members(issued, "bearer");

	(void)refreshed;
	add_expires_in(object, "expires_in", issued->access);
	json_object_object_add(object, "refresh_expires_in", json_object_new_int(1800));
	json_object_object_add(object, "not-before-policy", json_object_new_int64(1533920635));
	json_object_object_add(object, "scope", json_object_new_string("emailprofile"));
	return object;
}

static bool is_host_right(const struct request *request)
{
	const char *host = fields_get_header(&request->headers, "Host");
	size_t length = strlen(options.vyopta_host);

	if (strcmp(options.vyopta_host, "any") == 0)
		return true;
	return host && strncasecmp(host, options.vyopta_host, length) == 0 && (host[length] == '\0' || host[length] == ':');
}

static bool refuse(const struct request *request, const struct fields *form, struct answer *answer)
{
	const char *type = fields_get(form, "grant_type");

	if (!is_host_right(request)) {
		answer_text(answer, 421, "text/plain", "the Host header is not the one of this vendor\n");
		return true;
	}
	if (!type || strcmp(type, "refresh_token") != 0 || strcmp(options.vyopta_refresh, "works") == 0)
		return false;
	count_up(COUNT_REFRESH_POSTS, "vyopta", NULL);
	count_up(COUNT_REFRESH_REFUSED, "vyopta", NULL);
	answer_error(answer, 400, "unsupported_grant_type", "Refreshing the session is not implemented");
	return true;
}

static const struct realm vyopta = {
	.dialect = { .name = "vyopta", .access_seconds = 300, .refresh_seconds = 1800, .prefix = "eyJh" },
	.client = "vyopta",
	.success = success,
	.refuse = refuse,
};

void vyopta_token(struct request *request, struct answer *answer)
{
	realm_token(&vyopta, request, answer);
}
