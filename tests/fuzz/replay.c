/* SPDX-License-Identifier: BSD-3-Clause */
/* replay FILE...: feeds each file to the harness this is linked with. A finding aborts, and the file was named before. */
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 64 * 1024 }; /* bytes */

int main(int count, char **files)
{
	for (int i = 1; i < count; i++) {
		/* Exactly as large as the input, so that a read behind it is seen. */
		uint8_t buffer[INPUT_MAX], *input;
		FILE *file = fopen(files[i], "rb");
		size_t size;

		fprintf(stderr, "%s\n", files[i]);
		if (file == NULL)
			return 1;
		size = fread(buffer, 1, sizeof(buffer), file);
		if (ferror(file) || fgetc(file) != EOF || fclose(file) != 0)
			return 1;
		input = malloc(size == 0 ? 1 : size);
		if (input == NULL)
			return 1;
		memcpy(input, buffer, size);
		LLVMFuzzerTestOneInput(input, size);
		free(input);
	}
	return count > 1 ? 0 : 2;
}
