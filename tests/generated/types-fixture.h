/* types-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-types.h"

G_BEGIN_DECLS

typedef struct
{
  GType service_type;
  gboolean direct;
  gboolean async;
} Way;

typedef struct
{
  const Way *way;
  NorpcServer *server;       /* (owned) (nullable) */
  TestTypesProxy *proxy;     /* (owned) */
  GAsyncResult *result;      /* (owned) (nullable): of the call under way */
} Fixture;

void          fixture_set_up          (Fixture       *f,
                                       gconstpointer  data);
void          fixture_tear_down       (Fixture       *f,
                                       gconstpointer  data);
void          fixture_result_cb       (GObject       *source_object,
                                       GAsyncResult  *result,
                                       gpointer       user_data);
GAsyncResult *fixture_wait_for_result (Fixture       *f);

/* Sets RESULT_VARIABLE to the outcome of a call of METHOD with the arguments IN.
 * It fills in OUT. Both are in parentheses, each argument followed by a comma. */
#define ARGS(...) __VA_ARGS__
#define CALL(result_variable, f, METHOD, IN, OUT, error)                                  \
  G_STMT_START {                                                                          \
    if ((f)->way->async)                                                                  \
      {                                                                                   \
        g_autoptr (GAsyncResult) result_ = NULL;                                          \
                                                                                          \
        test_types_proxy_call_ ## METHOD ((f)->proxy, ARGS IN NULL, fixture_result_cb, f);\
        result_ = fixture_wait_for_result (f);                                            \
        result_variable =                                                                 \
          test_types_proxy_call_ ## METHOD ## _finish ((f)->proxy, result_, ARGS OUT error);\
      }                                                                                   \
    else                                                                                  \
      result_variable =                                                                   \
        test_types_proxy_call_ ## METHOD ## _sync ((f)->proxy, ARGS IN ARGS OUT NULL, error);\
  } G_STMT_END

G_END_DECLS
