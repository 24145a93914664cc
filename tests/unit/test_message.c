/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/message.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum { SOON_MS = 200, LATE_MS = 10000, FRAME_MAX = 512 };

struct pair {
	int ours, theirs;
};

static int setup(void **state)
{
	static struct pair pair;
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return -1;
	pair.ours = sockets[0];
	pair.theirs = sockets[1];
	*state = &pair;
	return 0;
}

static int teardown(void **state)
{
	const struct pair *pair = *state;

	close(pair->ours);
	if (pair->theirs >= 0)
		close(pair->theirs);
	return 0;
}

static int64_t in_ms(int64_t ms)
{
	return clock_monotonic_ms() + ms;
}

static void make_request(struct message *request, size_t maximum)
{
	struct error error;

	assert_int_equal(message_init_request(request, MESSAGE_FETCH_REQUEST, maximum, &error), 0);
}

/* The bytes of a frame with two fields, as message_send() writes them. */
static size_t make_frame(const struct pair *pair, unsigned char frame[FRAME_MAX],
			 unsigned char nonce[MESSAGE_NONCE_BYTES])
{
	struct message request;
	struct error error;
	size_t length = 0;
	ssize_t got;

	make_request(&request, 400);
	message_put_text(&request, "operation", "login");
	message_put(&request, "password", "s\0e", 3);
	memcpy(nonce, request.nonce, MESSAGE_NONCE_BYTES);
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), 0);
	message_release(&request);
	while ((got = recv(pair->theirs, frame + length, FRAME_MAX - length, 0)) > 0)
		length += (size_t)got;
	assert_int_equal(got, 0);
	return length;
}

static void test_request_comes_over_whole(void **state)
{
	const struct pair *pair = *state;
	struct message request, got;
	struct message_field field;
	struct error error;
	size_t cursor = 0;
	char text[16];
	int64_t number;

	make_request(&request, 1000);
	message_put_text(&request, "operation", "refresh");
	message_put_text(&request, "absent", NULL);
	message_put_number(&request, "timeout_ms", 10000);
	message_put(&request, "entry", "a\0b", 3);
	message_put(&request, "entry", "", 0);
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), 0);
	assert_int_equal(message_receive(pair->theirs, MESSAGE_FETCH_REQUEST, 1000, request.nonce,
					 in_ms(LATE_MS), &got, &error), 0);
	assert_memory_equal(got.nonce, request.nonce, MESSAGE_NONCE_BYTES);
	assert_int_equal(message_text(&got, "operation", text, sizeof text), 0);
	assert_string_equal(text, "refresh");
	assert_int_equal(message_text(&got, "operation", text, 7), -1);
	assert_int_equal(message_text(&got, "entry", text, sizeof text), -1);
	assert_int_equal(message_text(&got, "absent", text, sizeof text), -1);
	assert_int_equal(message_number(&got, "timeout_ms", 1, 10000, &number), 0);
	assert_int_equal(number, 10000);
	assert_int_equal(message_number(&got, "timeout_ms", 1, 9999, &number), -1);
	assert_int_equal(message_number(&got, "operation", 0, 9999, &number), -1);
	for (int i = 0; i < 2; i++)
		assert_true(message_next(&got, &cursor, &field));
	assert_true(message_next(&got, &cursor, &field));
	assert_int_equal(field.length, 3);
	assert_true(message_next(&got, &cursor, &field));
	assert_int_equal(field.length, 0);
	assert_false(message_next(&got, &cursor, &field));
	message_release(&got);
	message_release(&request);
}

static void test_two_nonces_differ(void **state)
{
	struct message a, b, reply;
	struct error error;

	(void)state;
	make_request(&a, 10);
	make_request(&b, 10);
	assert_memory_not_equal(a.nonce, b.nonce, MESSAGE_NONCE_BYTES);
	assert_int_equal(message_init_reply(&reply, MESSAGE_FETCH_REPLY, &a, 10, &error), 0);
	assert_memory_equal(reply.nonce, a.nonce, MESSAGE_NONCE_BYTES);
	message_release(&a);
	message_release(&b);
	message_release(&reply);
}

static void test_put_too_much(void **state)
{
	const struct pair *pair = *state;
	struct message request;
	struct error error;
	char name[MESSAGE_NAME_MAX + 2];

	make_request(&request, 20);
	message_put_text(&request, "name", "0123456789ab");
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), -1);
	assert_int_equal(error.code, ERROR_SYSTEM);
	message_release(&request);
	make_request(&request, 1000);
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	message_put_text(&request, name, "");
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), -1);
	message_release(&request);
	make_request(&request, 1000);
	message_put_text(&request, "", "value");
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), -1);
	message_release(&request);
}

/* Sends bytes and ends; what the receiver says to them. */
static int receive_bytes(const struct pair *pair, const void *bytes, size_t length,
			 const unsigned char *nonce, struct message *message, struct error *error)
{
	assert_int_equal(send(pair->ours, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
	assert_int_equal(shutdown(pair->ours, SHUT_WR), 0);
	return message_receive(pair->theirs, MESSAGE_FETCH_REQUEST, 400, nonce, in_ms(LATE_MS),
			       message, error);
}

static void assert_refused(const void *bytes, size_t length, const unsigned char *nonce)
{
	struct message message;
	struct error error = { 0 };
	void *state;
	struct pair *pair;

	assert_int_equal(setup(&state), 0);
	pair = state;
	assert_int_equal(receive_bytes(pair, bytes, length, nonce, &message, &error), -1);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	assert_null(message.body.bytes);
	assert_int_not_equal(error.text[0], '\0');
	teardown(&state);
}

static void test_frames_cut_at_every_offset(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);
	struct message message;
	struct error error;
	void *fresh;

	assert_true(length > 28);
	for (size_t cut = 0; cut < length; cut++)
		assert_refused(frame, cut, nonce);
	assert_int_equal(setup(&fresh), 0);
	assert_int_equal(receive_bytes(fresh, frame, length, nonce, &message, &error), 0);
	message_release(&message);
	teardown(&fresh);
}

static void test_every_wrong_header_byte(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);

	for (size_t i = 0; i < 28; i++) {
		frame[i] ^= 0x40;
		assert_refused(frame, length, nonce);
		frame[i] ^= 0x40;
	}
}

static void test_length_lies(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);
	const unsigned int name_length = frame[28], rest = (unsigned int)length - 28 - 19;

	/* Longer by exactly the second field, the first would swallow it: that is no lie. */
	for (unsigned int wrong = 0; wrong < 256; wrong++) {
		frame[28] = (unsigned char)wrong;
		if (wrong != name_length && wrong != name_length + rest)
			assert_refused(frame, length, nonce);
	}
	frame[28] = (unsigned char)name_length;
	for (unsigned int wrong = 0; wrong < 256; wrong++) {
		for (size_t i = 29; i < 33; i++) {
			const unsigned char right = frame[i];

			frame[i] = (unsigned char)wrong;
			if (wrong != right && !(i == 32 && wrong == right + rest))
				assert_refused(frame, length, nonce);
			frame[i] = right;
		}
	}
	assert_int_equal(length + 1 <= sizeof frame, 1);
	frame[length] = 0;
	assert_refused(frame, length + 1, nonce);
	frame[26] = 0x7f; /* body length far above the 400 allowed */
	assert_refused(frame, length, nonce);
}

static void test_oversize_is_refused_before_it_is_read(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);
	struct message message;
	struct error error;
	void *fresh;
	struct pair *pair;

	assert_int_equal(setup(&fresh), 0);
	pair = fresh;
	assert_int_equal(send(pair->ours, frame, length, 0), (ssize_t)length);
	assert_int_equal(message_receive(pair->theirs, MESSAGE_FETCH_REQUEST, length - 29, nonce,
					 in_ms(LATE_MS), &message, &error), -1);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(error.text, "larger"));
	teardown(&fresh);
}

static void test_another_nonce(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);
	struct message message;
	struct error error;
	void *fresh;

	nonce[15] ^= 1;
	assert_refused(frame, length, nonce);
	assert_int_equal(setup(&fresh), 0);
	assert_int_equal(receive_bytes(fresh, frame, length, NULL, &message, &error), 0);
	message_release(&message);
	teardown(&fresh);
}

struct slow_writer {
	int socket;
	const unsigned char *bytes;
	size_t length;
};

static void *write_slowly(void *argument)
{
	const struct slow_writer *writer = argument;

	for (size_t i = 0; i < writer->length; i++) {
		if (send(writer->socket, writer->bytes + i, 1, MSG_NOSIGNAL) != 1)
			break;
		usleep(200);
	}
	shutdown(writer->socket, SHUT_WR);
	return NULL;
}

static void ignore_alarm(int signal_number)
{
	(void)signal_number;
}

static void start_storm(struct sigaction *before)
{
	const struct sigaction action = { .sa_handler = ignore_alarm };
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };

	assert_int_equal(sigaction(SIGALRM, &action, before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void stop_storm(const struct sigaction *before)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, before, NULL);
}

static void test_byte_at_a_time_under_signals(void **state)
{
	unsigned char frame[FRAME_MAX], nonce[MESSAGE_NONCE_BYTES];
	const size_t length = make_frame(*state, frame, nonce);
	struct slow_writer writer = { -1, frame, length };
	struct message message;
	struct error error;
	struct sigaction before;
	pthread_t thread;
	void *fresh;

	assert_int_equal(setup(&fresh), 0);
	writer.socket = ((struct pair *)fresh)->ours;
	start_storm(&before);
	assert_int_equal(pthread_create(&thread, NULL, write_slowly, &writer), 0);
	assert_int_equal(message_receive(((struct pair *)fresh)->theirs, MESSAGE_FETCH_REQUEST, 400,
					 nonce, in_ms(LATE_MS), &message, &error), 0);
	pthread_join(thread, NULL);
	stop_storm(&before);
	message_release(&message);
	teardown(&fresh);
}

static void test_silence_ends_at_the_deadline(void **state)
{
	const struct pair *pair = *state;
	struct message message;
	struct error error;
	struct sigaction before;
	const int64_t begin = clock_monotonic_ms();

	start_storm(&before);
	assert_int_equal(message_receive(pair->theirs, MESSAGE_FETCH_REQUEST, 400, NULL,
					 in_ms(SOON_MS), &message, &error), -1);
	stop_storm(&before);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - begin, SOON_MS, LATE_MS);
}

static void test_reader_that_does_not_read(void **state)
{
	const struct pair *pair = *state;
	struct message request;
	struct error error;
	char *block = calloc(1, MESSAGE_REQUEST_MAX);

	assert_non_null(block);
	make_request(&request, MESSAGE_REQUEST_MAX);
	message_put(&request, "trust", block, MESSAGE_REQUEST_MAX - 10);
	assert_int_equal(message_send(pair->ours, &request, in_ms(SOON_MS), &error), -1);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	message_release(&request);
	free(block);
}

static void test_peer_gone_raises_no_signal(void **state)
{
	struct pair *pair = *state;
	struct message request;
	struct error error;

	close(pair->theirs);
	pair->theirs = -1;
	make_request(&request, 100);
	message_put_text(&request, "operation", "login");
	assert_int_equal(message_send(pair->ours, &request, in_ms(LATE_MS), &error), -1);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	message_release(&request);
}

int main(void)
{
#define WITH_PAIR(sentence, function) UNIT_TEST_SETUP(sentence, function, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_PAIR("HLP-05 a request comes over whole", test_request_comes_over_whole),
		UNIT_TEST("two requests have two nonces, a reply has its request's",
			  test_two_nonces_differ),
		WITH_PAIR("HLP-05 a message that does not fit is not sent", test_put_too_much),
		WITH_PAIR("HLP-05 a frame cut at any offset is no answer",
			  test_frames_cut_at_every_offset),
		WITH_PAIR("HLP-05 any wrong byte of a header is refused", test_every_wrong_header_byte),
		WITH_PAIR("HLP-05 lengths that lie are refused", test_length_lies),
		WITH_PAIR("HLP-05 an oversized message is refused before it is read",
			  test_oversize_is_refused_before_it_is_read),
		WITH_PAIR("an answer to another request is refused", test_another_nonce),
		WITH_PAIR("HLP-05 a frame that comes byte by byte in a storm of signals is read",
			  test_byte_at_a_time_under_signals),
		WITH_PAIR("silence ends at the deadline, also in a storm of signals",
			  test_silence_ends_at_the_deadline),
		WITH_PAIR("a reader that does not read ends at the deadline",
			  test_reader_that_does_not_read),
		WITH_PAIR("a reader that is gone raises no SIGPIPE",
			  test_peer_gone_raises_no_signal),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
