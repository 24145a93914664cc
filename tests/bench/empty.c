/* SPDX-License-Identifier: BSD-3-Clause */
/* The measure of all: what it costs to start any dynamically linked C program. */
int main(void)
{
	return 0;
}
