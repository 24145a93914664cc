/* SPDX-License-Identifier: BSD-3-Clause */
/* Acts on records in real keyrings, for the test_keyring*.c; include it once in each. */
#ifndef APITOKEN_TESTS_KEYRING_ACTS_H
#define APITOKEN_TESTS_KEYRING_ACTS_H

#include <sys/mman.h>

#include "common/keyring.h"
#include "tests/unit/keyring_user.h"

enum { HOUR = 3600 };

static const char description[] = "apitoken:v1:unit-test";

/* What one act tells the next. */
struct shared {
	int32_t serial;
	int writers; /* that have not finished */
};
static struct shared *shared;

static inline int setup(void **state)
{
	(void)state;
	if (keyrings_missing() != NULL)
		return 0;
	act_as(alice, clear_ring, NULL);
	act_as(bob, clear_ring, NULL);
	return 0;
}

static inline void fill(struct secret *payload, size_t size, char byte)
{
	CHECK(secret_init(payload, size) == 0);
	memset(payload->bytes, byte, size);
	payload->length = size;
}

static inline int try_store(size_t size, char byte, struct error *error)
{
	struct secret payload;
	int result;

	fill(&payload, size, byte);
	result = keyring_store(description, &payload, HOUR, error);
	secret_release(&payload);
	return result;
}

static inline void store(size_t size, char byte)
{
	struct error error = { 0 };

	CHECK_OK(try_store(size, byte, &error));
}

static inline void expect(size_t size, char byte)
{
	struct secret payload, wanted;
	struct error error = { 0 };

	CHECK_OK(keyring_read(description, &payload, &error));
	fill(&wanted, size, byte);
	CHECK(secret_equal(&payload, &wanted));
	secret_release(&payload);
	secret_release(&wanted);
}

static inline void expect_failure(enum error_code code)
{
	struct secret payload;
	struct error error = { 0 };

	CHECK(keyring_read(description, &payload, &error) == -1);
	CHECK(error.code == code);
	CHECK(payload.bytes == NULL);
	CHECK(error.text[0] != '\0');
}

static inline int32_t find(const char *name)
{
	return (int32_t)keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
}

static inline int32_t found(void)
{
	return find(description);
}

/* The "expires in" column of /proc/keys(5): "perm" means that the key has no timeout. */
static inline bool has_timeout(int32_t serial)
{
	FILE *file = fopen("/proc/keys", "re");
	char line[512];
	bool limited = false;

	CHECK(file != NULL);
	while (fgets(line, sizeof line, file) != NULL) {
		unsigned long number = strtoul(line, NULL, 16);
		char *timeout;

		if (number != (unsigned long)serial)
			continue;
		strtok_r(line, " ", &timeout);
		for (int column = 0; column < 2; column++)
			strtok_r(NULL, " ", &timeout);
		timeout = strtok_r(NULL, " ", &timeout);
		limited = timeout != NULL && strcmp(timeout, "perm") != 0;
	}
	fclose(file);
	return limited;
}

static inline void expect_nothing(void *nothing)
{
	(void)nothing;
	expect_failure(ERROR_NO_TOKEN);
}

/* Between the processes of a test program. */
static inline int share_memory(void **state)
{
	(void)state;
	choose_users();
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? -1 : 0;
}

#define WITH_USERS(sentence, function) UNIT_TEST_SETUP(sentence, function, setup, setup)

#endif
