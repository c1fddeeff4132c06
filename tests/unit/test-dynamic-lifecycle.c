/* test-dynamic-lifecycle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions that start and stop a service whose description was read at run time. */

#include "fixture.h"

typedef struct
{
  GThread *start_thread;
  GThread *call_thread;
  GThread *stop_thread;
  guint    n_starts;
  guint    n_calls;
  guint    n_stops;
  guint    n_frees; /* atomic */
  gboolean fails;
} Life;

static gboolean
start (NorpcDynamicService  *service,
       gpointer              user_data,
       GError              **error)
{
  Life *life = user_data;

  life->n_starts++;
  life->start_thread = g_thread_self ();
  if (life->fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room");

  return !life->fails;
}

static void
stop (NorpcDynamicService *service,
      gpointer             user_data)
{
  Life *life = user_data;

  g_assert_cmpuint (life->n_calls, ==, 1);
  life->n_stops++;
  life->stop_thread = g_thread_self ();
}

static gboolean
handle (NorpcDynamicService  *service,
        NorpcCall            *call,
        const char           *method_name,
        GVariant             *args,
        gpointer              user_data,
        GError              **error)
{
  Life *life = user_data;

  g_assert_cmpuint (life->n_starts, ==, 1);
  life->n_calls++;
  life->call_thread = g_thread_self ();
  norpc_call_return_variant (call, NULL);

  return TRUE;
}

static void
count_free (gpointer user_data)
{
  g_atomic_int_inc (&((Life *) user_data)->n_frees);
}

/* The thread of a service releases it when it ends. */
static void
wait_for_frees (Life  *life,
                guint  n)
{
  while ((guint) g_atomic_int_get (&life->n_frees) < n)
    g_thread_yield ();
  g_assert_cmpuint (life->n_frees, ==, n);
}

static const NorpcInterfaceInfo *
read_description (void)
{
  return norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Living'><method name='Live'/></interface></node>", NULL, NULL);
}

static NorpcDynamicService *
make_service (Life *life)
{
  NorpcDynamicService *service = norpc_dynamic_service_new (read_description (), handle, life, count_free);

  norpc_dynamic_service_set_start_func (service, start, life, count_free);
  norpc_dynamic_service_set_stop_func (service, stop, life, count_free);

  return service;
}

static void
test_order (void)
{
  Life life = { 0 };
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GVariant) results = NULL;
  g_autoptr (GError) error = NULL;

  server = norpc_serve (make_service (&life), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (life.n_starts, ==, 1);
  proxy = norpc_dynamic_proxy_new (norpc_server_get_endpoint (server), read_description ());
  results = norpc_dynamic_proxy_call_method_sync (proxy, "Live", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  g_clear_object (&proxy);
  g_clear_object (&server);

  g_assert_cmpuint (life.n_stops, ==, 1);
  g_assert_true (life.start_thread != g_thread_self ());
  g_assert_true (life.start_thread == life.call_thread);
  g_assert_true (life.start_thread == life.stop_thread);
  wait_for_frees (&life, 3);
}

static void
test_fails (void)
{
  Life life = { .fails = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_serve (make_service (&life), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (life.n_starts, ==, 1);
  g_assert_cmpuint (life.n_stops, ==, 0);
  wait_for_frees (&life, 3);
}

/* A function that is replaced is freed at once. */
static void
test_replaced (void)
{
  Life life = { 0 };
  g_autoptr (NorpcDynamicService) service = make_service (&life);

  norpc_dynamic_service_set_start_func (service, start, &life, count_free);
  norpc_dynamic_service_set_stop_func (service, NULL, NULL, NULL);
  g_assert_cmpuint (life.n_frees, ==, 2);
  g_clear_object (&service);
  g_assert_cmpuint (life.n_frees, ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dynamic/lifecycle/order", test_order);
  g_test_add_func ("/dynamic/lifecycle/fails", test_fails);
  g_test_add_func ("/dynamic/lifecycle/replaced", test_replaced);

  return g_test_run ();
}
