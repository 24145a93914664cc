/* SPDX-License-Identifier: BSD-3-Clause */
/* What a vendor would be sent, for people: every secret masked. */
#ifndef APITOKEN_DESCRIBE_H
#define APITOKEN_DESCRIBE_H

#include "common/dialect.h"
#include "common/secret.h"
#include "common/vendor.h"

/*
 * Appends one step: method, URL, headers and fields, a line each. Templates are filled in from the
 * vendor file and the dialect; username is the person's. Passwords, tokens and client secrets become
 * ***, what is not known before an answer stays {name}.
 */
void describe_step(struct secret *out, const struct dialect_step *step, const struct vendor *vendor,
		   const struct dialect *dialect, const char *username);
/* Appends the steps of a login in order, then of a refresh, then of a logout where the vendor is told. */
void describe_vendor(struct secret *out, const struct vendor *vendor, const struct dialect *dialect,
		     const char *username);

#endif
