/* SPDX-License-Identifier: BSD-3-Clause */
/* Telling a vendor that a login is over: when it is asked, how often, and for how long. A fake fetch. */
#include "common/revoke.h"

#include "common/text.h"
#include "tests/unit/fake_fetch.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/apitoken-revoke.XXXXXX";
static struct vendor_places places;
static struct record record;
static struct error error;

static const char with_url[] = "[variables]\nrevoke_url = https://vendor.test/revoke\n";

static void write_file(const char *name, const char *content)
{
	FILE *file = fake_open(folder, name, "we");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What fetch was asked, one "OPERATION REFRESH_TOKEN" a line. */
static const char *requests(void)
{
	static char content[512];
	FILE *file = fake_open(folder, "requests", "re");

	assert_non_null(file);
	content[fread(content, 1, sizeof content - 1, file)] = '\0';
	fclose(file);
	return content;
}

static void load(struct vendor *vendor, const char *dialect, const char *more)
{
	char text[512];

	snprintf(text, sizeof text,
		 "[vendor]\ndialect = %s\ntoken_url = https://vendor.test/token\nclient_id = x\n"
		 "timeout = 60\n%s", dialect, more);
	write_file("acme.conf", text);
	if (vendor_load(vendor, "acme", &places, &error) != 0)
		fail_msg("%s", error.text);
}

static enum revoke_result run(const char *dialect, const char *more)
{
	struct vendor vendor;
	enum revoke_result result;

	load(&vendor, dialect, more);
	result = revoke_record(&vendor, &places, 0, &record, &error);
	vendor_release(&vendor);
	return result;
}

static void test_once(void **state)
{
	(void)state;
	write_file("answer", "verdict=success\nstatus=200\n");
	assert_int_equal(run("oauth2", with_url), REVOKE_DONE);
	assert_string_equal(requests(), "revoke refresh-1\n");
}

static void test_refused(void **state)
{
	(void)state;
	write_file("answer", "verdict=unavailable\nstatus=503\nmessage=busy\n");
	assert_int_equal(run("oauth2", with_url), REVOKE_FAILED);
	assert_non_null(strstr(error.text, "busy"));
	assert_string_equal(requests(), "revoke refresh-1\n");
}

/* The vendor's own timeout is 60 s, and the fake would answer after 40. */
static void test_deadline(void **state)
{
	const int64_t start = clock_monotonic_ms();

	(void)state;
	write_file("answer", "delay_ms=40000\nverdict=success\nstatus=200\n");
	assert_int_equal(run("oauth2", with_url), REVOKE_FAILED);
	assert_true(clock_monotonic_ms() - start >= REVOKE_SECONDS * 1000);
	assert_true(clock_monotonic_ms() - start < 30000);
}

static void test_nothing(void **state)
{
	struct secret kept;

	(void)state;
	assert_int_equal(run("oauth2", ""), REVOKE_NOTHING);
	assert_int_equal(run("vyopta", ""), REVOKE_NOTHING);
	secret_move(&kept, &record.refresh_token);
	assert_int_equal(run("oauth2", with_url), REVOKE_NOTHING);
	secret_move(&record.refresh_token, &kept);
	assert_string_equal(requests(), "");
}

static enum revoke_result displaced_by(const char *refresh_token, const char *setting)
{
	struct record current;
	struct vendor vendor;
	enum revoke_result result;
	char more[256];

	record_init(&current);
	assert_int_equal(secret_set(&current.refresh_token, refresh_token, strlen(refresh_token)), 0);
	snprintf(more, sizeof more, "%s\n%s", setting, with_url);
	load(&vendor, "oauth2", more);
	result = revoke_displaced(&vendor, &places, 0, &record, &current, &error);
	vendor_release(&vendor);
	record_release(&current);
	return result;
}

static void test_displaced(void **state)
{
	(void)state;
	write_file("answer", "verdict=success\nstatus=200\n");
	assert_int_equal(displaced_by("refresh-2", ""), REVOKE_NOTHING);
	assert_int_equal(displaced_by("refresh-2", "revoke_displaced = no"), REVOKE_NOTHING);
	assert_int_equal(displaced_by("refresh-1", "revoke_displaced = yes"), REVOKE_NOTHING);
	assert_string_equal(requests(), "");
	assert_int_equal(displaced_by("refresh-2", "revoke_displaced = yes"), REVOKE_DONE);
	assert_string_equal(requests(), "revoke refresh-1\n");
}

static void test_impossible(void **state)
{
	static const char *const settings[] = { "revoke_displaced = yes", "on_logout = revoke" };
	struct dialect dialect;
	struct vendor vendor;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		load(&vendor, "oauth2", settings[i]);
		assert_int_equal(vendor_dialect(&vendor, &places, &dialect, &error), -1);
		vendor_release(&vendor);
		assert_non_null(strstr(error.text, settings[i]));
		assert_non_null(strstr(error.text, "needs 'revoke_url' in [variables], or 'issuer'"));
	}
}

static int begin(void **state)
{
	(void)state;
	write_file("requests", "");
	record_init(&record);
	text_copy(record.vendor, sizeof record.vendor, "acme");
	text_copy(record.account, sizeof record.account, "alice");
	if (secret_set(&record.access_token, "access-1", 8) != 0)
		return -1;
	return secret_set(&record.refresh_token, "refresh-1", 9);
}

static int end(void **state)
{
	(void)state;
	record_release(&record);
	return 0;
}

static int set_up(void **state)
{
	char path[PATH_MAX];

	(void)state;
	if (make_program_folder(folder) != 0 ||
	    find_build_folder(path) != 0)
		return -1;
	snprintf(places.vendor_folders[0], sizeof places.vendor_folders[0], "%s", folder);
	snprintf(places.dialect_folders[0], sizeof places.dialect_folders[0], "%.900s/dialects", path);
	snprintf(places.libexec, sizeof places.libexec, "%s", folder);
	snprintf(path, sizeof path, "%s/fetch", folder);
	return copy_program("/proc/self/exe", path);
}

static int tear_down(void **state)
{
	static const char *const names[] = { "fetch", "acme.conf", "requests", "answer" };
	char path[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

#define WITH_RECORD(name, test) UNIT_TEST_SETUP(name, test, begin, end)

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		WITH_RECORD("the refresh token is revoked, by one request", test_once),
		WITH_RECORD("a vendor that fails is asked once, and its reason is told", test_refused),
		WITH_RECORD("a vendor that hangs is waited for 3 seconds, whatever its own timeout", test_deadline),
		WITH_RECORD("without a refresh token, a step or its URL nobody is asked", test_nothing),
		WITH_RECORD("a displaced login is revoked where the vendor file says so, and never the one that lives",
			    test_displaced),
		WITH_RECORD("a setting that cannot work is a fault of the configuration", test_impossible),
	};

	if (count == 1 && strcmp(arguments[0], "fetch") == 0)
		fake_fetch();
	return cmocka_run_group_tests_name("revoke", tests, set_up, tear_down);
}
