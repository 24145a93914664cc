/* SPDX-License-Identifier: BSD-3-Clause */
/* What is believed of fetch's reply: a success has a sound token with a sound life, and nothing printed holds a control byte. */
#include "tests/fuzz/config.h"
#include "tests/fuzz/frames.h"

#include "common/exchange_parts.h"
#include "common/text.h"

static void try_reply(const struct message *reply, const struct exchange *exchange)
{
	struct exchange_answer answer = { .status = 0 };
	bool visible = exchange->dialect->token_visible;

	if (exchange_reply(exchange, reply, &answer) == 0) {
		FUZZ_REQUIRE(answer.verdict == VERDICT_SUCCESS);
		FUZZ_REQUIRE(token_check(answer.access_token.bytes, answer.access_token.length, visible) == 0);
		FUZZ_REQUIRE(answer.refresh_token.bytes == NULL ||
			     token_check(answer.refresh_token.bytes, answer.refresh_token.length, visible) == 0);
		FUZZ_REQUIRE(answer.lifetime >= 1 && answer.lifetime <= VENDOR_LIFETIME_MAX);
	} else {
		FUZZ_REQUIRE(answer.access_token.bytes == NULL && answer.refresh_token.bytes == NULL);
	}
	FUZZ_REQUIRE(answer.refresh_lifetime >= 0 && answer.refresh_lifetime <= VENDOR_LIFETIME_MAX && answer.retry_after >= 0);
	FUZZ_REQUIRE(text_is_visible(answer.message, strlen(answer.message)));
	FUZZ_REQUIRE(text_is_visible(answer.subject, strlen(answer.subject)));
	FUZZ_REQUIRE(text_is_visible(answer.code, strlen(answer.code)) && text_is_visible(answer.rule, strlen(answer.rule)));
	exchange_answer_release(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct vendor vendor = { .name = "fuzz", .timeout = VENDOR_TIMEOUT_DEFAULT };
	static struct dialect dialect;
	static const struct exchange exchange = { .vendor = &vendor, .dialect = &dialect, .username = "alice" };
	struct message message;

	if (dialect.steps_count == 0)
		config_dialect(&dialect, "oauth2");
	if (size > FRAMES_BYTES_MAX - 64)
		return 0;
	if (frames_receive(data, size, MESSAGE_FETCH_REPLY, &message) == 0) {
		try_reply(&message, &exchange);
		message_release(&message);
	}
	if (frames_receive_body(data, size, MESSAGE_FETCH_REPLY, &message) == 0) {
		try_reply(&message, &exchange);
		message_release(&message);
	}
	return 0;
}
