/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/vendor_value.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

const char *vendor_visible_fault(const char *text)
{
	return text_is_visible(text, strlen(text)) ? NULL : "printable ASCII characters";
}

const char *vendor_account_fault(const char *text)
{
	return strchr(text, ':') ? "a name without ':'" : vendor_visible_fault(text);
}

const char *vendor_path_fault(const char *text)
{
	return text[0] == '/' ? NULL : "an absolute path, which begins with '/'";
}

const char *vendor_username_fault(const char *text)
{
	for (; (text = strchr(text, '%')); text += 2)
		if (text[1] != 'u' && text[1] != '%')
			return "text with %u for the login name (and %% for a percent sign)";
	return NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

const char *vendor_endpoint(const char *text, bool scheme, char out[static URL_MAX])
{
	const char *expected =
		scheme ? "http://HOST:PORT or https://HOST:PORT, without user and path"
		       : "HOST:PORT";
	const char *kind = "", *rest = text;
	char whole[URL_MAX], port[16];
	struct url url;
	bool ipv6;

	if (scheme) {
		kind = text_starts_with(text, "http://") ? "http://" : "https://";
		if (!text_starts_with(text, kind))
			return expected;
		rest = text + strlen(kind);
	}
	if (strpbrk(rest, "/?") || snprintf(whole, sizeof(whole), "https://%s", rest) >= URL_MAX ||
	    url_parse(whole, &url, NULL) < 0)
		return expected;
	snprintf(port, sizeof(port), ":%u", url.port);
	if (!ends_with(rest, port))
		return expected;
	ipv6 = strchr(url.name, ':') != NULL;
	snprintf(out, URL_MAX, "%s%s%s%s%s", kind, ipv6 ? "[" : "", url.name, ipv6 ? "]" : "",
		 port);
	return NULL;
}
