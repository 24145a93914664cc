/* SPDX-License-Identifier: BSD-3-Clause */
/* The password that is kept beside a record: what is read back, whose it is, and that it goes when the record goes. Real keyrings. */
#include "common/kept_password.h"

#include "common/text.h"
#include "common/tokens.h"
#include "tests/unit/keyring_acts.h"

static const char password_description[] = "apitoken:password:v1:unit-test";

static void set(struct secret *secret, const char *text)
{
	CHECK(secret_set(secret, text, strlen(text)) == 0);
}

static void encode(const char *account, const char *text, struct secret *payload)
{
	struct secret password;
	struct error error = { 0 };

	set(&password, text);
	CHECK_OK(kept_password_encode(account, &password, payload, &error));
	secret_release(&password);
}

static bool decodes(const struct secret *payload, const char *account)
{
	struct secret password;
	struct error error = { 0 };
	const int result = kept_password_decode(payload, account, &password, &error);

	CHECK(result == 0 || (password.bytes == NULL && error.code == ERROR_NO_TOKEN));
	secret_release(&password);
	return result == 0;
}

/* ---- acts ---- */

static void all_bytes(void *nothing)
{
	struct secret password, payload, again;
	struct error error = { 0 };

	(void)nothing;
	CHECK(secret_init(&password, PASSWORD_MAX) == 0);
	for (int i = 0; i < PASSWORD_MAX; i++) {
		char byte = (char)(i % 255 + 1);

		secret_append(&password, &byte, 1);
		CHECK_OK(kept_password_encode("alice@example.com", &password, &payload, &error));
		CHECK(payload.length <= KEPT_PASSWORD_PAYLOAD_MAX);
		CHECK_OK(kept_password_decode(&payload, "alice@example.com", &again, &error));
		CHECK(secret_equal(&password, &again));
		secret_release(&payload);
		secret_release(&again);
	}
	secret_release(&password);
}

static void refuse(void *nothing)
{
	struct secret password, payload;
	struct error error = { 0 };
	char longest[ACCOUNT_MAX + 1];

	(void)nothing;
	set(&password, "");
	CHECK(kept_password_encode("alice", &password, &payload, &error) == -1);
	CHECK(error.code == ERROR_POLICY && payload.bytes == NULL);
	secret_release(&password);
	set(&password, "secret");
	CHECK(kept_password_encode("", &password, &payload, &error) == -1);
	CHECK(kept_password_encode("two\nlines", &password, &payload, &error) == -1);
	memset(longest, 'a', sizeof longest);
	longest[ACCOUNT_MAX] = '\0';
	CHECK(kept_password_encode(longest, &password, &payload, &error) == -1);
	longest[ACCOUNT_MAX - 1] = '\0';
	CHECK_OK(kept_password_encode(longest, &password, &payload, &error));
	secret_release(&payload);
	secret_release(&password);
}

static void damage(void *nothing)
{
	struct secret payload, cut;

	(void)nothing;
	encode("alice", "secret", &payload);
	CHECK(decodes(&payload, "alice"));
	CHECK(!decodes(&payload, "alic"));
	CHECK(!decodes(&payload, "alice2"));
	CHECK(!decodes(&payload, "bob"));
	for (size_t i = 0; i < payload.length; i++) {
		payload.bytes[i] ^= 1;
		CHECK(!decodes(&payload, "alice"));
		payload.bytes[i] ^= 1;
		CHECK(secret_set(&cut, payload.bytes, i) == 0);
		CHECK(!decodes(&cut, "alice"));
		secret_release(&cut);
	}
	secret_release(&payload);
}

static void keep(const char *text)
{
	struct secret payload;
	struct error error = { 0 };

	encode("alice", text, &payload);
	CHECK_OK(kept_password_store(description, &payload, HOUR, &error));
	secret_release(&payload);
}

static bool is_kept(const char *text)
{
	struct secret password;
	bool result;

	if (kept_password_read(description, "alice", &password, NULL) != 0)
		return false;
	result = strcmp(password.bytes, text) == 0;
	secret_release(&password);
	return result;
}

static void private_key(void *nothing)
{
	struct keyring_item items[KEYRING_LIST_MAX];
	struct error error = { 0 };
	char text[256];
	int32_t serial;

	(void)nothing;
	clear_ring(NULL);
	CHECK(!kept_password_exists(description));
	keep("first");
	keep("secret");
	CHECK(is_kept("secret") && kept_password_exists(description));
	serial = find(password_description);
	CHECK(serial > 0 && has_timeout(serial));
	CHECK(keyctl_describe(serial, text, sizeof text) > 0);
	CHECK(strstr(text, ";003f0000;") != NULL && text_starts_with(text, "user;"));
	/* It is no record: nothing that lists records meets it. */
	CHECK(keyring_list(items, KEYRING_LIST_MAX, &error) == 0);
	/* With any other permission it counts as planted. */
	CHECK(keyctl_setperm(serial, 0x3f3f0000) == 0);
	CHECK(!kept_password_exists(description) && !is_kept("secret"));
	CHECK(keyctl_setperm(serial, 0x003f0000) == 0);
	kept_password_remove(description);
	CHECK(!kept_password_exists(description) && find(password_description) < 0);
	kept_password_extend(description, HOUR);
	CHECK(find(password_description) < 0);
}

static void fill_record(struct record *record, const char *refresh)
{
	record_init(record);
	text_copy(record->vendor, sizeof record->vendor, "unit-test");
	text_copy(record->account, sizeof record->account, "alice");
	record->generation = 1;
	record->login_at = record->obtained_at = clock_utc();
	record->access_expires_at = record->obtained_at + 300;
	set(&record->access_token, "access");
	if (refresh != NULL)
		set(&record->refresh_token, refresh);
}

static void log_in(const char *text)
{
	struct secret payload, kept = SECRET_NONE;
	struct error error = { 0 };
	struct record record;

	fill_record(&record, NULL);
	CHECK_OK(record_encode(&record, &payload, &error));
	if (text != NULL)
		encode("alice", text, &kept);
	CHECK_OK(tokens_store_login(&record, &payload, text != NULL ? &kept : NULL, false, NULL, &error));
	secret_release(&kept);
	secret_release(&payload);
	record_release(&record);
}

static void with_the_record(void *nothing)
{
	struct error error = { 0 };

	(void)nothing;
	clear_ring(NULL);
	log_in("secret");
	CHECK(is_kept("secret"));
	log_in("newer");
	CHECK(is_kept("newer"));
	log_in(NULL); /* a login that keeps none leaves none of an earlier one */
	CHECK(find(password_description) < 0);
	log_in("secret");
	CHECK_OK(tokens_remove(description, NULL, &error));
	CHECK(find(description) < 0 && find(password_description) < 0);
	/* Also where the record went by itself. */
	log_in("secret");
	CHECK_OK(keyring_remove(description, &error));
	CHECK(tokens_remove(description, NULL, &error) == -1 && error.code == ERROR_NO_TOKEN);
	CHECK(find(password_description) < 0);
}

static void no_room(void *nothing)
{
	char filler[16];

	(void)nothing;
	clear_ring(NULL);
	log_in("secret");
	for (size_t size = 15000, number = 0; size > 0; number++) {
		char content[15000] = "";

		snprintf(filler, sizeof filler, "fill%zu", number);
		if (add_key("user", filler, content, size, KEY_SPEC_USER_KEYRING) < 0)
			size /= 2;
	}
	/* Neither fits now; the old password must not stay beside anything newer, nor half of it. */
	CHECK(is_kept("secret"));
	keyctl_invalidate(find("fill0"));
	settle();
	log_in("another");
	CHECK(is_kept("another") || find(password_description) < 0);
	clear_ring(NULL);
}

/* ---- tests ---- */

static void test_all_bytes(void **state)
{
	(void)state;
	act_as(geteuid(), all_bytes, NULL);
}

static void test_refuse(void **state)
{
	(void)state;
	act_as(geteuid(), refuse, NULL);
}

static void test_damage(void **state)
{
	(void)state;
	act_as(geteuid(), damage, NULL);
}

static void test_private_key(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, private_key, NULL);
}

static void test_with_the_record(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, with_the_record, NULL);
}

static void test_no_room(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, no_room, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("any password of 1 to 511 bytes is read back as it was", test_all_bytes),
		UNIT_TEST("an empty password, and an account that is none, are not kept", test_refuse),
		UNIT_TEST("a kept password that is damaged, cut or another account's is none", test_damage),
		WITH_USERS("a kept password is a key for its owner alone, with a timeout, and no record", test_private_key),
		WITH_USERS("a kept password goes with its record, by logout and by the next login", test_with_the_record),
		WITH_USERS("with a full keyring no older password stays beside a newer login", test_no_room),
	};

	return cmocka_run_group_tests_name("kept_password", tests, share_memory, NULL);
}
