/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server key of a docker credential helper. Clients write the same registry in many ways:
 * "host[:port]" (docker, podman), "host/repository" (crane), "https://host:443" (nerdctl),
 * "https://index.docker.io/v1/" (Docker Hub).
 */
#ifndef APITOKEN_DOCKER_KEY_H
#define APITOKEN_DOCKER_KEY_H

#include "common/error.h"
#include "common/host.h"

enum { DOCKER_KEY_MAX = 4096 }; /* bytes with NUL */

/*
 * The key's canonical host: scheme, path, query and :443 dropped. 0, or -1 with ERROR_POLICY:
 * another scheme than https, userinfo, or no host name. Every name of Docker Hub becomes
 * "docker.io".
 */
int docker_key_host(const char *key, char host[static HOST_MAX], struct error *error);
/* Names under which a vendor file may list Docker Hub; NULL ends. */
extern const char *const docker_hub_names[];
#define DOCKER_HUB "docker.io"
#define DOCKER_HUB_KEY "https://index.docker.io/v1/"

#endif
