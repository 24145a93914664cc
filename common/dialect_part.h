/* SPDX-License-Identifier: BSD-3-Clause */
/* The entries of a dialect that name something themselves: header.NAME, field.PATH, and variables.
 * A later one of the same name replaces the earlier. */
#ifndef APITOKEN_DIALECT_PART_H
#define APITOKEN_DIALECT_PART_H

#include "common/dialect.h"

/* The key begins with "header.". ERROR_CONFIGURATION with file:line, ERROR_MEMORY; likewise the
 * others. */
int dialect_header_set(struct dialect_step *step, const struct ini_entry *entry,
		       struct error *error);
/* The same in [use], where the value is no template. */
int dialect_use_header_set(struct dialect *dialect, const struct ini_entry *entry,
			   struct error *error);
/* The key begins with "field.". */
int dialect_field_set(struct dialect_step *step, const struct ini_entry *entry,
		      struct error *error);
/* The key begins with "endpoint."; the value is of paths. */
int dialect_endpoint_set(struct dialect_discovery *discovery, const struct ini_entry *entry,
			 struct error *error);
/* The key is the variable's name. */
int dialect_variable_set(struct dialect *dialect, const struct ini_entry *entry,
			 struct error *error);

#endif
