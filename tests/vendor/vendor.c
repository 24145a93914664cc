/* SPDX-License-Identifier: BSD-3-Clause */
/* The vendor's paths. */
#include <string.h>

#include "endpoints.h"

static const struct route {
	const char *path;
	void (*handle)(struct request *request, struct answer *answer);
} routes[] = {
	{ "/oauth2/token", oauth2_token },
	{ "/oauth2/revoke", oauth2_revoke },
	{ "/auth/realms/test/protocol/openid-connect/token", keycloak_token },
	{ "/auth/realms/test/protocol/openid-connect/logout", keycloak_logout },
	{ "/auth/realms/test/protocol/openid-connect/revoke", keycloak_revoke },
	{ "/auth/realms/apiax/protocol/openid-connect/token", apiax_token },
	{ "/auth/realms/vyopta/protocol/openid-connect/token", vyopta_token },
	{ "/api/auth/v1/access_tokens", amino_tokens },
	{ "/api/login", amino_login },
	{ "/openam/oauth2/access_token", amino_operator },
	{ "/api/oauth/login_with_token", amino_exchange },
};

void vendor_handle(struct request *request, struct answer *answer)
{
	if (whoami_handle(request, answer))
		return;
	if (request->body_length > BODY_TEXT_MAX)
		return answer_text(answer, 413, "text/plain", "the body is too long\n");
	state_lock();
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(routes[i].path, request->path) == 0) {
			routes[i].handle(request, answer);
			break;
		}
	}
	state_unlock();
}
