/* SPDX-License-Identifier: BSD-3-Clause */
/* twouid: one user against another. Becomes USER wholly (groups and all four ids) and acts in that user's keyrings.
 *
 * twouid USER run COMMAND [ARGUMENT]...    runs a command in a session keyring of its own, with a login's environment
 * twouid USER inherit COMMAND ...          the same, but in the session keyring of the caller, as su without pam_keyinit does
 * twouid USER keys                         what is in the user's own keyring @u, one key a line:
 *                                          SERIAL TYPE OWNER PERMISSION TIMEOUT DESCRIPTION   (TIMEOUT as /proc/keys shows it)
 * twouid USER attack SERIAL                tries everything on a key of somebody else, prints each deed that was not refused
 * twouid USER plant RING DESCRIPTION [private]   adds a key of type user with the payload from stdin to a keyring (@s, @u or a serial),
 *                                          open to all, or with the permission that our own records have; prints its serial
 * Started by USER already, it stays what it is. */
#include <errno.h>
#include <grp.h>
#include <keyutils.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYS_MAX 256
#define PAYLOAD_MAX 32767
#define LINE_MAX_BYTES 1024
#define ALL_PERMISSIONS 0x3f3f3f3f
#define RECORD_PERMISSION 0x003f0000

static void stop(const char *what)
{
	fprintf(stderr, "twouid: %s: %s\n", what, strerror(errno));
	exit(71);
}

static void become(const struct passwd *user)
{
	if (getuid() == user->pw_uid && geteuid() == user->pw_uid)
		return;
	if (initgroups(user->pw_name, user->pw_gid) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		stop(user->pw_name);
}

static int run(const struct passwd *user, bool own_session, char **command)
{
	if (own_session && keyctl_join_session_keyring(NULL) < 0)
		stop("cannot make a session keyring");
	if (setenv("HOME", user->pw_dir, 1) || setenv("USER", user->pw_name, 1) || setenv("LOGNAME", user->pw_name, 1) ||
	    setenv("SHELL", user->pw_shell, 1) || chdir(user->pw_dir))
		stop(user->pw_dir);
	execvp(command[0], command);
	stop(command[0]);
	return 71;
}

/* /proc/keys: "serial(hex) flags usage timeout permission uid gid type description". It lists what the reader may view. */
static void timeout_of(key_serial_t key, char timeout[static 16])
{
	char line[LINE_MAX_BYTES];
	FILE *keys = fopen("/proc/keys", "re");

	if (!keys)
		stop("/proc/keys");
	memcpy(timeout, "?", 2);
	while (fgets(line, sizeof(line), keys)) {
		char *rest = NULL, *word = strtok_r(line, " ", &rest);

		if (!word || strtoul(word, NULL, 16) != (unsigned long)key)
			continue;
		strtok_r(NULL, " ", &rest);
		strtok_r(NULL, " ", &rest);
		word = strtok_r(NULL, " ", &rest);
		if (word)
			snprintf(timeout, 16, "%s", word);
	}
	fclose(keys);
}

static void key_print(key_serial_t key)
{
	char *text = NULL, timeout[16];
	char *type, *owner, *group, *permission, *description;

	if (keyctl_describe_alloc(key, &text) < 0) {
		printf("%d ? ? ? ? (%s)\n", key, strerror(errno));
		return;
	}
	description = text;
	type = strsep(&description, ";");
	owner = strsep(&description, ";");
	group = strsep(&description, ";");
	permission = strsep(&description, ";");
	timeout_of(key, timeout);
	printf("%d %s %s 0x%s %s %s\n", key, type, owner, permission, timeout, description);
	(void)group;
	free(text);
}

static int keys(void)
{
	key_serial_t list[KEYS_MAX];
	long bytes = keyctl_read(KEY_SPEC_USER_KEYRING, (char *)list, sizeof(list));
	size_t i;

	if (bytes < 0)
		stop("cannot list @u");
	for (i = 0; i < (size_t)bytes / sizeof(list[0]); i++)
		key_print(list[i]);
	return 0;
}

static void deed(const char *name, long result)
{
	if (result >= 0)
		puts(name);
}

static int attack(key_serial_t key)
{
	char payload[PAYLOAD_MAX];
	char *text = NULL;

	deed("view", keyctl_describe_alloc(key, &text));
	deed("read", keyctl_read(key, payload, sizeof(payload)));
	deed("update", keyctl_update(key, "EVIL", 4));
	deed("link", keyctl_link(key, KEY_SPEC_PROCESS_KEYRING));
	deed("setperm", keyctl_setperm(key, ALL_PERMISSIONS));
	deed("chown", keyctl_chown(key, getuid(), (gid_t)-1));
	deed("timeout", keyctl_set_timeout(key, 1));
	deed("revoke", keyctl_revoke(key));
	deed("invalidate", keyctl_invalidate(key));
	free(text);
	return 0;
}

static key_serial_t serial_parse(const char *text)
{
	char *end = NULL;
	long serial = strtol(text, &end, 10);

	if (serial <= 0 || serial > INT32_MAX || *end) {
		fprintf(stderr, "twouid: \"%s\" is no key serial\n", text);
		exit(2);
	}
	return (key_serial_t)serial;
}

static key_serial_t ring_parse(const char *text)
{
	if (strcmp(text, "@s") == 0)
		return KEY_SPEC_SESSION_KEYRING;
	return strcmp(text, "@u") == 0 ? KEY_SPEC_USER_KEYRING : serial_parse(text);
}

static int plant(const char *ring, const char *description, key_perm_t permission)
{
	static char payload[PAYLOAD_MAX];
	size_t length = fread(payload, 1, sizeof(payload), stdin);
	/* In the thread keyring first: there it is possessed, and its permission may be set. */
	key_serial_t key = add_key("user", description, payload, length, KEY_SPEC_THREAD_KEYRING);

	if (key < 0 || keyctl_setperm(key, permission) < 0 || keyctl_link(key, ring_parse(ring)) < 0)
		stop("cannot plant the key");
	printf("%d\n", key);
	return 0;
}

int main(int argc, char **argv)
{
	const struct passwd *user = argc > 2 ? getpwnam(argv[1]) : NULL;

	if (argc < 3 || !user) {
		fputs("usage: twouid USER run|inherit|keys|attack|plant [ARGUMENT]...\n", stderr);
		return 2;
	}
	become(user);
	if (argc > 3 && strcmp(argv[2], "run") == 0)
		return run(user, true, argv + 3);
	if (argc > 3 && strcmp(argv[2], "inherit") == 0)
		return run(user, false, argv + 3);
	if (argc == 3 && strcmp(argv[2], "keys") == 0)
		return keys();
	if (argc == 4 && strcmp(argv[2], "attack") == 0)
		return attack(serial_parse(argv[3]));
	if (argc == 5 && strcmp(argv[2], "plant") == 0)
		return plant(argv[3], argv[4], ALL_PERMISSIONS);
	if (argc == 6 && strcmp(argv[2], "plant") == 0 && strcmp(argv[5], "private") == 0)
		return plant(argv[3], argv[4], RECORD_PERMISSION);
	fprintf(stderr, "twouid: cannot %s with these arguments\n", argv[2]);
	return 2;
}
