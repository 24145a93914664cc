/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_DOCKER_LIST_H
#define APITOKEN_DOCKER_LIST_H

#include "common/record.h"
#include "common/secret.h"
#include "common/vendor.h"
#include "git-credential/lookup.h"

/* The username that goes with the token; never "", which podman takes for "anonymous". */
const char *docker_list_username(const struct vendor_host *host, const struct record *record);

/*
 * Appends "host":"username" for every host whose token can be had, to an object that is begun.
 * Hosts whose login has ended are left out: "docker build" would ask for each one, fail, and drop
 * all other logins too.
 */
void docker_list_append(struct secret *answer, struct lookup *lookup);

#endif
