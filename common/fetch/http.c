/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/http.h"

#include <curl/curl.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/fetch/cause.h"
#include "common/message.h"
#include "common/text.h"

/* Hashed links, one for each authority (openssl-rehash(1)): 17 ms for an exchange where the one-file bundle takes 66 ms. */
#define SYSTEM_TRUST "/etc/ssl/certs"

/* What one transfer collects. */
struct transfer {
	CURL *curl;
	struct curl_slist *headers, *connect_to;
	struct http_answer *answer;
	size_t headers_seen; /* bytes */
	char retry_after[64]; /* "": not told */
	int types_seen;      /* Content-Type lines of the answer */
	int lengths_seen;    /* Content-Length lines of the answer */
	const char *refusal; /* what the head says that libcurl would take, and we do not */
	bool no_names;       /* the certificate names no host */
	bool orphaned;       /* nobody waits for the answer any more */
};

/* ---- what libcurl calls ---- */

static size_t take_body(char *bytes, size_t one, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = one * count;

	secret_append(&transfer->answer->body, bytes, length);
	return secret_ok(&transfer->answer->body) ? length : 0;
}

static bool header_is(const char *line, size_t length, const char *name)
{
	size_t name_length = strlen(name);
	char start[32];

	if (length <= name_length || line[name_length] != ':' || name_length >= sizeof(start))
		return false;
	memcpy(start, line, name_length);
	start[name_length] = '\0';
	return text_equal_ignoring_case(start, name);
}

/* The value behind "Name:", white space stripped, into out; false where the line is another header or the value does not fit. */
static bool header_value(const char *line, size_t length, const char *name, char *out, size_t size)
{
	size_t name_length = strlen(name);

	if (!header_is(line, length, name))
		return false;
	line += name_length + 1;
	length -= name_length + 1;
	while (length > 0 && (line[0] == ' ' || line[0] == '\t')) {
		line++;
		length--;
	}
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n' || line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	if (length >= size || !text_is_visible(line, length))
		return false;
	memcpy(out, line, length);
	out[length] = '\0';
	return true;
}

/* RFC 9112 section 6.3: lengths that differ, or that are no numbers, make an answer one that cannot be read. libcurl takes the last, or reads up to the end. */
static void take_length(struct transfer *transfer, const char *line, size_t length)
{
	char text[HTTP_TYPE_MAX];
	int64_t number;

	transfer->lengths_seen++;
	if (transfer->lengths_seen > 1 || !header_value(line, length, "Content-Length", text, sizeof(text)) || number_parse(text, 0, INT64_MAX, &number) < 0)
		transfer->refusal = "the answer tells its length twice, or not as a number";
}

static void take_header_line(struct transfer *transfer, const char *line, size_t length)
{
	struct http_answer *answer = transfer->answer;
	char text[HTTP_TYPE_MAX];

	if (length > 5 && memcmp(line, "HTTP/", 5) == 0) { /* a new answer begins, behind a 1xx */
		answer->content_type[0] = '\0';
		answer->date = 0;
		transfer->retry_after[0] = '\0';
		transfer->types_seen = 0;
		transfer->lengths_seen = 0;
		if (length < 7 || memcmp(line, "HTTP/1.", 7) != 0)
			transfer->refusal = "the answer is not HTTP/1.1";
	} else if (header_is(line, length, "Content-Length")) {
		take_length(transfer, line, length);
	} else if (header_value(line, length, "Content-Type", text, sizeof(text))) {
		transfer->types_seen++;
		text_copy(answer->content_type, sizeof(answer->content_type), transfer->types_seen == 1 ? text : "");
	} else if (header_value(line, length, "Retry-After", transfer->retry_after, sizeof(transfer->retry_after))) {
		return;
	} else if (header_value(line, length, "Date", text, sizeof(text))) {
		time_t date = curl_getdate(text, NULL);

		answer->date = date > 0 ? (int64_t)date : 0;
	}
}

static size_t take_header(char *line, size_t one, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = one * count;

	transfer->headers_seen += length;
	if (transfer->headers_seen > HTTP_HEADERS_MAX)
		return 0;
	if (transfer->answer->body.length == 0) /* behind a chunked body stand trailers, which tell nothing */
		take_header_line(transfer, line, length);
	return transfer->refusal ? 0 : length;
}

/* Called about once a second: a caller that is gone, seen by its closed socket, needs no answer. */
static int watch_caller(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct transfer *transfer = context;
	struct pollfd caller = { .fd = STDIN_FILENO };

	(void)a, (void)b, (void)c, (void)d;
	if (poll(&caller, 1, 0) > 0 && (caller.revents & (POLLHUP | POLLERR)) != 0)
		transfer->orphaned = true;
	return transfer->orphaned ? 1 : 0;
}

/* True where the server's certificate (the chain's first) names hosts by subjectAltName. */
static bool names_hosts(CURL *curl)
{
	static const char field[] = "X509v3 Subject Alternative Name:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL || info->num_of_certs < 1)
		return false;
	for (const struct curl_slist *line = info->certinfo[0]; line != NULL; line = line->next) {
		if (text_starts_with(line->data, field))
			return strstr(line->data, "DNS:") != NULL || strstr(line->data, "IP Address:") != NULL;
	}
	return false;
}

/*
 * Called when the connection stands and nothing was sent over it. libcurl takes a certificate without any subjectAltName by its common name; RFC 6125 section 6.4.4
 * allows that, RFC 9525 section 2 and every browser do not: such names are not constrained by the authority's own limits.
 */
static int before_request(void *context, char *peer, char *own, int peer_port, int own_port)
{
	struct transfer *transfer = context;

	(void)peer, (void)own, (void)peer_port, (void)own_port;
	transfer->no_names = !names_hosts(transfer->curl);
	return transfer->no_names ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- setting up ---- */

/* One option after the other; the first failure stays. */
#define SET(option, value)                                                      \
	do {                                                                    \
		if (code == CURLE_OK)                                           \
			code = curl_easy_setopt(transfer->curl, option, value); \
	} while (0)

static CURLcode set_safety(struct transfer *transfer)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L); /* libcurl sends a request again only where a reused connection failed */
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); /* does not wait for a resolver thread that hangs */
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_USERAGENT, "apitoken/" APITOKEN_VERSION);
	return code;
}

static CURLcode set_trust(struct transfer *transfer, const struct http_route *route)
{
	struct curl_blob blob = { NULL, route->ca_length, CURL_BLOB_NOCOPY };
	CURLcode code = CURLE_OK;

	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=2"); /* no 1024-bit keys, no SHA-1 signatures, whatever openssl.cnf says */
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_CERTINFO, 1L);
	SET(CURLOPT_CAINFO, NULL); /* Debian compiles the one-file bundle in as a default */
	SET(CURLOPT_PROXY_CAINFO, NULL);
	SET(CURLOPT_CAPATH, route->ca == NULL ? SYSTEM_TRUST : NULL);
	SET(CURLOPT_PROXY_CAPATH, SYSTEM_TRUST);
	if (route->ca != NULL) {
		memcpy(&blob.data, &route->ca, sizeof(blob.data)); /* the struct's pointer lacks its const; libcurl only reads */
		SET(CURLOPT_CAINFO_BLOB, &blob);
	}
	return code;
}

static CURLcode set_route(struct transfer *transfer, const struct http_route *route)
{
	int64_t left = route->deadline_ms - clock_monotonic_ms();
	char text[HOST_MAX * 2];
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PROXY, route->proxy == NULL ? "" : route->proxy); /* "" and not NULL, which would ask the environment */
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(left > 1 ? left : 1));
	if (route->connect_to == NULL || code != CURLE_OK)
		return code;
	snprintf(text, sizeof(text), "::%s", route->connect_to);
	transfer->connect_to = curl_slist_append(NULL, text);
	if (transfer->connect_to == NULL)
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_CONNECT_TO, transfer->connect_to);
	return code;
}

static CURLcode set_request(struct transfer *transfer, const struct call *call)
{
	CURLcode code = CURLE_OK;
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	transfer->headers = list;
	for (size_t i = 0; list != NULL && i < call->headers_count; i++)
		list = curl_slist_append(transfer->headers, call->headers[i].bytes);
	if (list == NULL)
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	SET(CURLOPT_URL, call->target.bytes);
	if (call->get) {
		SET(CURLOPT_HTTPGET, 1L);
		return code;
	}
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE, (long)call->body.length);
	SET(CURLOPT_POSTFIELDS, call->body.bytes);
	return code;
}

static CURLcode set_callbacks(struct transfer *transfer)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_XFERINFOFUNCTION, watch_caller);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, transfer);
	return code;
}

static CURLcode set_all(struct transfer *transfer, const struct call *call, const struct http_route *route)
{
	CURLcode code = set_safety(transfer);

	if (code == CURLE_OK)
		code = set_trust(transfer, route);
	if (code == CURLE_OK)
		code = set_route(transfer, route);
	if (code == CURLE_OK)
		code = set_callbacks(transfer);
	if (code == CURLE_OK)
		code = set_request(transfer, call);
	return code;
}

/* ---- one exchange ---- */

/* Seconds, or a moment (RFC 9110 section 10.2.3) that is the vendor's, and measured by its own clock. 0: not told. */
static int64_t retry_after(const struct transfer *transfer)
{
	const char *text = transfer->retry_after;
	int64_t seconds = 0;
	time_t moment;

	if (number_parse(text, 0, INT64_MAX, &seconds) < 0 && (moment = curl_getdate(text, NULL)) > 0)
		seconds = (int64_t)moment - (transfer->answer->date != 0 ? transfer->answer->date : clock_utc());
	return seconds < 0 ? 0 : seconds > HTTP_RETRY_AFTER_MAX ? HTTP_RETRY_AFTER_MAX : seconds;
}

static void take_result(struct transfer *transfer)
{
	struct http_answer *answer = transfer->answer;
	const char *address = NULL;
	long status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->curl, CURLINFO_PRIMARY_IP, &address);
	answer->status = status >= 100 && status <= 599 ? (int)status : 0;
	answer->retry_after = retry_after(transfer);
	text_copy(answer->address, sizeof(answer->address), address == NULL ? "" : address);
}

static void describe(const struct transfer *transfer, CURLcode code, struct http_failure *failure)
{
	long verify = 0, errnum = 0, sent = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_REQUEST_SIZE, &sent);
	failure->sent = sent > 0;
	curl_easy_getinfo(transfer->curl, CURLINFO_SSL_VERIFYRESULT, &verify);
	curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &errnum);
	if (transfer->orphaned)
		text_copy(failure->cause, sizeof(failure->cause), "the caller is gone");
	else if (transfer->refusal)
		text_copy(failure->cause, sizeof(failure->cause), transfer->refusal);
	else
		cause_describe((int)code, verify, (int)errnum, clock_utc(), failure);
}

/* Without any authority every server is refused; say that it is our side. */
static bool system_trust_present(void)
{
	DIR *folder = opendir(SYSTEM_TRUST);
	const struct dirent *entry;
	bool found = false;

	while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');

		found = dot != NULL && dot[1] >= '0' && dot[1] <= '9' && dot[2] == '\0';
	}
	if (folder != NULL)
		closedir(folder);
	return found;
}

static int perform(struct transfer *transfer, const struct call *call, const struct http_route *route, struct http_failure *failure)
{
	CURLcode code = set_all(transfer, call, route);

	if (code == CURLE_OK)
		code = curl_easy_perform(transfer->curl);
	if (code != CURLE_OK) {
		describe(transfer, code, failure);
		return -1;
	}
	take_result(transfer);
	return 0;
}

int http_exchange(const struct call *call, const struct http_route *route, struct http_answer *answer, struct http_failure *failure)
{
	struct transfer transfer = { .answer = answer };
	int result = -1;

	memset(answer, 0, sizeof(*answer));
	failure->verdict = VERDICT_UNAVAILABLE;
	failure->sent = false;
	text_copy(failure->cause, sizeof(failure->cause), "out of memory");
	if (route->ca == NULL && !system_trust_present()) {
		failure->verdict = VERDICT_CONFIGURATION;
		text_copy(failure->cause, sizeof(failure->cause), SYSTEM_TRUST " holds no certificate authorities: install ca-certificates, or set ca_file");
		return -1;
	}
	if (secret_init(&answer->body, HTTP_BODY_MAX) < 0)
		return -1;
	transfer.curl = curl_easy_init();
	if (transfer.curl != NULL)
		result = perform(&transfer, call, route, failure);
	curl_easy_cleanup(transfer.curl);
	curl_slist_free_all(transfer.headers);
	curl_slist_free_all(transfer.connect_to);
	return result;
}

void http_answer_release(struct http_answer *answer)
{
	secret_release(&answer->body);
}
