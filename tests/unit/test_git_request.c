/* SPDX-License-Identifier: BSD-3-Clause */
/* git's request: what is taken, what is refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/message.h"
#include "git-credential/git_request.h"

enum { PATIENCE_MS = 60000, IMPATIENCE_MS = 50 };

enum outcome {
	ANSWERABLE, /* https, a host: somebody may be asked for it */
	SILENT,     /* nobody's: no output, no error */
	REFUSED,
};

static enum outcome read_bytes(const char *bytes, size_t length, struct git_request *request)
{
	int descriptor = memfd_create("request", MFD_CLOEXEC);
	struct error error = { .code = ERROR_NONE };
	int result;

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes, length), (ssize_t)length);
	assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
	result = git_request_read(request, descriptor, clock_monotonic_ms() + PATIENCE_MS, &error);
	close(descriptor);
	if (result != 0) {
		assert_int_equal(error.code, ERROR_POLICY);
		return REFUSED;
	}
	return git_request_answerable(request) ? ANSWERABLE : SILENT;
}

static enum outcome outcome_of(const char *bytes, size_t length)
{
	struct git_request request;
	enum outcome outcome = read_bytes(bytes, length, &request);

	git_request_release(&request);
	return outcome;
}

struct row {
	const char *text;
	size_t length;
	enum outcome outcome;
};
#define ROW(text, outcome)                                                                         \
	{                                                                                          \
		text, sizeof(text) - 1, outcome                                                    \
	}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum outcome outcome = outcome_of(rows[i].text, rows[i].length);

		if (outcome != rows[i].outcome)
			fail_msg("row %zu is %d, not %d: %s", i, outcome, rows[i].outcome,
				 rows[i].text);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_good(void **state)
{
	static const struct row rows[] = {
		ROW("protocol=https\nhost=git.example.com\n\n", ANSWERABLE),
		ROW("protocol=https\nhost=git.example.com\n", ANSWERABLE),
		ROW("protocol=https\nhost=git.example.com", ANSWERABLE),
		ROW("host=git.example.com\nprotocol=https\n\n", ANSWERABLE),
		ROW("protocol=https\r\nhost=git.example.com\r\n\r\n", ANSWERABLE),
		ROW("protocol=https\nhost=git.example.com:8443\npath=a/b.git\nusername=alice\n\n",
		    ANSWERABLE),
		ROW("protocol=https\nhost=[::1]:8443\n\n", ANSWERABLE),
		ROW("unknown=x\nnew[]=y\nprotocol=https\nhost=h\npassword=a=b\n\n", ANSWERABLE),
		ROW("protocol=https\nhost=h\n\nprotocol=http\nhost=evil\n", ANSWERABLE),
		ROW("protocol=https\nhost=h\npassword=\x01\x02\x7f\n\n", ANSWERABLE),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_newlines(void **state)
{
	static const struct row rows[] = {
		/* what %0a and %0d in a URL become */
		ROW("protocol=https\nhost=one.example.com?\nhost=two.example.com\n\n", REFUSED),
		ROW("protocol=https\nhost=good.example.com\npath=x\nhost=evil.example.com\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=good.example.com\nusername=a\nprotocol=https\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=good\0evil\n\n", REFUSED),
		ROW("protocol=https\nhost=good\npassword=x\0y\n\n", REFUSED),
		ROW("protocol=https\nhost=good\nunknown=x\0y\n\n", REFUSED),
		ROW("protocol=https\nhost=good\0\n\n", REFUSED),
		ROW("\0\nprotocol=https\nhost=good\n\n", REFUSED),
		ROW("protocol=https\nhost=go\x0b"
		    "od\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=go\tod\n\n", REFUSED),
		ROW("protocol=https\nhost=go\x7f"
		    "od\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=good\npath=a\x1b[2J\n\n", REFUSED),
		ROW("protocol=https\nhost=good\nusername=al\x01ice\n\n", REFUSED),
		ROW("protocol=https\x01\nhost=good\n\n", REFUSED),
		ROW("protocol=https\nhost=good\njunk\n\n", REFUSED),
		ROW("protocol=https\nhost=good\n=x\n\n", REFUSED),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_every_control_byte(void **state)
{
	static const char *const keys[] = { "protocol", "host", "username", "path" };

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		for (int byte = 0; byte < 0x20; byte++) {
			char text[128];
			/* the byte stands inside of the value, never last: a CR before LF is a line
			 * end */
			int length = snprintf(text, sizeof(text), "%s=a%cb\n\n", keys[k], byte);

			if (byte == '\n')
				continue;
			assert_int_equal(outcome_of(text, (size_t)length), REFUSED);
		}
	}
}

static void test_carriage_returns(void **state)
{
	static const struct row rows[] = {
		ROW("protocol=https\nhost=good.example.com\rhost=evil.example.com\n\n", REFUSED),
		ROW("protocol=https\nhost=good.example.com\r\r\n\n", REFUSED),
		ROW("protocol=https\rhost=good.example.com\n\n", REFUSED),
		ROW("protocol=https\nhost=evil.example.com\nusername=x\rhost=good.example."
		    "com\rprotocol=https\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=evil.example.com\npath=\rhost=good.example.com\n\n",
		    REFUSED),
		ROW("protocol=https\nhost=\rgood.example.com\n\n", REFUSED),
	};
	struct git_request request;
	static const char inside[] = "protocol=https\nhost=a.example.com\npassword=x\rhost=b."
				     "example.com\nwwwauth[]=Basic\rhost=c.example.com\n\n";

	(void)state;
	CHECK_ROWS(rows);
	/* elsewhere a CR is a byte like any other: it begins no line */
	assert_int_equal(read_bytes(inside, sizeof(inside) - 1, &request), ANSWERABLE);
	assert_string_equal(request.host, "a.example.com");
	git_request_release(&request);
}

static void test_missing(void **state)
{
	static const struct row rows[] = {
		ROW("", SILENT),
		ROW("\n", SILENT),
		ROW("\r\n", SILENT),
		ROW("protocol=https\n\n", SILENT),
		ROW("host=git.example.com\n\n", SILENT),
		ROW("protocol=\nhost=git.example.com\n\n", SILENT),
		ROW("protocol=https\nhost=\n\n", SILENT),
		ROW("protocol=\nhost=\n\n", SILENT),
		ROW("url=https://git.example.com/\n\n", SILENT),
		ROW("url=https://git.example.com/\nprotocol=https\n\n", SILENT),
		ROW("username=alice\npassword=x\n\n", SILENT),
		ROW("Protocol=https\nHost=git.example.com\n\n", SILENT),
		ROW("protocol =https\nhost =git.example.com\n\n", SILENT),
		/* twice: never a question of which one wins */
		ROW("protocol=https\nprotocol=https\nhost=h\n\n", REFUSED),
		ROW("protocol=https\nhost=h\nhost=h\n\n", REFUSED),
		ROW("protocol=https\nhost=\nhost=h\n\n", REFUSED),
		ROW("protocol=https\nhost=h\nhost=\n\n", REFUSED),
		ROW("protocol=\nprotocol=https\nhost=h\n\n", REFUSED),
		ROW("protocol=https\nhost=h\nusername=a\nusername=b\n\n", REFUSED),
		ROW("protocol=https\nhost=h\npath=a\npath=a\n\n", REFUSED),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_protocols(void **state)
{
	static const char *const others[] = { "http",      "HTTP",  "HTTPS",   "Https",  "ssh",
					      "git",       "",      "https2",  "https:", "https ",
					      " https",    "ftp",   "file",    "cert",   "httpss",
					      "http+unix", "httpS", "https://" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char text[128];
		int length = snprintf(text, sizeof(text), "protocol=%s\nhost=git.example.com\n\n",
				      others[i]);

		assert_int_equal(outcome_of(text, (size_t)length), SILENT);
	}
}

static void test_sizes(void **state)
{
	static const char head[] = "protocol=https\nhost=h\n";
	size_t room = 2 * GIT_REQUEST_MAX;
	char *text = malloc(room);
	size_t length;

	(void)state;
	assert_non_null(text);
	/* one line of 65,535 bytes with its LF is the longest */
	memcpy(text, head, sizeof(head) - 1);
	memset(text + sizeof(head) - 1, 'x', room - sizeof(head));
	memcpy(text + sizeof(head) - 1, "password=", 9);
	length = sizeof(head) - 1 + GIT_LINE_MAX - 1;
	text[length] = '\n';
	assert_int_equal(outcome_of(text, length + 1), ANSWERABLE);
	assert_int_equal(outcome_of(text, length), ANSWERABLE);
	text[length] = 'x';
	text[length + 1] = '\n';
	assert_int_equal(outcome_of(text, length + 2), REFUSED);
	/* many lines: 1 MiB is the most */
	for (size_t i = sizeof(head) - 1; i + 1024 <= room; i += 1024) {
		memset(text + i, 'y', 1023);
		memcpy(text + i, "k=", 2);
		text[i + 1023] = '\n';
	}
	assert_int_equal(outcome_of(text, GIT_REQUEST_MAX), ANSWERABLE);
	assert_int_equal(outcome_of(text, GIT_REQUEST_MAX + 4096), REFUSED);
	free(text);
}

static void test_long_header(void **state)
{
	char text[4096];
	struct git_request request;
	int length = snprintf(text, sizeof(text),
			      "protocol=https\nhost=badguy.example.com\nwwwauth[]=basic "
			      "realm=%01001dhost=victim.example.com\n\n",
			      0);

	(void)state;
	assert_int_equal(read_bytes(text, (size_t)length, &request), ANSWERABLE);
	assert_string_equal(request.host, "badguy.example.com");
	git_request_release(&request);
}

/* The writer says so much and then keeps the pipe open. */
static void assert_too_slow(const char *text)
{
	struct git_request request;
	struct error error = { .code = ERROR_NONE };
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(git_request_read(&request, ends[0], clock_monotonic_ms() + IMPATIENCE_MS,
					  &error),
			 -1);
	assert_int_equal(error.code, ERROR_POLICY);
	git_request_release(&request);
	close(ends[0]);
	close(ends[1]);
}

static void test_no_end(void **state)
{
	static const char whole[] = "protocol=https\nhost=h\n\n";
	struct git_request request;
	struct error error;
	int ends[2];

	(void)state;
	assert_too_slow("");
	assert_too_slow("protocol=https\nhost=h");
	assert_too_slow("protocol=https\nhost=h\n");
	/* the blank line is the end: nobody waits for the pipe to close */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], whole, sizeof(whole) - 1), (ssize_t)sizeof(whole) - 1);
	assert_int_equal(
		git_request_read(&request, ends[0], clock_monotonic_ms() + PATIENCE_MS, &error), 0);
	assert_true(git_request_answerable(&request));
	git_request_release(&request);
	close(ends[0]);
	close(ends[1]);
}

static void test_binary(void **state)
{
	unsigned char bytes[3000];
	unsigned int seed = 20261121;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t length = (size_t)round % sizeof(bytes);

		for (size_t i = 0; i < length; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (unsigned char)(seed >> 16);
		}
		assert_int_not_equal(outcome_of((const char *)bytes, length), ANSWERABLE);
	}
}

static void test_fields(void **state)
{
	static const char text[] =
		"capability[]=authtype\ncapability[]=state\nauthtype=Bearer\ncredential=abc."
		"def\nephemeral=1\nprotocol=https\n"
		"host=Git.Example.com:443\nusername=alice\npassword=secret\nwwwauth[]=Negotiate\n"
		"wwwauth[]=Basic realm=\"a, Bearer b\"\nstate[]=other:9\nstate[]=apitoken:1\n\n";
	struct git_request request;

	(void)state;
	assert_int_equal(read_bytes(text, sizeof(text) - 1, &request), ANSWERABLE);
	assert_string_equal(request.host, "git.example.com");
	assert_string_equal(request.username, "alice");
	assert_string_equal(request.password.bytes, "secret");
	assert_string_equal(request.credential.bytes, "abc.def");
	assert_true(request.authtype && request.state && request.asked_again &&
		    request.offers_any && request.offers_basic);
	assert_false(request.offers_bearer);
	git_request_release(&request);
}

static void test_capability_first(void **state)
{
	static const char late[] = "credential=abc\nstate[]=apitoken:1\ncapability[]="
				   "authtype\ncapability[]=state\nprotocol=https\nhost=h\n\n";
	static const char reset[] = "capability[]=authtype\ncapability[]=\nwwwauth[]="
				    "Bearer\nwwwauth[]=\nprotocol=https\nhost=h\n\n";
	struct git_request request;

	(void)state;
	assert_int_equal(read_bytes(late, sizeof(late) - 1, &request), ANSWERABLE);
	assert_null(request.credential.bytes);
	assert_false(request.asked_again);
	git_request_release(&request);
	assert_int_equal(read_bytes(reset, sizeof(reset) - 1, &request), ANSWERABLE);
	assert_false(request.authtype || request.offers_any || request.offers_bearer);
	git_request_release(&request);
}

static void test_username_length(void **state)
{
	char text[512];
	int length;

	(void)state;
	length = snprintf(text, sizeof(text), "protocol=https\nhost=h\nusername=%0255d\n\n", 0);
	assert_int_equal(outcome_of(text, (size_t)length), ANSWERABLE);
	length = snprintf(text, sizeof(text), "protocol=https\nhost=h\nusername=%0256d\n\n", 0);
	assert_int_equal(outcome_of(text, (size_t)length), SILENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("git's requests are read: LF and CRLF, any order, unknown keys, nothing "
			  "behind the blank line",
			  test_good),
		UNIT_TEST("CRD-01 a line feed, NUL or control byte in a value that decides gives "
			  "no output",
			  test_newlines),
		UNIT_TEST(
			"CRD-01 each control byte in protocol, host, username and path is refused",
			test_every_control_byte),
		UNIT_TEST("CRD-02 a carriage return ends no line, and inside of a value that "
			  "decides it is refused",
			  test_carriage_returns),
		UNIT_TEST("CRD-03 missing, empty and doubled protocol or host, and url alone, give "
			  "no output",
			  test_missing),
		UNIT_TEST("CRD-04 no protocol but https is answered", test_protocols),
		UNIT_TEST("CRD-08 lines of 65,535 bytes and requests of 1 MiB are the most",
			  test_sizes),
		UNIT_TEST("CRD-08 a long header is one line, whatever it holds", test_long_header),
		UNIT_TEST("CRD-08 random bytes are answered by nobody", test_binary),
		UNIT_TEST("CRD-08 a request whose end does not come is given up, one that ended is "
			  "not waited for",
			  test_no_end),
		UNIT_TEST("attributes reach their fields", test_fields),
		UNIT_TEST("what depends on a capability counts only behind it, and an empty array "
			  "value starts anew",
			  test_capability_first),
		UNIT_TEST("a username longer than any account is nobody", test_username_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
