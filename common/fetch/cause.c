/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/cause.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "common/fetch/clock_doubt.h"
#include "common/text.h"

enum {
	VERIFY_UNSPECIFIED = 1, /* what libcurl leaves where the chain is good and the name is not */
	VERIFY_NOT_YET_VALID = 9,
	VERIFY_EXPIRED = 10,
};

struct cause {
	long code;
	const char *text;
};

/* openssl/x509_vfy.h; that header is not among our build needs, and these numbers are its stable interface. */
static const struct cause certificate_causes[] = {
	{ 2, "the certificate's issuer is unknown: is ca_file right?" },
	{ VERIFY_NOT_YET_VALID, "the certificate is not valid yet" },
	{ VERIFY_EXPIRED, "the certificate has expired" },
	{ 18, "the certificate is self-signed and not trusted: is ca_file right?" },
	{ 19, "the certificate authority is unknown: is ca_file right?" },
	{ 20, "the certificate authority is unknown: is ca_file right?" },
	{ 21, "the certificate authority is unknown: is ca_file right?" },
	{ 23, "the certificate was revoked" },
	{ 26, "the certificate is not made for a server" },
	{ 62, "the certificate is for another host" },
	{ 64, "the certificate is for another address" },
	{ 66, "the certificate's key is too weak" },
	{ 67, "a certificate authority's key is too weak" },
	{ 68, "a certificate is signed with a digest that is too weak" },
};

static const struct cause curl_causes[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, "the proxy's name could not be resolved" },
	{ CURLE_COULDNT_RESOLVE_HOST, "the host name could not be resolved" },
	{ CURLE_COULDNT_CONNECT, "could not connect" },
	{ CURLE_OPERATION_TIMEDOUT, "no complete answer in time" },
	{ CURLE_SSL_CONNECT_ERROR, "the TLS handshake failed" },
	{ CURLE_PEER_FAILED_VERIFICATION, "the certificate is for another host" },
	{ CURLE_ABORTED_BY_CALLBACK, "the certificate names no host (it has no subjectAltName)" },
	{ CURLE_SSL_CACERT_BADFILE, "ca_file holds no usable certificate" },
	{ CURLE_GOT_NOTHING, "the server closed the connection without an answer" },
	{ CURLE_SEND_ERROR, "the connection broke while the request was sent" },
	{ CURLE_RECV_ERROR, "the connection broke before the answer was complete" },
	{ CURLE_PARTIAL_FILE, "the answer ended before it was complete" },
	{ CURLE_WEIRD_SERVER_REPLY, "the answer is not HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, "the answer is not HTTP/1.1" },
	{ CURLE_BAD_CONTENT_ENCODING, "the answer has an encoding that was not asked for" },
	{ CURLE_WRITE_ERROR, "the answer is larger than is allowed" },
	{ CURLE_FILESIZE_EXCEEDED, "the answer is larger than is allowed" },
	{ CURLE_OUT_OF_MEMORY, "out of memory" },
};

static const char *find(const struct cause causes[], size_t count, long code)
{
	for (size_t i = 0; i < count; i++) {
		if (causes[i].code == code)
			return causes[i].text;
	}
	return NULL;
}

#define FIND(causes, code) find(causes, sizeof(causes) / sizeof((causes)[0]), code)

static bool is_about_time(int code, long verify)
{
	return code == CURLE_PEER_FAILED_VERIFICATION && (verify == VERIFY_NOT_YET_VALID || verify == VERIFY_EXPIRED);
}

void cause_describe(int code, long verify, int errnum, int64_t now, struct http_failure *failure)
{
	const char *text = FIND(curl_causes, code);

	failure->verdict = code == CURLE_SSL_CACERT_BADFILE ? VERDICT_CONFIGURATION : VERDICT_UNAVAILABLE;
	if (code == CURLE_PEER_FAILED_VERIFICATION && verify > VERIFY_UNSPECIFIED)
		text = FIND(certificate_causes, verify);
	if (code == CURLE_COULDNT_CONNECT && errnum != 0)
		snprintf(failure->cause, sizeof(failure->cause), "could not connect: %s", strerror(errnum));
	else if (text != NULL && is_about_time(code, verify))
		clock_doubt_certificate(failure->cause, text, now);
	else if (text != NULL)
		snprintf(failure->cause, sizeof(failure->cause), "%s", text);
	else if (code == CURLE_PEER_FAILED_VERIFICATION && verify > VERIFY_UNSPECIFIED)
		snprintf(failure->cause, sizeof(failure->cause), "the certificate was refused (OpenSSL %ld)", verify);
	else
		snprintf(failure->cause, sizeof(failure->cause), "%s (curl %d)", curl_easy_strerror((CURLcode)code), code);
}
