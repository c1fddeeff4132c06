/* types-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The ways in which the tests call. C and C++. */

#include "types-fixture.h"

void
fixture_set_up (Fixture       *f,
                gconstpointer  data)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  f->way = (const Way *) data;
  service = G_OBJECT (g_object_new (f->way->service_type, NULL));
  if (f->way->direct)
    {
      g_autoptr (NorpcDirect) direct = norpc_direct_new (service);

      f->proxy = test_types_proxy_new (NORPC_ENDPOINT (direct));
      return;
    }

  f->server = norpc_server_new (service);
  norpc_server_start (f->server, NULL, &error);
  g_assert_no_error (error);
  f->proxy = test_types_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (f->server)));
}

void
fixture_tear_down (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&f->proxy);
  if (f->server != NULL)
    norpc_server_stop (f->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->server);
}

void
fixture_result_cb (GObject      *source_object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Fixture *f = (Fixture *) user_data;

  g_assert_true (source_object == G_OBJECT (f->proxy));
  g_assert_null (f->result);
  f->result = G_ASYNC_RESULT (g_object_ref (result));
}

/* Runs the loop until the call under way is answered. The caller owns what is
 * returned. */
GAsyncResult *
fixture_wait_for_result (Fixture *f)
{
  GAsyncResult *result;

  g_assert_null (f->result); /* never inside the call */
  while (f->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = f->result;
  f->result = NULL;
  return result;
}
