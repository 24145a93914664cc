/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The small languages inside a dialect's values. Each X_fault() returns NULL for a well-formed
 * text, else what was expected, to be put into an error
 * ("... ; expected %s"). None takes the empty text.
 */
#ifndef APITOKEN_DIALECT_SYNTAX_H
#define APITOKEN_DIALECT_SYNTAX_H

#include <stdbool.h>

#include "common/dialect.h"
#include "common/setting.h"

/* Names of dialects, vendors, steps and rules: [a-z0-9][a-z0-9_-]{0,31}. */
bool dialect_name_valid(const char *name);
/* Names of variables: [a-z][a-z0-9_]*, up to DIALECT_VARIABLE_NAME_MAX - 1 bytes. */
bool dialect_variable_name_valid(const char *name);

/*
 * The next {name} of a template from *cursor on, which is moved behind it. Returns 1 with the name,
 * 0 at the end, -1 where a brace has no partner or stands around something that cannot be a name.
 */
int dialect_template_next(const char **cursor, char name[static DIALECT_VARIABLE_NAME_MAX]);

setting_fault dialect_template_fault;     /* text with {name} */
setting_fault dialect_url_template_fault; /* the same, beginning with https:// or with a variable;
					     visible ASCII */
setting_fault
	dialect_line_template_fault; /* the same in visible ASCII and spaces: a header's value */
setting_fault dialect_line_fault;    /* the same, no template */
setting_fault dialect_paths_fault;   /* "a.b[0].c d": alternatives apart by single spaces */
setting_fault dialect_field_fault;  /* the name of a field: visible ASCII, components apart by dots,
				       none empty */
setting_fault dialect_header_fault; /* the name of a header: token (RFC 9110 section 5.6.2), none
				       that belongs to the transport */
setting_fault dialect_token_fault;  /* token (RFC 9110 section 5.6.2) */
setting_fault dialect_statuses_fault;    /* "200 201 400-499" */
setting_fault dialect_media_types_fault; /* "application/json text/json" */
setting_fault dialect_media_type_fault;  /* one, with parameters or not */
setting_fault dialect_hosts_fault;       /* "login.example.com id.example.com:8443": canonical */
setting_fault dialect_name_fault;        /* one name */
setting_fault dialect_names_fault;       /* names apart by spaces */
setting_fault dialect_words_fault;       /* visible words apart by spaces */
setting_fault dialect_text_fault;        /* anything without control characters */

#endif
