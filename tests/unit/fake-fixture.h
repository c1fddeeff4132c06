/* fake-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A fake of a store, and a proxy that calls it. */

#pragma once

#include "layer-fixture.h"
#include "store.h"

typedef struct
{
  NorpcFake       *fake;
  StoreStoreProxy *proxy;
} Faked;

#define TEST_FAKE(path, func) g_test_add (path, Faked, NULL, faked_set_up, func, faked_tear_down)

/* Asserts that @expression, which sets an error `wrong`, fails with a message. */
#define assert_wrong(expression, text) \
  G_STMT_START \
    { \
      GError *wrong = NULL; \
      gboolean succeeded = (gboolean) !!(expression); \
      g_assert_false (succeeded); \
      g_assert_error (wrong, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT); \
      g_assert_cmpstr (wrong->message, ==, text); \
      g_error_free (wrong); \
    } \
  G_STMT_END

void           faked_set_up     (Faked         *self,
                                 gconstpointer  unused);
void           faked_tear_down  (Faked         *self,
                                 gconstpointer  unused);
char          *get_sync         (Faked         *self,
                                 const char    *key,
                                 GError       **error);
char          *get_finish       (GObject       *object,
                                 GAsyncResult  *result,
                                 GError       **error);
void           assert_get       (Faked         *self,
                                 const char    *key,
                                 const char    *expected);
void           assert_get_fails (Faked         *self,
                                 const char    *key,
                                 GQuark         domain,
                                 int            code,
                                 const char    *message);
NorpcFakeRule *answer_get       (Faked         *self,
                                 const char    *value);
void           get_cb           (GObject       *object,
                                 GAsyncResult  *result,
                                 gpointer       user_data);
gboolean       put              (Faked        *self,
                                 const char   *key,
                                 guint         amount,
                                 const char   *tag,
                                 guint        *n_keys,
                                 GError      **error);
