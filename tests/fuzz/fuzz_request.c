/* SPDX-License-Identifier: BSD-3-Clause */
/* What fetch receives: a frame, the request in it, and the ports that its steps name. */
#include "tests/fuzz/frames.h"

#include "common/fetch/chain.h"
#include "common/fetch/request.h"

enum { PORTS_MAX = 4 };

static void try_ports(const struct request *request)
{
	unsigned int ports[PORTS_MAX];
	struct error error;
	int count = chain_ports(request, ports, PORTS_MAX, &error);

	FUZZ_REQUIRE(count >= -1 && count <= PORTS_MAX);
	for (int i = 0; i < count; i++)
		FUZZ_REQUIRE(ports[i] >= 1 && ports[i] <= 65535);
}

static void try_request(const struct message *message)
{
	static struct request request; /* 50 kB */
	struct error error;

	if (request_parse(message, &request, &error) == 0) {
		FUZZ_REQUIRE(request.timeout_ms > 0 && request.timeout_ms <= VENDOR_TIMEOUT_MAX * 1000);
		FUZZ_REQUIRE(request.default_lifetime >= 0 && request.default_lifetime <= VENDOR_LIFETIME_MAX);
		try_ports(&request);
	} else {
		FUZZ_REQUIRE(error.code == ERROR_CONFIGURATION);
	}
	request_release(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message;

	if (size > FRAMES_BYTES_MAX - 64)
		return 0;
	if (frames_receive(data, size, MESSAGE_FETCH_REQUEST, &message) == 0) {
		try_request(&message);
		message_release(&message);
	}
	if (frames_receive_body(data, size, MESSAGE_FETCH_REQUEST, &message) == 0) {
		try_request(&message);
		message_release(&message);
	}
	return 0;
}
