/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoints.h"

void registry_handle(struct request *request, struct answer *answer)
{
	whoami_handle(request, answer);
}
