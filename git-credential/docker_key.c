/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/docker_key.h"

#include <string.h>
#include <strings.h>

#include "common/text.h"

const char *const docker_hub_names[] = { DOCKER_HUB, "index.docker.io", "registry-1.docker.io",
					 NULL };

/* Behind "https://", or the key itself where it names no scheme; NULL for any other scheme. */
static const char *skip_scheme(const char *key)
{
	static const char https[] = "https://";
	const char *mark = strstr(key, "://");

	if (strncasecmp(key, https, sizeof(https) - 1) == 0)
		return key + sizeof(https) - 1;
	/* "host/path?u=a://b" names no scheme: one stands before the first slash */
	return mark && mark < key + strcspn(key, "/?#") ? NULL : key;
}

static void name_hub(char host[static HOST_MAX])
{
	for (const char *const *name = docker_hub_names; *name; name++)
		if (strcmp(host, *name) == 0)
			memcpy(host, DOCKER_HUB, sizeof(DOCKER_HUB));
}

int docker_key_host(const char *key, char host[static HOST_MAX], struct error *error)
{
	const char *authority = skip_scheme(key);

	if (!authority)
		return error_set(error, ERROR_POLICY, "only https registries get a token");
	if (!text_is_visible(key, strlen(key)))
		return error_set(error, ERROR_POLICY,
				 "the server's name holds characters that no host name has");
	if (host_canonical(authority, strcspn(authority, "/?#"), host, error) != 0)
		return -1;
	name_hub(host);
	return 0;
}
