/* inspector-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A probe with an inspector, and functions that look into the lists of one. */

#pragma once

#include "fixture.h"
#include "store.h"

typedef struct
{
  Fixture         base;
  NorpcInspector *inspector;
} Inspected;

#define TEST_INSPECTED(path, func) \
  g_test_add (path, Inspected, NULL, inspected_set_up, func, inspected_tear_down)

void inspected_set_up    (Inspected     *self,
                          gconstpointer  capacity);
void inspected_tear_down (Inspected     *self,
                          gconstpointer  unused);

NorpcServer *serve_store     (gpointer     gate);
char        *get_text        (GVariant    *list,
                              guint        index,
                              const char  *key);
void         assert_text     (GVariant    *list,
                              guint        index,
                              const char  *key,
                              const char  *expected);
guint64      get_number      (GVariant    *list,
                              guint        index,
                              const char  *key);
guint        find_entry      (GVariant    *list,
                              const char  *key,
                              const char  *text);
