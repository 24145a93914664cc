/* SPDX-License-Identifier: BSD-3-Clause */
/* Tokens that are served, renewed, rejected and lost: real keyrings and processes, a fake fetch. */
#include "common/tokens.h"

#include <signal.h>
#include <sys/sem.h>

#include "common/backoff.h"
#include "common/keyring.h"
#include "common/lock.h"
#include "common/lock.h"
#include "common/text.h"
#include "tests/unit/fake_fetch.h"
#include "tests/unit/keyring_user.h"

enum { MANY = 40 };
enum { ASKED_TRIES = 30 * 500 }; /* of 2 ms: a bound far from what is needed */

static char folder[] = "/tmp/apitoken-tokens.XXXXXX";
static struct vendor_places places;
static struct vendor vendor;
static struct error error;

static void write_file(const char *name, const char *content, mode_t mode)
{
	char path[PATH_MAX];
	FILE *file = fake_open(folder, name, "we");

	snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK(file != NULL && fputs(content, file) >= 0 && fclose(file) == 0);
	CHECK(geteuid() != 0 || chmod(path, mode) == 0);
}

static void answer(const char *content)
{
	write_file("answer", content, 0666);
}

static const char good_answer[] = "verdict=success\nstatus=200\naccess_token=new-access\n"
				  "refresh_token=new-refresh\nlifetime=3600\n";
static const char dead_answer[] = "verdict=refused\nstatus=400\nmessage=invalid_grant: reused\n";
static const char away_answer[] = "verdict=unavailable\nstatus=503\nmessage=it is down\n";

static int requests(void)
{
	FILE *file = fake_open(folder, "requests", "re");
	char line[256];
	int count = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		count++;
	if (file != NULL)
		fclose(file);
	return count;
}

/* Seconds ago. A machine that was started since has only the clock to tell. */
static void obtained(struct record *record, int64_t age)
{
	struct moment then = moment_now();

	then.utc -= age * 1000;
	then.uptime -= age * 1000;
	record_set_obtained(record, then);
	if (then.uptime <= 0)
		record->obtained_uptime = 0;
}

/* A record that came age seconds ago and lives for life seconds. */
static void store(int64_t age, int64_t life, const char *refresh)
{
	struct record record;

	record_init(&record);
	text_copy(record.vendor, sizeof record.vendor, "acme");
	text_copy(record.account, sizeof record.account, "alice");
	record.generation = 4;
	obtained(&record, age);
	record.login_at = record.obtained_at - 10;
	record.access_expires_at = record.obtained_at + life;
	CHECK(secret_set(&record.access_token, "old-access", 10) == 0);
	if (refresh != NULL)
		CHECK(secret_set(&record.refresh_token, refresh, strlen(refresh)) == 0);
	CHECK_OK(tokens_store(&record, false, &error));
	record_release(&record);
}

static void expect_token(bool force, const char *wanted)
{
	struct record record;

	CHECK_OK(tokens_get(&vendor, &places, NULL, force, NULL, &record, &error));
	CHECK(strcmp(record.access_token.bytes, wanted) == 0);
	record_release(&record);
}

static void expect_error(bool force, enum error_code code)
{
	struct record record;

	CHECK(tokens_get(&vendor, &places, NULL, force, NULL, &record, &error) == -1);
	if (error.code != code) {
		dprintf(2, "code %d: %s\n", (int)error.code, error.text);
		_exit(1);
	}
	CHECK(record.access_token.bytes == NULL);
}

static void load(struct record *record)
{
	CHECK_OK(tokens_load("acme", NULL, record, &error));
}

/* ---- acts ---- */

static void serve_fresh(void *nothing)
{
	(void)nothing;
	answer(good_answer);
	expect_error(false, ERROR_NO_TOKEN);
	store(0, 3600, "refresh-4");
	expect_token(false, "old-access");
	store(3600 - 301, 3600, "refresh-4");
	expect_token(false, "old-access");
	store(3000, 3200, NULL); /* near its end, but nothing to renew it with */
	expect_token(false, "old-access");
	CHECK(requests() == 0);
}

static void renew(void *nothing)
{
	struct record record;

	(void)nothing;
	answer(good_answer);
	store(3500, 3600, "refresh-4");
	expect_token(false, "new-access");
	load(&record);
	CHECK(record.generation == 5);
	CHECK(strcmp(record.refresh_token.bytes, "new-refresh") == 0);
	CHECK(record.obtained_at - record.login_at >= 3500);
	record_release(&record);
	expect_token(false, "new-access");
	CHECK(requests() == 1);
}

static void renew_expired(void *nothing)
{
	(void)nothing;
	answer(good_answer);
	store(9000, 3600, "refresh-4");
	expect_token(false, "new-access");
	store(9000, 3600, NULL);
	expect_error(false, ERROR_LOGIN_AGAIN);
	CHECK(strstr(error.text, "apitoken login acme") != NULL);
	CHECK(requests() == 1);
}

static void keep_old_refresh(void *nothing)
{
	struct record record;

	(void)nothing;
	answer("verdict=success\nstatus=200\naccess_token=new-access\nlifetime=60\n");
	store(3500, 3600, "refresh-4");
	expect_token(false, "new-access");
	load(&record);
	CHECK(strcmp(record.refresh_token.bytes, "refresh-4") == 0);
	record_release(&record);
}

static void many_at_once(void *nothing)
{
	pid_t children[MANY];

	(void)nothing;
	answer("delay_ms=300\nverdict=success\nstatus=200\naccess_token=new-access\n"
	       "refresh_token=new-refresh\nlifetime=3600\n");
	store(3500, 3600, "refresh-4");
	for (int i = 0; i < MANY; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			expect_token(false, "new-access");
			_exit(0);
		}
	}
	for (int i = 0; i < MANY; i++)
		finish_act(children[i]);
	CHECK(requests() == 1);
}

static bool all_wait(const struct lock *lock)
{
	return semctl(lock->semaphore, (int)lock->name, GETZCNT) == MANY;
}

/* The winner's token has ended by the time that the losers see it: it came after they asked, and it is theirs. */
static void ended_on_arrival(void *nothing)
{
	pid_t children[MANY];
	struct record late;
	struct lock lock;

	(void)nothing;
	answer(good_answer);
	store(3500, 3600, "refresh-4");
	CHECK_OK(lock_acquire(&lock, "apitoken:v1:acme", clock_monotonic_ms() + 5000, &error));
	CHECK(lock.semaphore >= 0);
	for (int i = 0; i < MANY; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			expect_token(false, "late-access");
			_exit(0);
		}
	}
	for (int tries = 0; !all_wait(&lock) && tries < ASKED_TRIES; tries++)
		usleep(2000);
	CHECK(all_wait(&lock));
	load(&late);
	late.generation++;
	record_set_obtained(&late, moment_now());
	late.access_expires_at = late.obtained_at;
	CHECK(secret_set(&late.access_token, "late-access", 11) == 0);
	CHECK_OK(tokens_store(&late, false, &error));
	CHECK(record_state(&late, record_now(&late)) == RECORD_EXPIRED);
	record_release(&late);
	lock_release(&lock);
	for (int i = 0; i < MANY; i++)
		finish_act(children[i]);
	CHECK(requests() == 0);
	/* Who asks now asked after it ended. */
	expect_token(false, "new-access");
	CHECK(requests() == 1);
}

static void vendor_away(void *nothing)
{
	struct record record;

	(void)nothing;
	answer(away_answer);
	store(3500, 3600, "refresh-4");
	store(3400, 3600, "refresh-4");
	expect_token(false, "old-access");
	CHECK(requests() == 1);
	expect_error(true, ERROR_UNAVAILABLE);
	store(9000, 3600, "refresh-4");
	expect_error(false, ERROR_UNAVAILABLE);
	CHECK(strstr(error.text, "it is down") != NULL);
	CHECK(strstr(error.text, "the next try is in ") != NULL);
	CHECK(requests() == 1);
	load(&record);
	CHECK(strcmp(record.refresh_token.bytes, "refresh-4") == 0);
	record_release(&record);
	backoff_end("acme");
	answer(good_answer);
	expect_token(false, "new-access");
}

/* How long the vendor is left alone after this answer. */
static unsigned int seconds_after(const char *content)
{
	long serial;

	backoff_end("acme");
	answer(content);
	store(9000, 3600, "refresh-4");
	expect_error(false, ERROR_UNAVAILABLE);
	serial = keyctl_search(KEY_SPEC_USER_KEYRING, "user", "apitoken:v1:acme:away", 0);
	CHECK(serial > 0);
	return (unsigned int)strtoul(strstr(error.text, "try is in ") + 10, NULL, 10);
}

static void leave_alone(void *nothing)
{
	const char *const strange[] = { "9999999999\nfor ever", "1\nover", "x\nx", "7", "" };
	struct secret payload, password;
	struct record record;

	(void)nothing;
	CHECK(seconds_after("verdict=unavailable\nmessage=x\n") == 10);
	CHECK(seconds_after("verdict=rate_limited\nstatus=429\nmessage=x\n") == 30);
	CHECK(seconds_after("verdict=rate_limited\nstatus=429\nretry_after=7\nmessage=x\n") == 7);
	CHECK(seconds_after("verdict=unavailable\nstatus=503\nretry_after=3000\n") == 60);
	/* A login shows that it is back. */
	answer(good_answer);
	CHECK(secret_set(&password, "secret", 6) == 0);
	CHECK_OK(tokens_login(&vendor, &places, "alice", &password, false, &record, NULL, &error));
	record_release(&record);
	secret_release(&password);
	store(9000, 3600, "refresh-4");
	expect_token(false, "new-access");
	/* What is no such record delays nobody. */
	for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
		CHECK(secret_set(&payload, strange[i], strlen(strange[i]) + (i == 4)) == 0);
		CHECK_OK(keyring_store("apitoken:v1:acme:away", &payload, 60, &error));
		secret_release(&payload);
		store(9000, 3600, "refresh-4");
		expect_token(false, "new-access");
	}
}

static void dead_refresh(void *nothing)
{
	struct record record;

	(void)nothing;
	answer(dead_answer);
	store(3400, 3600, "refresh-4");
	expect_token(false, "old-access"); /* that lives for 200 s more */
	load(&record);
	CHECK(record.refresh_token.bytes == NULL);
	CHECK(strstr(record.note, "invalid_grant") != NULL);
	record_release(&record);
	expect_token(false, "old-access");
	expect_error(true, ERROR_LOGIN_AGAIN);
	CHECK(requests() == 1);
	store(9000, 3600, "refresh-4");
	expect_error(false, ERROR_LOGIN_AGAIN);
	CHECK(strstr(error.text, "invalid_grant") != NULL);
	expect_error(false, ERROR_LOGIN_AGAIN);
	CHECK(requests() == 2);
}


/* While the request is under way, something else happens to the record. */
static void during_request(void (*event)(void), act_function *get)
{
	const int before = requests();
	const pid_t child = fork();

	if (child == 0) {
		get(NULL);
		_exit(0);
	}
	for (int tries = 0; requests() == before && tries < ASKED_TRIES; tries++)
		usleep(2000);
	CHECK(requests() != before); /* else the get ended without asking */
	event();
	write_file("go", "go", 0666);
	finish_act(child);
	write_file("go", "", 0666);
}

static void new_login(void)
{
	struct record record;

	record_init(&record);
	text_copy(record.vendor, sizeof record.vendor, "acme");
	text_copy(record.account, sizeof record.account, "alice");
	record.generation = 1;
	record.login_at = record.obtained_at = clock_utc();
	record.access_expires_at = record.obtained_at + 3600;
	CHECK(secret_set(&record.access_token, "login-access", 12) == 0);
	CHECK(secret_set(&record.refresh_token, "login-refresh", 13) == 0);
	CHECK_OK(tokens_store(&record, false, &error));
	record_release(&record);
}

static void log_out(void)
{
	CHECK_OK(tokens_remove("apitoken:v1:acme", NULL, &error));
}

static void expect_login_access(void *nothing)
{
	(void)nothing;
	expect_token(false, "login-access");
}

static void expect_logged_out(void *nothing)
{
	(void)nothing;
	expect_error(false, ERROR_NO_TOKEN);
}

static void races(void *nothing)
{
	char slow[512];

	(void)nothing;
	/* REF-02: the refusal belongs to a token that a newer login has replaced. */
	snprintf(slow, sizeof slow, "wait_for=go\n%s", dead_answer);
	answer(slow);
	store(9000, 3600, "refresh-4");
	during_request(new_login, expect_login_access);
	expect_token(false, "login-access");
	/* The answer of an old login does not overwrite a new one. */
	snprintf(slow, sizeof slow, "wait_for=go\n%s", good_answer);
	answer(slow);
	store(9000, 3600, "refresh-4");
	during_request(new_login, expect_login_access);
	expect_token(false, "login-access");
	/* Nor does it bring back what was logged out. */
	store(9000, 3600, "refresh-4");
	during_request(log_out, expect_logged_out);
	expect_error(false, ERROR_NO_TOKEN);
}

static void interrupt_get(void)
{
	/* To the whole process group, as a terminal does. */
	for (int number = 1; number <= SIGTERM; number++)
		if (number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM)
			kill(0, number);
}

static void get_interrupted(void *nothing)
{
	struct record record;
	int status;
	pid_t child;

	(void)nothing;
	answer("wait_for=go\nverdict=success\nstatus=200\naccess_token=new-access\n"
	       "refresh_token=new-refresh\nlifetime=3600\n");
	store(9000, 3600, "refresh-4");
	CHECK(setpgid(0, 0) == 0);
	child = fork();
	if (child == 0) {
		tokens_get(&vendor, &places, NULL, false, NULL, &record, &error);
		_exit(0);
	}
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	while (requests() == 0)
		usleep(2000);
	interrupt_get();
	write_file("go", "go", 0666);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status)); /* after the store */
	load(&record);
	CHECK(strcmp(record.refresh_token.bytes, "new-refresh") == 0);
	record_release(&record);
}

static void force(void *nothing)
{
	struct record record;
	struct secret other;

	(void)nothing;
	answer(good_answer);
	store(10, 3600, "refresh-4");
	expect_token(true, "old-access"); /* too soon */
	store(40, 3600, "refresh-4");
	CHECK(secret_set(&other, "older-access", 12) == 0);
	CHECK_OK(tokens_get(&vendor, &places, NULL, true, &other, &record, &error));
	CHECK(strcmp(record.access_token.bytes, "old-access") == 0);
	record_release(&record);
	secret_release(&other);
	CHECK(requests() == 0);
	expect_token(true, "new-access");
	expect_token(true, "new-access");
	CHECK(requests() == 1);
}

static void reject(void *nothing)
{
	struct secret rejected, other;
	struct record record;

	(void)nothing;
	answer(good_answer);
	CHECK(secret_set(&rejected, "old-access", 10) == 0);
	CHECK(secret_set(&other, "older-access", 12) == 0);
	CHECK_OK(tokens_reject("acme", NULL, &rejected, &error)); /* nothing is stored */
	store(40, 3600, "refresh-4");
	CHECK_OK(tokens_reject("acme", NULL, &other, &error));
	expect_token(false, "old-access");
	CHECK_OK(tokens_reject("acme", NULL, &rejected, &error));
	load(&record);
	CHECK(strcmp(record.refresh_token.bytes, "refresh-4") == 0);
	CHECK(record_state(&record, clock_utc()) == RECORD_EXPIRED);
	record_release(&record);
	expect_token(false, "new-access");
	store(5, 3600, "refresh-4");
	CHECK_OK(tokens_reject("acme", NULL, &rejected, &error));
	expect_token(false, "old-access"); /* too soon */
	store(40, 3600, NULL);
	CHECK_OK(tokens_reject("acme", NULL, &rejected, &error));
	expect_token(false, "old-access"); /* all there is */
	secret_release(&rejected);
	secret_release(&other);
}

static void full_keyring(void *nothing)
{
	static char filler[15000];

	(void)nothing;
	answer(good_answer);
	store(3400, 3600, "refresh-4");
	for (size_t size = sizeof filler; size > 0; size /= 2) {
		char name[32];

		snprintf(name, sizeof name, "filler%zu", size);
		add_key("user", name, filler, size, KEY_SPEC_USER_KEYRING);
	}
	expect_token(false, "old-access");
	expect_error(true, ERROR_KEYRING);
	CHECK(strstr(error.text, "maxbytes") != NULL);
	CHECK(requests() == 0);
}

static void login(void *nothing)
{
	struct secret password;
	struct record record, other;

	(void)nothing;
	CHECK(secret_set(&password, "secret", 6) == 0);
	answer("verdict=refused\nstatus=400\nmessage=no\n");
	CHECK(tokens_login(&vendor, &places, "alice", &password, false, &record, NULL, &error) == -1);
	CHECK(error.code == ERROR_REFUSED);
	expect_error(false, ERROR_NO_TOKEN);
	answer(good_answer);
	CHECK_OK(tokens_login(&vendor, &places, "alice", &password, false, &record, &other, &error));
	CHECK(record.generation == 1);
	CHECK(other.refresh_token.bytes == NULL); /* nothing stood there */
	record_release(&record);
	expect_token(false, "new-access");
	CHECK_OK(tokens_login(&vendor, &places, "second@acme", &password, true, &record, NULL, &error));
	record_release(&record);
	CHECK_OK(tokens_load("acme", "second@acme", &record, &error));
	CHECK(strcmp(record.account, "second@acme") == 0);
	record_release(&record);
	load(&record);
	CHECK(strcmp(record.account, "alice") == 0);
	record_release(&record);
	CHECK(tokens_load("acme", "third", &record, &error) == -1);
	CHECK(error.code == ERROR_NO_TOKEN);
	/* What is replaced or removed is handed over; after a failure nothing is. */
	store(0, 3600, "refresh-4");
	answer("verdict=refused\nstatus=400\nmessage=no\n");
	CHECK(tokens_login(&vendor, &places, "alice", &password, false, &record, &other, &error) == -1);
	CHECK(other.refresh_token.bytes == NULL);
	answer(good_answer);
	CHECK_OK(tokens_login(&vendor, &places, "alice", &password, false, &record, &other, &error));
	CHECK(strcmp(other.refresh_token.bytes, "refresh-4") == 0);
	record_release(&other);
	record_release(&record);
	CHECK_OK(tokens_remove("apitoken:v1:acme", &other, &error));
	CHECK(strcmp(other.refresh_token.bytes, "new-refresh") == 0);
	record_release(&other);
	CHECK(tokens_remove("apitoken:v1:acme", &other, &error) == -1);
	CHECK(error.code == ERROR_NO_TOKEN && other.refresh_token.bytes == NULL);
	secret_release(&password);
}

/* Until the process waits for something; the caller keeps it waiting. */
static void until_it_waits(pid_t process)
{
	char path[64], line[256];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
	for (int i = 0; i < 500; i++) {
		FILE *file = fopen(path, "re");
		bool waits = file != NULL && fgets(line, sizeof line, file) != NULL &&
			     strstr(line, ") S ") != NULL;

		if (file != NULL)
			fclose(file);
		if (waits)
			return;
		usleep(2000);
	}
}

/* Between a logout's beginning and its removal a renewal stored another pair: that one is taken out. */
static void remove_what_is_there(void *nothing)
{
	struct record removed;
	struct lock lock;
	pid_t child;

	(void)nothing;
	store(0, 3600, "refresh-4");
	lock_acquire_swap(&lock, "apitoken:v1:acme");
	child = fork();
	if (child == 0) {
		CHECK_OK(tokens_remove("apitoken:v1:acme", &removed, &error));
		_exit(strcmp(removed.refresh_token.bytes, "refresh-5") == 0 ? 0 : 1);
	}
	until_it_waits(child);
	store(0, 3600, "refresh-5");
	lock_release(&lock);
	finish_act(child);
	expect_error(false, ERROR_NO_TOKEN);
}

/* A record under another vendor's name is removed, but its tokens are not for that vendor. */
static void misnamed(void *nothing)
{
	struct secret payload;
	struct record other;

	(void)nothing;
	store(0, 3600, "refresh-4");
	CHECK_OK(keyring_read("apitoken:v1:acme", &payload, &error));
	CHECK_OK(keyring_store("apitoken:v1:elsewhere", &payload, 60, &error));
	secret_release(&payload);
	CHECK_OK(tokens_remove("apitoken:v1:elsewhere", &other, &error));
	CHECK(other.refresh_token.bytes == NULL);
	expect_token(false, "old-access");
}

static void corrupt(void *nothing)
{
	struct secret payload;

	(void)nothing;
	answer(good_answer);
	CHECK(secret_set(&payload, "version=1\nrubbish\n", 18) == 0);
	CHECK_OK(keyring_store("apitoken:v1:acme", &payload, 3600, &error));
	expect_error(false, ERROR_NO_TOKEN);
	payload.bytes[8] = '9';
	CHECK_OK(keyring_store("apitoken:v1:acme", &payload, 3600, &error));
	expect_error(false, ERROR_NO_TOKEN);
	secret_release(&payload);
	new_login();
	expect_token(false, "login-access");
}

static void hidden_secret(void *nothing)
{
	(void)nothing;
	store(3400, 3600, "refresh-4");
	expect_token(false, "old-access");
	store(9000, 3600, "refresh-4");
	expect_error(false, ERROR_LOGIN_AGAIN);
	CHECK(strstr(error.text, "client-secret") != NULL);
	CHECK(requests() == 0);
}

/* ---- the frame ---- */

static void play(act_function *act)
{
	NEED_KEYRINGS();
	act_as(alice, clear_ring, NULL);
	write_file("requests", "", 0666);
	write_file("answer", "", 0666);
	write_file("go", "", 0666);
	act_as(alice, act, NULL);
	act_as(alice, clear_ring, NULL);
}

#define PLAY(act)                                                                              \
	static void test_##act(void **state)                                                   \
	{                                                                                      \
		(void)state;                                                                   \
		play(act);                                                                     \
	}
PLAY(serve_fresh)
PLAY(renew)
PLAY(renew_expired)
PLAY(keep_old_refresh)
PLAY(many_at_once)
PLAY(ended_on_arrival)
PLAY(vendor_away)
PLAY(leave_alone)
PLAY(dead_refresh)
PLAY(races)
PLAY(get_interrupted)
PLAY(force)
PLAY(reject)
PLAY(full_keyring)
PLAY(login)
PLAY(misnamed)
PLAY(remove_what_is_there)
PLAY(corrupt)

static void test_hidden_secret(void **state)
{
	char path[PATH_MAX];

	(void)state;
	write_file("client-secret", "s", 0600);
	snprintf(path, sizeof path, "%s/client-secret", folder);
	vendor.client_secret_file = path;
	play(hidden_secret);
	vendor.client_secret_file = NULL;
}

static int set_up(void **state)
{
	char path[PATH_MAX], build[PATH_MAX];

	(void)state;
	choose_users();
	if (make_program_folder(folder) != 0 || find_build_folder(build) != 0)
		return -1;
	snprintf(path, sizeof path, "%s/fetch", folder);
	if (copy_program("/proc/self/exe", path) != 0)
		return -1;
	write_file("acme.conf",
		   "[vendor]\ndialect = oauth2\ntoken_url = https://vendor.test/token\n"
		   "client_id = apitoken\nhosts = git.test\n", 0644);
	snprintf(path, sizeof path, "%s/oauth2.conf", folder);
	snprintf(places.vendor_folders[0], sizeof places.vendor_folders[0], "%s", folder);
	snprintf(places.dialect_folders[0], sizeof places.dialect_folders[0], "%s", folder);
	snprintf(places.libexec, sizeof places.libexec, "%s", folder);
	snprintf(build + strlen(build), sizeof build - strlen(build), "/dialects/oauth2.conf");
	if (copy_program(build, path) != 0)
		return -1;
	if (vendor_load(&vendor, "acme", &places, &error) == 0)
		return 0;
	print_message("# %s\n", error.text);
	return -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "fetch",	 "acme.conf", "oauth2.conf",
					     "requests", "answer",    "client-secret",
					     "go" };
	char path[PATH_MAX];

	(void)state;
	vendor_release(&vendor);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a fresh token is served without a request", test_serve_fresh),
		UNIT_TEST("a token near its end is renewed once", test_renew),
		UNIT_TEST("an ended token is renewed, or a new login is asked for",
			  test_renew_expired),
		UNIT_TEST("an answer without a refresh token leaves the old one",
			  test_keep_old_refresh),
		UNIT_TEST("forty processes at once cause one refresh and all get its token",
			  test_many_at_once),
		UNIT_TEST("REF-01 a token that has ended on arrival is a token for all who waited",
			  test_ended_on_arrival),
		UNIT_TEST("while the vendor is away a living token is served, and nothing is lost",
			  test_vendor_away),
		UNIT_TEST("a vendor that is away is left alone as long as it says, and a minute at most",
			  test_leave_alone),
		UNIT_TEST("a dead refresh token is tried once", test_dead_refresh),
		UNIT_TEST("REF-02 a new login or a logout wins over a refresh under way",
			  test_races),
		UNIT_TEST("Ctrl-C and a closed terminal wait until the answer is stored",
			  test_get_interrupted),
		UNIT_TEST("a forced refresh happens once in 30 s, and only for the stored token",
			  test_force),
		UNIT_TEST("a rejected token is renewed, another is left alone",
			  test_reject),
		UNIT_TEST("KEY-06 with a full keyring no refresh is sent, and a living token serves",
			  test_full_keyring),
		UNIT_TEST("a login stores generation 1, further accounts beside it, and hands over what it replaced",
			  test_login),
		UNIT_TEST("a record under another vendor's name is nobody's to revoke", test_misnamed),
		UNIT_TEST("a logout hands over the very pair that it takes out",
			  test_remove_what_is_there),
		UNIT_TEST("KEY-14 a corrupt record, or one of another version, is no token and is "
			  "replaced", test_corrupt),
		UNIT_TEST("without the client's secret no refresh is tried", test_hidden_secret),
	};

	if (count == 1 && strcmp(arguments[0], "fetch") == 0)
		fake_fetch();
	return cmocka_run_group_tests_name("tokens", tests, set_up, tear_down);
}
