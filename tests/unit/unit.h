/* SPDX-License-Identifier: BSD-3-Clause */
/* cmocka with its required includes, and tests named by sentences that begin with the threat rows they prove. */
#ifndef APITOKEN_TESTS_UNIT_H
#define APITOKEN_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNIT_TEST(sentence, function) { sentence, function, NULL, NULL, NULL }
#define UNIT_TEST_SETUP(sentence, function, setup, teardown) { sentence, function, setup, teardown, NULL }

#endif
