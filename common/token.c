/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "common/exchange.h"

/* RFC 6750 section 2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=". */
static bool is_b64token(const char *bytes, size_t length)
{
	size_t i = 0;

	while (i < length && ((bytes[i] >= 'A' && bytes[i] <= 'Z') || (bytes[i] >= 'a' && bytes[i] <= 'z') || (bytes[i] >= '0' && bytes[i] <= '9') ||
			      bytes[i] == '-' || bytes[i] == '.' || bytes[i] == '_' || bytes[i] == '~' || bytes[i] == '+' || bytes[i] == '/'))
		i++;
	if (i == 0)
		return false;
	while (i < length && bytes[i] == '=')
		i++;
	return i == length;
}

/* 0x21..0x7E without '"' and '\': what stands in a header, a JSON string and a git credential without a quote. */
static bool is_visible_token(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < 0x21 || bytes[i] > 0x7e || bytes[i] == '"' || bytes[i] == '\\')
			return false;
	}
	return true;
}

int token_check(const char *bytes, size_t length, bool visible)
{
	if (bytes == NULL || length == 0 || length > TOKEN_MAX)
		return -1;
	return (visible ? is_visible_token(bytes, length) : is_b64token(bytes, length)) ? 0 : -1;
}
