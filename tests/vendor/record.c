/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "state.h"

static struct json_object *records[RECORDS_MAX];
static size_t records_seen;

/* RFC 3629 well enough for a log: lead and continuation bytes match up. */
static bool is_utf8(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		unsigned char lead = (unsigned char)text[i++];
		int more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : -1;

		if (more < 0)
			return false;
		for (; more > 0; more--, i++)
			if (i >= length || ((unsigned char)text[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

static struct json_object *headers_json(const struct fields *headers)
{
	struct json_object *object = json_object_new_array();

	for (size_t i = 0; i < headers->count; i++) {
		struct json_object *pair = json_object_new_array();

		json_object_array_add(pair, json_object_new_string(headers->list[i].name));
		json_object_array_add(pair, json_object_new_string(headers->list[i].value));
		json_object_array_add(object, pair);
	}
	return object;
}

static void add_body(struct json_object *row, const struct request *request)
{
	size_t length = request->body_length < RECORD_BODY_MAX ? (size_t)request->body_length : RECORD_BODY_MAX;
	char *encoded;

	json_object_object_add(row, "body_length", json_object_new_int64(request->body_length));
	if (is_utf8(request->body, length)) {
		json_object_object_add(row, "body", json_object_new_string_len(request->body, (int)length));
		return;
	}
	encoded = base64_encode(request->body, length);
	json_object_object_add(row, "body_base64", json_object_new_string(encoded));
	free(encoded);
}

void record_request(const struct request *request, unsigned status)
{
	struct json_object *row = json_object_new_object();
	struct json_object **place = &records[records_seen++ % RECORDS_MAX];

	json_object_object_add(row, "number", json_object_new_int64((int64_t)records_seen));
	json_object_object_add(row, "time_ms", json_object_new_int64(now_milliseconds()));
	json_object_object_add(row, "service", json_object_new_string(request->service->name));
	json_object_object_add(row, "method", json_object_new_string(request->method));
	json_object_object_add(row, "target", json_object_new_string(request->target));
	json_object_object_add(row, "headers", headers_json(&request->headers));
	add_body(row, request);
	json_object_object_add(row, "user", request->user ? json_object_new_string(request->user) : NULL);
	json_object_object_add(row, "status", json_object_new_int64(status));
	json_object_put(*place);
	*place = row;
}

static bool is_from(struct json_object *row, const char *service)
{
	struct json_object *name;

	return !service || (json_object_object_get_ex(row, "service", &name) && strcmp(json_object_get_string(name), service) == 0);
}

struct json_object *records_json(size_t count, const char *service)
{
	struct json_object *list = json_object_new_array();
	size_t oldest = records_seen > RECORDS_MAX ? records_seen - RECORDS_MAX : 0;
	size_t first = records_seen;

	while (first > oldest && count > 0)
		if (is_from(records[--first % RECORDS_MAX], service))
			count--;
	for (; first < records_seen; first++)
		if (is_from(records[first % RECORDS_MAX], service))
			json_object_array_add(list, json_object_get(records[first % RECORDS_MAX]));
	return list;
}

void records_reset(void)
{
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		json_object_put(records[i]);
		records[i] = NULL;
	}
	records_seen = 0;
}
