/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "common/fetch/assertion.h"

enum { NOW = 1700000000, JWT_PART_MAX = 4096 };

static const char audience[] = "https://vendor.test/token";

/* The key as a PEM text with a NUL; free() it. */
static char *pem_of(EVP_PKEY *key, const char *passphrase)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long length;

	assert_int_equal(PEM_write_bio_PrivateKey(memory, key, passphrase == NULL ? NULL : EVP_aes_128_cbc(), NULL, 0, NULL, (void *)(uintptr_t)passphrase), 1);
	length = BIO_get_mem_data(memory, &bytes);
	text = strndup(bytes, (size_t)length);
	BIO_free(memory);
	return text;
}

static void put(struct variables *variables, const char *name, const char *value)
{
	assert_int_equal(variables_set(variables, name, value, strlen(value), NULL), 0);
}

static void begin(struct variables *variables, const char *pem)
{
	variables_init(variables, NULL);
	put(variables, "client_secret", pem);
	put(variables, "client_id", "app \"1\"");
}

/* base64url to bytes; the length. */
static size_t decode(const char *text, size_t length, unsigned char out[static JWT_PART_MAX])
{
	char padded[JWT_PART_MAX];
	size_t size = 0;

	assert_true(length > 0 && length < sizeof(padded) - 4);
	for (; size < length; size++)
		padded[size] = text[size] == '-' ? '+' : text[size] == '_' ? '/' : text[size];
	assert_null(memchr(text, '=', length));
	while (size % 4 != 0)
		padded[size++] = '=';
	padded[size] = '\0';
	assert_int_equal(EVP_DecodeBlock(out, (const unsigned char *)padded, (int)size), (int)(size / 4 * 3));
	return length * 3 / 4;
}

static struct json_object *part(const char *text, size_t length)
{
	unsigned char bytes[JWT_PART_MAX];
	struct json_object *object;

	bytes[decode(text, length, bytes)] = '\0';
	object = json_tokener_parse((const char *)bytes);
	assert_non_null(object);
	return object;
}

static const char *member(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static bool verifies(const struct secret *jwt, EVP_PKEY *key)
{
	const char *dot = strrchr(jwt->bytes, '.');
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char signature[JWT_PART_MAX];
	size_t length = decode(dot + 1, strlen(dot + 1), signature);
	int result;

	EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key);
	result = EVP_DigestVerify(context, signature, length, (const unsigned char *)jwt->bytes, (size_t)(dot - jwt->bytes));
	EVP_MD_CTX_free(context);
	return result == 1;
}

static void test_signed(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);
	char *pem = pem_of(key, NULL);
	struct variables variables;
	struct secret jwt, second;
	struct json_object *head, *claims;
	struct error error;
	const char *dot;

	(void)state;
	begin(&variables, pem);
	assert_int_equal(assertion_build(&jwt, audience, &variables, NOW, &error), 0);
	assert_true(verifies(&jwt, key));
	assert_false(verifies(&jwt, other));
	dot = strchr(jwt.bytes, '.');
	head = part(jwt.bytes, (size_t)(dot - jwt.bytes));
	assert_string_equal(member(head, "alg"), "RS256");
	claims = part(dot + 1, strcspn(dot + 1, "."));
	assert_string_equal(member(claims, "iss"), "app \"1\"");
	assert_string_equal(member(claims, "sub"), "app \"1\"");
	assert_string_equal(member(claims, "aud"), audience);
	assert_string_equal(member(claims, "iat"), "1700000000");
	assert_string_equal(member(claims, "exp"), "1700000060");
	assert_int_equal(strlen(member(claims, "jti")), 32);
	assert_int_equal(assertion_build(&second, audience, &variables, NOW, &error), 0);
	assert_string_not_equal(jwt.bytes, second.bytes); /* jti */
	json_object_put(head);
	json_object_put(claims);
	secret_release(&jwt);
	secret_release(&second);
	variables_release(&variables);
	free(pem);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void test_names(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	char *pem = pem_of(key, NULL);
	struct variables variables;
	struct json_object *claims;
	struct error error;
	struct secret jwt;
	const char *dot;

	(void)state;
	begin(&variables, pem);
	put(&variables, "assertion_issuer", "support");
	put(&variables, "assertion_subject", "user");
	put(&variables, "assertion_audience", "https://issuer.test/realm");
	assert_int_equal(assertion_build(&jwt, audience, &variables, NOW, &error), 0);
	dot = strchr(jwt.bytes, '.');
	claims = part(dot + 1, strcspn(dot + 1, "."));
	assert_string_equal(member(claims, "iss"), "support");
	assert_string_equal(member(claims, "sub"), "user");
	assert_string_equal(member(claims, "aud"), "https://issuer.test/realm");
	json_object_put(claims);
	secret_release(&jwt);
	variables_release(&variables);
	free(pem);
	EVP_PKEY_free(key);
}

static void refused(const char *pem)
{
	struct variables variables;
	struct error error = { .code = ERROR_NONE };
	struct secret jwt;

	begin(&variables, pem);
	assert_int_equal(assertion_build(&jwt, audience, &variables, NOW, &error), -1);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_non_null(strstr(error.text, "client_secret_file"));
	secret_release(&jwt);
	variables_release(&variables);
}

static void test_bad_keys(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *good = EVP_RSA_gen(2048), *curve = EVP_EC_gen("P-256");
	char *pems[] = { pem_of(small, NULL), pem_of(curve, NULL), pem_of(good, "secret"), pem_of(good, NULL) };

	(void)state;
	pems[3][200] = pems[3][200] == '\n' ? 'A' : '!';
	for (size_t i = 0; i < sizeof(pems) / sizeof(pems[0]); i++) {
		refused(pems[i]);
		free(pems[i]);
	}
	refused("");
	refused("a plain secret");
	EVP_PKEY_free(small);
	EVP_PKEY_free(good);
	EVP_PKEY_free(curve);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST("APIAX-08 an assertion has the claims of RFC 7523 and a signature that the public key proves", test_signed),
		UNIT_TEST("APIAX-08 issuer, subject and audience are the configured ones", test_names),
		UNIT_TEST("a short key, another kind, an encrypted, a damaged one and no key are refused", test_bad_keys),
	};

	return cmocka_run_group_tests_name("assertion", tests, NULL, NULL);
}
