/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/assertion.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "common/fetch/encode.h"
#include "common/host.h"

enum { CLAIM_MAX = URL_MAX, NONCE_BYTES = 16, SIGNATURE_MAX = 2048 };

/* An encrypted key would make OpenSSL ask on a terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return 0;
}

static EVP_PKEY *read_key(const struct variables *variables, struct error *error)
{
	const struct secret *pem = variables_find(variables, "client_secret");
	BIO *memory = pem == NULL ? NULL : BIO_new_mem_buf(pem->bytes, (int)pem->length);
	EVP_PKEY *key = memory == NULL ? NULL : PEM_read_bio_PrivateKey(memory, NULL, no_passphrase, NULL);

	BIO_free(memory);
	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= ASSERTION_KEY_BITS_MIN)
		return key;
	EVP_PKEY_free(key);
	error_set(error, ERROR_CONFIGURATION, "client_secret_file holds no RSA key of %d bits or more in PEM form, without a passphrase", ASSERTION_KEY_BITS_MIN);
	return NULL;
}

/* Without the padding (RFC 7515 section 2). */
static void append_base64url(struct secret *out, const char *bytes, size_t length)
{
	size_t start = out->length;

	encode_base64(out, bytes, length);
	if (!secret_ok(out))
		return;
	while (out->length > start && out->bytes[out->length - 1] == '=')
		out->bytes[--out->length] = '\0';
	for (size_t i = start; i < out->length; i++) {
		if (out->bytes[i] == '+')
			out->bytes[i] = '-';
		else if (out->bytes[i] == '/')
			out->bytes[i] = '_';
	}
}

/* "NAME":"VALUE", with what the first template gives, else the second. */
static int append_claim(struct secret *out, const char *name, const char *first, const char *second, const struct variables *variables, struct error *error)
{
	struct secret value;
	int result = -1;

	if (secret_init(&value, CLAIM_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (template_expand(&value, first, variables, TEMPLATE_TEXT, error) == 0 &&
	    (value.length > 0 || template_expand(&value, second, variables, TEMPLATE_TEXT, error) == 0)) {
		encode_json_string(out, name, strlen(name));
		secret_append(out, ":", 1);
		encode_json_string(out, value.bytes, value.length);
		secret_append(out, ",", 1);
		result = 0;
	}
	secret_release(&value);
	return result;
}

/* A server may know itself by one URL alone, whichever of its endpoints is asked (Keycloak: issuer or token endpoint, also at its logout endpoint). */
static int append_audience(struct secret *out, const char *endpoint, const struct variables *variables, struct error *error)
{
	struct secret audience;
	int result;

	if (secret_init(&audience, CLAIM_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	result = template_expand(&audience, "{assertion_audience}", variables, TEMPLATE_TEXT, error);
	if (result == 0 && audience.length == 0)
		secret_append_text(&audience, endpoint);
	secret_append_text(out, "\"aud\":");
	encode_json_string(out, audience.bytes, audience.length);
	secret_release(&audience);
	return result;
}

static int append_rest(struct secret *out, int64_t now, struct error *error)
{
	unsigned char random[NONCE_BYTES];
	char text[160], nonce[2 * NONCE_BYTES + 1];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return error_set(error, ERROR_SYSTEM, "no random numbers for an assertion");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(nonce + 2 * i, 3, "%02x", random[i]);
	snprintf(text, sizeof(text), ",\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s\"}", (long long)now, (long long)now + ASSERTION_SECONDS, nonce);
	secret_append_text(out, text);
	return 0;
}

static int append_claims(struct secret *jwt, const char *audience, const struct variables *variables, int64_t now, struct error *error)
{
	static const char head[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
	struct secret claims;
	int result = -1;

	if (secret_init(&claims, ASSERTION_MAX / 2) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	secret_append(&claims, "{", 1);
	if (append_claim(&claims, "iss", "{assertion_issuer}", "{client_id}", variables, error) == 0 &&
	    append_claim(&claims, "sub", "{assertion_subject}", "{client_id}", variables, error) == 0 &&
	    append_audience(&claims, audience, variables, error) == 0 && append_rest(&claims, now, error) == 0) {
		append_base64url(jwt, head, strlen(head));
		secret_append(jwt, ".", 1);
		append_base64url(jwt, claims.bytes, claims.length);
		result = secret_ok(&claims) ? 0 : error_set(error, ERROR_CONFIGURATION, "the client's assertion is too long");
	}
	secret_release(&claims);
	return result;
}

static int append_signature(struct secret *jwt, EVP_PKEY *key, struct error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char signature[SIGNATURE_MAX];
	size_t length = sizeof(signature);
	int result = -1;

	if (context != NULL && EVP_PKEY_get_size(key) <= SIGNATURE_MAX && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(context, signature, &length, (const unsigned char *)jwt->bytes, jwt->length) == 1) {
		secret_append(jwt, ".", 1);
		append_base64url(jwt, (const char *)signature, length);
		result = 0;
	}
	EVP_MD_CTX_free(context);
	if (result < 0 || !secret_ok(jwt))
		return error_set(error, ERROR_SYSTEM, "the client's assertion could not be signed");
	return 0;
}

int assertion_build(struct secret *jwt, const char *audience, const struct variables *variables, int64_t now, struct error *error)
{
	EVP_PKEY *key;
	int result = -1;

	if (secret_init(jwt, ASSERTION_MAX) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	key = read_key(variables, error);
	if (key != NULL && append_claims(jwt, audience, variables, now, error) == 0)
		result = append_signature(jwt, key, error);
	EVP_PKEY_free(key);
	return result;
}
