/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/base64.h"

#include <stdint.h>

/* By comparison, not by a table: a table's cache lines would tell the secret's bits to other
 * processes. */
static char digit(uint32_t six)
{
	if (six < 26)
		return (char)('A' + six);
	if (six < 52)
		return (char)('a' + six - 26);
	if (six < 62)
		return (char)('0' + six - 52);
	return six == 62 ? '+' : '/';
}

void base64_append(struct secret *out, const struct secret *in)
{
	for (size_t i = 0; i < in->length; i += 3) {
		size_t left = in->length - i;
		uint32_t bits = (uint32_t)(unsigned char)in->bytes[i] << 16;
		char group[BASE64_GROUP];

		if (left > 1)
			bits |= (uint32_t)(unsigned char)in->bytes[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)in->bytes[i + 2];
		group[0] = digit(bits >> 18 & 63);
		group[1] = digit(bits >> 12 & 63);
		group[2] = left > 1 ? digit(bits >> 6 & 63) : '=';
		group[3] = left > 2 ? digit(bits & 63) : '=';
		secret_append(out, group, sizeof(group));
	}
}
