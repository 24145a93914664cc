/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * setcred and the session: the record that authenticate handed over goes into the keyring of the
 * person who logged in, and into nobody else's.
 */
#ifndef APITOKEN_PAM_SESSION_H
#define APITOKEN_PAM_SESSION_H

#include "pam_apitoken/context.h"

/*
 * Has the hand-off stored for PAM_USER, by whichever of setcred and open_session comes first; later
 * calls find none and do nothing. PAM_SUCCESS also where nothing was stored (no hand-off; it names
 * another user, as after sudo; the keyring is full), except that a failure with "store = required"
 * is the failure code given.
 */
int session_establish(const struct context *context, int failure);
/*
 * open_session: counts the session, then does what session_establish() does. PAM_SESSION_ERR only
 * for a token that could not be stored with "store = required".
 */
int session_open(const struct context *context);
/*
 * close_session: where it was the person's last, on_last_logout decides about the tokens. Always
 * PAM_SUCCESS.
 */
int session_close(const struct context *context);
/*
 * Drops a hand-off that nobody used. Stored records stay: other sessions of the person may use
 * them. Always PAM_SUCCESS.
 */
int session_discard(const struct context *context);

#endif
