/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/host.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum {
	NAME_MAX_BYTES = 253, /* RFC 1035 section 2.3.4, as text without the final dot */
	LABEL_MAX_BYTES = 63,
	PORT_HTTPS = 443,
	PORT_MAX = 65535,
};

struct authority {
	char name[HOST_MAX]; /* canonical, IPv6 without brackets */
	bool ipv6;
	unsigned int port;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const char *label_fault(const char *label, size_t length)
{
	size_t i;

	if (length == 0)
		return "an empty label (two dots, or a dot at an end)";
	if (length > LABEL_MAX_BYTES)
		return "a label of more than 63 bytes";
	for (i = 0; i < length; i++)
		if (!is_letter_or_digit(label[i]) && label[i] != '-')
			return "a character that is not a letter, digit, hyphen or dot";
	if (label[0] == '-' || label[length - 1] == '-')
		return "a label that begins or ends with a hyphen";
	return NULL;
}

/* Resolvers read "127.1", "0x7f000001" and "010.0.0.1" as addresses in forms of their own: only
 * four plain decimal numbers are an address. */
static const char *numeric_fault(const char *name, const char *last_label)
{
	struct in_addr address;

	if (strspn(last_label, "0123456789") != strlen(last_label) &&
	    strncmp(last_label, "0x", 2) != 0)
		return NULL;
	return inet_pton(AF_INET, name, &address) == 1
		       ? NULL
		       : "a number that is no IPv4 address of the form 192.0.2.1";
}

/* name is in lower case already. */
static const char *name_fault(const char *name)
{
	const char *label = name, *dot, *fault;

	if (strlen(name) > NAME_MAX_BYTES)
		return "more than 253 bytes";
	for (; (dot = strchr(label, '.')); label = dot + 1)
		if ((fault = label_fault(label, (size_t)(dot - label))))
			return fault;
	if ((fault = label_fault(label, strlen(label))))
		return fault;
	return numeric_fault(name, label);
}

static const char *ipv6_fault(char name[static HOST_MAX])
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, name, &address) != 1 ||
	    !inet_ntop(AF_INET6, &address, name, HOST_MAX))
		return "brackets without an IPv6 address";
	return NULL;
}

/* text begins behind the host: "" or ":PORT". */
static const char *port_fault(const char *text, unsigned int *port)
{
	int64_t number;

	*port = PORT_HTTPS;
	if (*text == '\0')
		return NULL;
	if (*text != ':')
		return "something behind the bracket that is no port";
	if (text[1] == '0' || number_parse(text + 1, 1, PORT_MAX, &number) < 0)
		return "a port that is not 1 to 65535 in plain digits";
	*port = (unsigned int)number;
	return NULL;
}

/* Copies in lower case; text is a bounded piece that holds no NUL. */
static void lower_copy(char *out, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	out[length] = '\0';
}

static const char *authority_parse(const char *text, size_t length, struct authority *authority)
{
	char whole[HOST_MAX];
	const char *begin = whole, *end, *fault;

	if (length == 0)
		return "nothing";
	if (length >= sizeof(whole))
		return "too many bytes";
	if (memchr(text, '\0', length) || !text_is_visible(text, length))
		return "a control character or a character outside ASCII (write an international "
		       "name in its xn-- form)";
	if (memchr(text, '@', length))
		return "a user name (leave out everything up to the @)";
	lower_copy(whole, text, length);
	authority->ipv6 = whole[0] == '[';
	if (authority->ipv6) {
		begin = whole + 1;
		end = strchr(whole, ']');
		if (!end)
			return "an opening bracket alone";
	} else {
		end = whole + strcspn(whole, ":");
	}
	memcpy(authority->name, begin, (size_t)(end - begin));
	authority->name[end - begin] = '\0';
	fault = authority->ipv6 ? ipv6_fault(authority->name) : name_fault(authority->name);
	return fault ? fault : port_fault(authority->ipv6 ? end + 1 : end, &authority->port);
}

static int authority_format(const struct authority *authority, char out[static HOST_MAX])
{
	const char *open = authority->ipv6 ? "[" : "", *close = authority->ipv6 ? "]" : "";
	int length;

	if (authority->port == PORT_HTTPS)
		length = snprintf(out, HOST_MAX, "%s%s%s", open, authority->name, close);
	else
		length = snprintf(out, HOST_MAX, "%s%s%s:%u", open, authority->name, close,
				  authority->port);
	return length < HOST_MAX ? 0 : -1;
}

int host_canonical(const char *text, size_t length, char out[static HOST_MAX], struct error *error)
{
	struct authority authority;
	char canonical[HOST_MAX], shown[128];
	const char *fault = authority_parse(text, length, &authority);

	if (!fault && authority_format(&authority, canonical) < 0)
		fault = "too many bytes";
	if (fault)
		return error_set(
			error, ERROR_POLICY,
			"host '%s' has %s; write it as git.example.com or git.example.com:8443",
			text_printable(shown, sizeof(shown), text, length), fault);
	memcpy(out, canonical, sizeof(canonical));
	return 0;
}

/* RFC 3986 appendix A: what may stand behind the authority. A '#' begins a fragment, which is never
 * sent. */
static const char *url_rest_fault(const char *rest)
{
	for (; *rest; rest++) {
		if (*rest == '#')
			return "a fragment (leave out '#' and what follows)";
		if (strchr("\\\"<>^`{|}", *rest))
			return "a character that must be percent-encoded";
		if (*rest == '%' && (!is_hex(rest[1]) || !is_hex(rest[2])))
			return "a '%' without two hexadecimal digits";
	}
	return NULL;
}

static const char *url_fault(const char *text, struct url *url)
{
	static const char scheme[] = "https://";
	struct authority authority;
	const char *begin, *rest, *fault;
	char start[sizeof(scheme)] = "";

	if (strlen(text) >= URL_MAX)
		return "too many bytes";
	if (!text_is_visible(text, strlen(text)) || strchr(text, ' '))
		return "a space, a control character or a character outside ASCII (pasted from a "
		       "web page?)";
	snprintf(start, sizeof(start), "%s", text);
	if (!text_equal_ignoring_case(start, scheme))
		return "no https:// at its beginning (nothing else is allowed, because a password "
		       "is sent)";
	begin = text + strlen(scheme);
	rest = begin + strcspn(begin, "/?#\\");
	fault = authority_parse(begin, (size_t)(rest - begin), &authority);
	if (!fault)
		fault = url_rest_fault(rest);
	if (!fault &&
	    (authority_format(&authority, url->host) < 0 ||
	     snprintf(url->text, sizeof(url->text), "%s%s%s", scheme, url->host, rest) >= URL_MAX))
		fault = "too many bytes";
	if (fault)
		return fault;
	memcpy(url->name, authority.name, sizeof(url->name));
	url->port = authority.port;
	return NULL;
}

int url_parse(const char *text, struct url *url, struct error *error)
{
	struct url parsed = { .port = 0 };
	const char *fault = url_fault(text, &parsed);
	char shown[192];

	if (fault) {
		/* What stands before an '@' may be a password: then nothing of the text is shown.
		 */
		if (strchr(text, '@'))
			return error_set(error, ERROR_CONFIGURATION,
					 "the URL has %s; expected https://host/path", fault);
		return error_set(error, ERROR_CONFIGURATION,
				 "URL '%s' has %s; expected https://host/path",
				 text_printable(shown, sizeof(shown), text, strlen(text)), fault);
	}
	*url = parsed;
	return 0;
}
