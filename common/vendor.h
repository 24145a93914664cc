/* SPDX-License-Identifier: BSD-3-Clause */
/* One vendor's file, vendors.d/NAME.conf: apitoken.conf(5). */
#ifndef APITOKEN_VENDOR_H
#define APITOKEN_VENDOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dialect.h"
#include "common/error.h"
#include "common/host.h"
#include "common/secret.h"
#include "common/trusted.h"

enum {
	VENDOR_NAME_MAX = 33,       /* bytes with NUL: [a-z0-9][a-z0-9_-]* */
	VENDOR_HOSTS_MAX = 4096,    /* hosts of one vendor */
	VENDOR_COUNT_MAX = 1024,    /* vendors of one machine */
	VENDOR_TIMEOUT_DEFAULT = 10, VENDOR_TIMEOUT_MIN = 1, VENDOR_TIMEOUT_MAX = 60, /* seconds */
	VENDOR_LIFETIME_MAX = 31536000, /* seconds, of default_lifetime and of any lifetime a vendor may tell */
	VENDOR_MINIMUM_LIFE_DEFAULT = 300, VENDOR_MINIMUM_LIFE_MAX = 86400, /* seconds; BuildKit keeps a token for 290 */
	CA_FILE_MAX = 1024 * 1024,  /* bytes */
	VENDOR_FOLDERS_MAX = 3,     /* folders of vendor files */
	VENDOR_OTP_DIGITS_MIN = 4, VENDOR_OTP_DIGITS_MAX = 10,
	ACCOUNT_MAX = 256,          /* bytes with NUL of a vendor username */
	VENDOR_PLACE_MAX = 1024,     /* bytes with NUL of a folder; each page of them costs a cached get a fault */
};

enum git_auth { GIT_AUTH_AUTO, GIT_AUTH_BEARER, GIT_AUTH_BASIC };
enum vendor_refresh { VENDOR_REFRESH_AUTO, VENDOR_REFRESH_NONE, VENDOR_REFRESH_TRY };

struct vendor_host {
	char *host;            /* host_canonical() */
	int line;              /* in the vendor's file */
	enum git_auth git_auth;
	char *git_username;    /* NULL: the vendor login */
	char *docker_username; /* NULL: the vendor login */
};

struct vendor {
	char name[VENDOR_NAME_MAX];
	char *path;                       /* its file */
	char dialect[DIALECT_NAME_MAX];
	int dialect_line;                 /* in that file */
	char *token_url, *base_url, *issuer, *client_id, *client_secret_file, *scope; /* NULL: not set */
	char *password_suffix_file;       /* what is put behind the password; NULL: nothing */
	char *username;                   /* template with %u, default "%u" */
	char *ca_file, *proxy, *connect_to;
	int timeout;                      /* seconds */
	bool revoke_on_logout;            /* a logout tells the vendor, by the dialect's step revoke */
	bool revoke_displaced;            /* so does a login that replaces another: revoke.h */
	bool askpass;                     /* git's helper may ask for the password through an askpass program */
	bool keep_password;               /* the password is kept until logout, for when there is no refresh token */
	int64_t otp_digits;               /* so many digits behind the password are the one-time code; 0: none */
	enum vendor_refresh refresh;
	bool refresh_retry;               /* a refresh token whose answer was lost is sent once more */
	int64_t default_lifetime;         /* seconds, 0: the dialect's */
	int64_t minimum_life;             /* seconds that a token shall still live when it is handed out: record_state_for() */
	int64_t git_minimum_life, docker_minimum_life; /* the same for these tools; 0: minimum_life */
	struct vendor_host *hosts;        /* in the file's order */
	size_t hosts_count;
	struct dialect_entry *overrides;  /* for its dialect, unjudged until vendor_dialect(); what [vendor] says about it is among them. key NULL: a section's header */
	size_t overrides_count;
};

/* Where vendor files and dialects are looked for. Strings belong to the caller. Built by vendor_places_*(). */
struct vendor_places {
	char vendor_folders[VENDOR_FOLDERS_MAX][VENDOR_PLACE_MAX];  /* first wins for a name; "" ends */
	char dialect_folders[5][VENDOR_PLACE_MAX]; /* first wins for a name; "" ends */
	char libexec[VENDOR_PLACE_MAX];            /* folder of fetch and stash */
};

/*
 * Paths are absolute and without control characters, else ERROR_CONFIGURATION.
 *
 * For the module: configuration folder and libexec folder as given (NULL: /etc/apitoken and the compiled-in one); dialects from CONFIG/dialects,
 * LIBEXEC/dialects (a build folder) and LIBEXEC/../../share/apitoken/dialects.
 */
int vendor_places_for_module(struct vendor_places *places, const char *configuration, const char *libexec, struct error *error);
/*
 * For a user's programs: APITOKEN_CONFIG=DIR alone, or ~/.config/apitoken (XDG_CONFIG_HOME is not read; HOME must be absolute and belong to the user, else it is left out) before /etc/apitoken; fetch beside the
 * program (/proc/self/exe) or in ../libexec/apitoken. Dialects from the same configuration folders (dialects/), then as for the module.
 */
int vendor_places_for_user(struct vendor_places *places, struct error *error);

/* The name rule: [a-z0-9][a-z0-9_-]{0,31}. */
bool vendor_name_valid(const char *name);
/* Reads NAME.conf from the first folder that has it. ERROR_CONFIGURATION; error->errnum ENOENT where no folder has it. The caller releases. */
int vendor_load(struct vendor *vendor, const char *name, const struct vendor_places *places, struct error *error);
/*
 * The same for whoever loads many: each folder is opened and judged once, when it is first needed. places must live as long. Not for keeping.
 * After vendor_folders_init(), also vendor_folders_close() is due.
 */
struct vendor_folders {
	const struct vendor_places *places;
	struct trusted_folder items[VENDOR_FOLDERS_MAX];
	enum { FOLDER_UNTRIED, FOLDER_OPEN, FOLDER_MISSING, FOLDER_REFUSED } states[VENDOR_FOLDERS_MAX];
};
void vendor_folders_init(struct vendor_folders *folders, const struct vendor_places *places);
void vendor_folders_close(struct vendor_folders *folders);
int vendor_load_from(struct vendor *vendor, const char *name, struct vendor_folders *folders, struct error *error);
void vendor_release(struct vendor *vendor);
/* Loads its dialect, applies the overrides, checks the whole, and checks that what the dialect requires is set. The caller releases *dialect. */
int vendor_dialect(const struct vendor *vendor, const struct vendor_places *places, struct dialect *dialect, struct error *error);
/* Whether it can be told that a login is over: the dialect has a [step revoke], and what its URL is made of is set or can be discovered. */
bool vendor_revokes(const struct vendor *vendor, const struct dialect *dialect);
/* True where this process may not read client_secret_file: then only a login through PAM gets and renews tokens. */
bool vendor_secret_hidden(const struct vendor *vendor);
/* Its entry for a canonical host; NULL where the host is not this vendor's. Exact comparison. */
const struct vendor_host *vendor_host_find(const struct vendor *vendor, const char *canonical_host);
/* The vendor username for a local login name: the template with %u (and %% for a percent). 0, or -1: ERROR_CONFIGURATION (too long), ERROR_POLICY (a control character in login). */
int vendor_username(const struct vendor *vendor, const char *login, char out[static ACCOUNT_MAX], struct error *error);
/* Names of all vendors, each once, sorted. *names is one block: free() it. ERROR_CONFIGURATION where a folder cannot be read (a missing folder is no error). */
int vendor_list(const struct vendor_places *places, char (**names)[VENDOR_NAME_MAX], size_t *count, struct error *error);
/* The same, but only those that are wanted: 200 names need no order where one counts. May be asked twice about a name that two folders have. */
typedef bool vendor_wanted(const void *context, const char *name);
int vendor_list_wanted(const struct vendor_places *places, vendor_wanted *wanted, const void *context, char (**names)[VENDOR_NAME_MAX], size_t *count,
		       struct error *error);
/* A problem where two vendors claim one host: ERROR_CONFIGURATION with both file:line. Reads all vendor files. */
int vendor_hosts_unique(const struct vendor_places *places, struct error *error);

#endif
