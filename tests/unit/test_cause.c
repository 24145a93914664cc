/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "common/fetch/cause.h"

static void test_causes(void **state)
{
	static const struct {
		int code;
		long verify;
		int errnum;
		enum verdict verdict;
		const char *part;
	} rows[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, 0, 0, VERDICT_UNAVAILABLE, "could not be resolved" },
		{ CURLE_COULDNT_CONNECT, 0, ECONNREFUSED, VERDICT_UNAVAILABLE, "could not connect: Connection refused" },
		{ CURLE_COULDNT_CONNECT, 0, 0, VERDICT_UNAVAILABLE, "could not connect" },
		{ CURLE_OPERATION_TIMEDOUT, 0, 0, VERDICT_UNAVAILABLE, "in time" },
		{ CURLE_SSL_CONNECT_ERROR, 0, 0, VERDICT_UNAVAILABLE, "TLS handshake" },
		{ CURLE_PEER_FAILED_VERIFICATION, 10, 0, VERDICT_UNAVAILABLE, "the certificate has expired: clock? this machine says 2027-01-15 08:00 UTC" },
		{ CURLE_PEER_FAILED_VERIFICATION, 9, 0, VERDICT_UNAVAILABLE, "the certificate is not valid yet: clock? this machine says 2027-01-15 08:00 UTC" },
		{ CURLE_PEER_FAILED_VERIFICATION, 20, 0, VERDICT_UNAVAILABLE, "authority is unknown" },
		{ CURLE_PEER_FAILED_VERIFICATION, 0, 0, VERDICT_UNAVAILABLE, "another host" },
		{ CURLE_PEER_FAILED_VERIFICATION, 1, 0, VERDICT_UNAVAILABLE, "another host" },
		{ CURLE_PEER_FAILED_VERIFICATION, 99, 0, VERDICT_UNAVAILABLE, "refused (OpenSSL 99)" },
		{ CURLE_SSL_CACERT_BADFILE, 0, 0, VERDICT_CONFIGURATION, "ca_file" },
		{ CURLE_WRITE_ERROR, 0, 0, VERDICT_UNAVAILABLE, "larger than is allowed" },
		{ CURLE_PARTIAL_FILE, 0, 0, VERDICT_UNAVAILABLE, "before it was complete" },
		{ CURLE_LDAP_CANNOT_BIND, 0, 0, VERDICT_UNAVAILABLE, "(curl 38)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_failure failure;

		cause_describe(rows[i].code, rows[i].verify, rows[i].errnum, 1800000000, &failure);
		assert_int_equal(failure.verdict, rows[i].verdict);
		if (strstr(failure.cause, rows[i].part) == NULL)
			fail_msg("curl %d, verify %ld: %s", rows[i].code, rows[i].verify, failure.cause);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("each class of failure has its words, and only our own trust file is a configuration fault", test_causes),
	};

	return cmocka_run_group_tests_name("cause", tests, NULL, NULL);
}
