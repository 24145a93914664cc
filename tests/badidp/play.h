/* SPDX-License-Identifier: BSD-3-Clause */
/* Plays a part of the script on one connection. */
#ifndef APITOKEN_TESTS_BADIDP_PLAY_H
#define APITOKEN_TESTS_BADIDP_PLAY_H

#include "script.h"
#include "transport.h"

/* Ends with the connection closed and its end logged. */
void play(const struct script *script, struct transport *transport);

#endif
