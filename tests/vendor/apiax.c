/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Apiax: the public client integration-api; a refresh carries a client_assertion_type without an assertion, is answered with expires_at (a
 * "JAVA_TIMESTAMP") in place of expires_in, and works for 14 days from the password login.
 */
#include <string.h>

#include "realm.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

static struct json_object *success(const struct issued *issued, bool refreshed)
{
	struct json_object *object = realm_members(issued, "bearer");

	if (refreshed)
		json_object_object_add(object, "expires_at", json_object_new_int64(issued->access->expires));
	else
		add_expires_in(object, "expires_in", issued->access);
	json_object_object_add(object, "refresh_expires_in", json_object_new_int(0));
	json_object_object_add(object, "not-before-policy", json_object_new_int64(issued->login->started));
	json_object_object_add(object, "scope", json_object_new_string("email profile"));
	return object;
}

static bool refuse(const struct request *request, const struct fields *form, struct answer *answer)
{
	const char *type = fields_get(form, "grant_type"), *assertion = fields_get(form, "client_assertion_type");

	(void)request;
	if (!type || strcmp(type, "refresh_token") != 0 || (assertion && strcmp(assertion, ASSERTION_TYPE) == 0))
		return false;
	answer_error(answer, 400, "invalid_request", "client_assertion_type is missing or another than documented");
	return true;
}

static const struct realm apiax = {
	.dialect = { .name = "apiax", .access_seconds = 1800, .refresh_seconds = 14 * 86400, .prefix = "eyJh",
		     .refresh_from_login = true },
	.client = "integration-api",
	.success = success,
	.refuse = refuse,
};

void apiax_token(struct request *request, struct answer *answer)
{
	realm_token(&apiax, request, answer);
}
