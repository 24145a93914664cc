/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain keys of a dialect's sections; what is not in these tables has a name of its own in it:
 * header.NAME, field.PATH, variables. */
#ifndef APITOKEN_DIALECT_KEY_H
#define APITOKEN_DIALECT_KEY_H

#include "common/dialect.h"
#include "common/setting.h"

extern const struct setting dialect_settings[];        /* [dialect]: struct dialect */
extern const struct setting dialect_step_settings[];   /* [step NAME]: struct dialect_step */
extern const struct setting dialect_discovery_settings[]; /* [discovery]: struct dialect_discovery */
extern const struct setting dialect_answer_settings[]; /* [answer]: struct dialect_answer */
extern const struct setting dialect_rule_settings[];   /* [error NAME]: struct dialect_rule */
extern const struct setting dialect_use_settings[];    /* [use]: struct dialect */

#endif
