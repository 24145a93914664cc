/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A token's life as vendors write it: "KIND REFERENCE", then a JSON document with the value at "v". A known life is 1 second to a
 * year, an absolute end is never behind the reference, and a moment is a time of this age.
 */
#include "tests/fuzz/fuzz.h"

#include "common/fetch/lifetime.h"
#include "common/text.h"
#include "common/vendor.h"

enum { LINE_MAX_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t kind, reference, seconds = 0, moment;
	struct document_value value;
	struct document *document;
	char line[LINE_MAX_BYTES], from[128] = "", *rest = line;
	const char *word;

	fuzz_line(&data, &size, line, sizeof(line));
	word = strsep(&rest, " ");
	if (number_parse(word, LIFETIME_AUTO, LIFETIME_RFC3339, &kind) < 0 || rest == NULL ||
	    number_parse(rest, 0, INT64_MAX, &reference) < 0)
		return 0;
	document = document_parse((const char *)data, size);
	if (lifetime_find(document, "v w[0]", (enum dialect_lifetime_kind)kind, reference, &seconds, from) == LIFETIME_KNOWN) {
		FUZZ_REQUIRE(seconds >= 1 && seconds <= VENDOR_LIFETIME_MAX);
		FUZZ_REQUIRE(strcmp(from, "v") == 0 || strcmp(from, "w[0]") == 0);
	}
	if (document_find(document, "v", &value) != DOCUMENT_MISSING) {
		moment = lifetime_moment(&value);
		FUZZ_REQUIRE(moment == 0 || (moment >= 1000000000 && moment <= 253402300799));
	}
	document_release(document);
	return 0;
}
