/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int file = -1;

void log_open(const char *path)
{
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0)
		err(1, "cannot write %s", path);
}

/* Whole lines in one write each: connections run side by side. */
static void log_line(const char *line, size_t length)
{
	if (file >= 0 && write(file, line, length) != (ssize_t)length)
		err(1, "writing the log");
}

void log_event(size_t connection, const char *format, ...)
{
	char *text = NULL, *line = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length >= 0)
		length = asprintf(&line, "%zu %s\n", connection, text);
	if (length > 0)
		log_line(line, (size_t)length);
	free(text);
	free(line);
}

static void put_escaped(FILE *to, char byte)
{
	if (byte == '\r')
		fputs("\\r", to);
	else if (byte == '\n')
		fputs("\\n", to);
	else if (byte == '\\')
		fputs("\\\\", to);
	else if (byte < 0x20 || byte == 0x7f)
		fprintf(to, "\\x%02x", (unsigned char)byte);
	else
		putc(byte, to);
}

void log_bytes(size_t connection, const char *event, const char *bytes, size_t length)
{
	char *line = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&line, &size);

	if (!memory)
		err(1, "out of memory");
	fprintf(memory, "%zu %s %zu ", connection, event, length);
	for (size_t i = 0; i < length; i++)
		put_escaped(memory, bytes[i]);
	putc('\n', memory);
	fclose(memory);
	log_line(line, size);
	free(line);
}
