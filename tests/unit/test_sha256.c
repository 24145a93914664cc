/* SPDX-License-Identifier: BSD-3-Clause */
/* Expected: NIST's examples for FIPS 180-4; Python's hashlib for runs of 'a'. */
#include "common/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void assert_digest(const void *bytes, size_t length, const char *expected)
{
	char digits[2 * SHA256_BYTES + 1];

	sha256_hex(bytes, length, digits, 2 * SHA256_BYTES);
	assert_string_equal(digits, expected);
}

static void test_published_examples(void **state)
{
	char *million = malloc(1000000);

	(void)state;
	assert_non_null(million);
	assert_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	assert_digest(million, 1000000,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
}

/* One digest over the digests of all lengths 0..200: every tail there is. */
static void test_every_length_around_the_blocks(void **state)
{
	char run[200], digests[201 * 64 + 1] = "";

	(void)state;
	memset(run, 'a', sizeof run);
	for (size_t length = 0; length <= sizeof run; length++)
		sha256_hex(run, length, digests + 64 * length, 64);
	assert_digest(digests, sizeof digests - 1, 
		      "eb555248bd20c7831e511d4461b42c9b084e3a64b44d57b00051172f8afe03ff");
}

static void test_first_digits(void **state)
{
	char digits[17];

	(void)state;
	sha256_hex("abc", 3, digits, 16);
	assert_string_equal(digits, "ba7816bf8f01cfea");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("SHA-256 gives the published digests", test_published_examples),
		UNIT_TEST("SHA-256 is right for every length around the block bounds",
			  test_every_length_around_the_blocks),
		UNIT_TEST("the first digits can be asked for", test_first_digits),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
