/* language-caller.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "language-caller.h"

#include "language-services.h"

/**
 * test_caller_new_service:
 *
 * Makes a service in C.
 *
 * Returns: (transfer full): a service
 */
TestLanguage *
test_caller_new_service (void)
{
  return TEST_LANGUAGE (g_object_new (language_plain_get_type (), NULL));
}
