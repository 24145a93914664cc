/* SPDX-License-Identifier: BSD-3-Clause */
/* Landlock (landlock(7)): files read-only and only where libraries, names and certificates stand; TCP only to known ports. */
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fetch/sandbox.h"

/* linux/landlock.h of newer kernels; Debian 12's stops at version 2. */
enum {
	ACCESS_READ_FILE = 1 << 2,
	ACCESS_READ_DIR = 1 << 3,
	ACCESS_NET_CONNECT_TCP = 1 << 1,
	ACCESS_NET_BIND_TCP = 1 << 0,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
	RULE_PATH_BENEATH = 1,
	RULE_NET_PORT = 2,
	CREATE_RULESET_VERSION = 1,
};

struct ruleset_attributes {
	uint64_t files, network, scoped;
};

struct path_attributes {
	uint64_t access;
	int32_t parent;
} __attribute__((packed));

struct port_attributes {
	uint64_t access, port;
};

/* All rights on files that this version knows: what is not handled would stay allowed. */
static uint64_t known_rights(int version)
{
	if (version >= 5)
		return (1 << 16) - 1; /* IOCTL_DEV */
	if (version >= 3)
		return (1 << 15) - 1; /* TRUNCATE */
	return version == 2 ? (1 << 14) - 1 /* REFER */ : (1 << 13) - 1;
}

static size_t attributes_size(int version)
{
	if (version >= 6)
		return sizeof(struct ruleset_attributes);
	return version >= 4 ? offsetof(struct ruleset_attributes, scoped) : offsetof(struct ruleset_attributes, network);
}

static int create_ruleset(int version, const struct ruleset_attributes *attributes)
{
	return (int)syscall(SYS_landlock_create_ruleset, attributes, attributes_size(version), 0);
}

static int restrict_self(int ruleset)
{
	int result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);

	close(ruleset);
	return result;
}

/* A path that does not exist here needs no rule. */
static void allow_reading(int ruleset, const char *path, uint64_t access)
{
	struct path_attributes rule = { .access = access };

	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent);
}

/* The folder where a linked file really stands: resolv.conf is replaced there as a whole. */
static void allow_real_folder(int ruleset, const char *path)
{
	char real[PATH_MAX];
	char *slash;

	if (realpath(path, real) == NULL)
		return;
	slash = strrchr(real, '/');
	if (slash == NULL || slash == real) {
		allow_reading(ruleset, real, ACCESS_READ_FILE);
		return;
	}
	*slash = '\0';
	allow_reading(ruleset, real, ACCESS_READ_FILE | ACCESS_READ_DIR);
}

static void allow_files(int ruleset)
{
	static const char *const folders[] = { "/etc", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/run/systemd/resolve" };
	static const char *const linked[] = { "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hosts", "/etc/gai.conf", "/etc/ssl/openssl.cnf" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		allow_reading(ruleset, folders[i], ACCESS_READ_FILE | ACCESS_READ_DIR);
	for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++)
		allow_real_folder(ruleset, linked[i]);
#ifdef APITOKEN_SANITIZED
	allow_reading(ruleset, "/proc/self", ACCESS_READ_FILE | ACCESS_READ_DIR); /* AddressSanitizer reads its own map */
#endif
}

int landlock_enter(void)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset_attributes attributes = { .files = 0 };
	int ruleset;

	if (version < 1)
		return 0;
	attributes.files = known_rights(version);
	if (version >= 6)
		attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	ruleset = create_ruleset(version, &attributes);
	if (ruleset < 0)
		return 0;
	allow_files(ruleset);
	return restrict_self(ruleset) < 0 ? 0 : version;
}

int landlock_limit_ports(int version, const unsigned int ports[], size_t count)
{
	struct ruleset_attributes attributes = { .network = ACCESS_NET_CONNECT_TCP | ACCESS_NET_BIND_TCP };
	int ruleset;

	if (version < 4)
		return 0;
	ruleset = create_ruleset(version, &attributes);
	if (ruleset < 0)
		return -1;
	for (size_t i = 0; i <= count; i++) {
		struct port_attributes rule = { ACCESS_NET_CONNECT_TCP, i < count ? ports[i] : 53 }; /* names over TCP where an answer is long */

		syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0);
	}
	return restrict_self(ruleset);
}
