/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt.h"

#include <err.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

static gnutls_privkey_t key;
static char *certificate; /* base64 of its DER */

static void must(int result, const char *what)
{
	if (result < 0)
		errx(1, "%s: %s", what, gnutls_strerror(result));
}

static gnutls_datum_t load(const char *folder, const char *name)
{
	gnutls_datum_t file;
	char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		errx(1, "out of memory");
	must(gnutls_load_file(path, &file), path);
	free(path);
	return file;
}

void jwt_load(const char *folder)
{
	gnutls_datum_t pem = load(folder, "registry-signing.pem"), pem_key = load(folder, "registry-signing.key"), der;
	gnutls_x509_crt_t parsed;

	must(gnutls_x509_crt_init(&parsed), "registry-signing.pem");
	must(gnutls_x509_crt_import(parsed, &pem, GNUTLS_X509_FMT_PEM), "registry-signing.pem");
	must(gnutls_x509_crt_export2(parsed, GNUTLS_X509_FMT_DER, &der), "registry-signing.pem");
	certificate = base64_encode(der.data, der.size);
	must(gnutls_privkey_init(&key), "registry-signing.key");
	must(gnutls_privkey_import_x509_raw(key, &pem_key, GNUTLS_X509_FMT_PEM, NULL, 0), "registry-signing.key");
	gnutls_x509_crt_deinit(parsed);
	gnutls_free(der.data);
	gnutls_free(pem.data);
	gnutls_free(pem_key.data);
}

static char *encode_json(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	return base64url_encode(text, strlen(text));
}

static char *encode_header(void)
{
	struct json_object *header = json_object_new_object(), *chain = json_object_new_array();
	char *text;

	json_object_object_add(header, "typ", json_object_new_string("JWT"));
	json_object_object_add(header, "alg", json_object_new_string("RS256"));
	json_object_array_add(chain, json_object_new_string(certificate));
	json_object_object_add(header, "x5c", chain);
	text = encode_json(header);
	json_object_put(header);
	return text;
}

char *jwt_sign(struct json_object *claims)
{
	char *header = encode_header(), *payload = encode_json(claims), *text = NULL, *token = NULL, *encoded;
	gnutls_datum_t signature, data;

	if (asprintf(&text, "%s.%s", header, payload) < 0)
		errx(1, "out of memory");
	data = (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
	must(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &data, &signature), "signing a registry token");
	encoded = base64url_encode(signature.data, signature.size);
	if (asprintf(&token, "%s.%s", text, encoded) < 0)
		errx(1, "out of memory");
	gnutls_free(signature.data);
	free(encoded);
	free(text);
	free(payload);
	free(header);
	return token;
}
