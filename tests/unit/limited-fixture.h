/* limited-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"

G_BEGIN_DECLS

/* A probe with a limit, and another service in the same context: what that has answered
 * tells that the probe has had its turn.
 */
typedef struct
{
  NorpcThread *thread; /* (owned) */
  Fixture      probe;
  Fixture      other;
} Limited;

void limited_set_up    (Limited       *fixture,
                        gconstpointer  max);
void limited_tear_down (Limited       *fixture,
                        gconstpointer  unused);
void let_pass          (Limited       *fixture);

#define TEST_LIMITED(path, max, func) \
  g_test_add (path, Limited, GUINT_TO_POINTER (max), limited_set_up, func, limited_tear_down)

G_END_DECLS
