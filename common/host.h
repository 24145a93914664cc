/* SPDX-License-Identifier: BSD-3-Clause */
/* Host names and https URLs in one canonical form, so that a token is given to exactly the hosts that were named. */
#ifndef APITOKEN_HOST_H
#define APITOKEN_HOST_H

#include <stddef.h>

#include "common/error.h"

enum {
	HOST_MAX = 261,  /* bytes with NUL: 253 of a DNS name, ':', 5 digits, brackets of IPv6 fit too */
	URL_MAX = 2048,  /* bytes with NUL */
};

/*
 * Canonical "host" or "host:port": ASCII lower case, ":443" dropped (https is the only scheme), port 1..65535 without leading zeros, letters, digits, hyphens and
 * dots (no trailing dot, no empty label, labels up to 63), IPv4 as is, IPv6 in brackets. Anything else (userinfo, path, percent, backslash, non-ASCII, control) is
 * refused. Returns 0, or -1 with ERROR_POLICY (caller may re-code it).
 */
int host_canonical(const char *text, size_t length, char out[static HOST_MAX], struct error *error);

struct url {
	char text[URL_MAX];       /* the whole, canonical */
	char host[HOST_MAX];      /* host_canonical() of its authority */
	char name[HOST_MAX];      /* host without port and brackets */
	unsigned int port;        /* 443 where none is given */
};
/*
 * https only, no exception, loopback included; no userinfo, no fragment, visible ASCII only. Returns 0 or -1 with ERROR_CONFIGURATION.
 */
int url_parse(const char *text, struct url *url, struct error *error);

#endif
