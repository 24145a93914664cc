/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/sha256.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, ROUNDS = 64 };

/* FIPS 180-4 section 4.2.2. */
static const uint32_t constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t word, unsigned int bits)
{
	return (word >> bits) | (word << (32 - bits));
}

static uint32_t load_word(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       (uint32_t)bytes[3];
}

/* Section 6.2.2 step 1: the message schedule. */
static void expand_block(const unsigned char *block, uint32_t schedule[ROUNDS])
{
	for (size_t i = 0; i < 16; i++)
		schedule[i] = load_word(block + 4 * i);
	for (size_t i = 16; i < ROUNDS; i++) {
		const uint32_t a = schedule[i - 15], b = schedule[i - 2];
		const uint32_t small0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ (a >> 3);
		const uint32_t small1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ (b >> 10);

		schedule[i] = small1 + schedule[i - 7] + small0 + schedule[i - 16];
	}
}

/* Section 6.2.2 steps 2 to 4. Eight words by name, not an array: each cached get hashes a record. */
static void add_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t schedule[ROUNDS];

	expand_block(block, schedule);
	for (size_t i = 0; i < ROUNDS; i++) {
		const uint32_t big1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
		const uint32_t choose = (e & f) ^ (~e & g);
		const uint32_t first = h + big1 + choose + constants[i] + schedule[i];
		const uint32_t big0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
		const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);

		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + big0 + majority;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
	/* The schedule holds what was hashed, and records hold tokens. */
	explicit_bzero(schedule, sizeof schedule);
}

void sha256(const void *bytes, size_t length, unsigned char digest[static SHA256_BYTES])
{
	uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	const unsigned char *next = bytes;
	unsigned char tail[2 * BLOCK_BYTES] = { 0 };
	const size_t rest = length % BLOCK_BYTES;
	const size_t tail_bytes = rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : sizeof tail;
	const uint64_t bits = (uint64_t)length * 8;

	for (size_t i = 0; i < length / BLOCK_BYTES; i++)
		add_block(state, next + i * BLOCK_BYTES);
	if (rest > 0)
		memcpy(tail, next + length - rest, rest);
	tail[rest] = 0x80;
	for (size_t i = 0; i < LENGTH_BYTES; i++)
		tail[tail_bytes - 1 - i] = (unsigned char)(bits >> (8 * i));
	for (size_t i = 0; i < tail_bytes; i += BLOCK_BYTES)
		add_block(state, tail + i);
	explicit_bzero(tail, sizeof tail);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_hex(const void *bytes, size_t length, char *out, size_t digits)
{
	static const char hexadecimal[] = "0123456789abcdef";
	unsigned char digest[SHA256_BYTES];
	size_t i = 0;

	sha256(bytes, length, digest);
	for (; i < digits / 2 && i < SHA256_BYTES; i++) {
		out[2 * i] = hexadecimal[digest[i] >> 4];
		out[2 * i + 1] = hexadecimal[digest[i] & 15];
	}
	out[2 * i] = '\0';
}
