/* statistics.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The statistics of a server, for the calls to the greeter. */

#include "demo-greeter.h"

G_DECLARE_FINAL_TYPE (Greeter, greeter, EXAMPLE, GREETER, GObject)

struct _Greeter
{
  GObject parent_instance;
};

static char *
greeter_greet (DemoGreeter  *service,
               const char   *name,
               GError      **error)
{
  if (*name == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "There is nobody to greet");
      return NULL;
    }

  return g_strdup_printf ("Hello, %s!", name);
}

static void
greeter_iface_init (DemoGreeterInterface *iface)
{
  iface->greet = greeter_greet;
}

G_DEFINE_TYPE_WITH_CODE (Greeter, greeter, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (DEMO_TYPE_GREETER, greeter_iface_init))

static void
greeter_class_init (GreeterClass *klass)
{
}

static void
greeter_init (Greeter *self)
{
}

/* Thread-safe. */
static void
print_stats (NorpcServer *server)
{
  g_autoptr (NorpcStats) stats = norpc_server_get_stats (server);
  GPtrArray *methods = norpc_stats_get_methods (stats);

  for (guint i = 0; i < methods->len; i++)
    {
      NorpcMethodStats *method = methods->pdata[i];

      g_print ("%s: %" G_GUINT64_FORMAT " calls, %" G_GUINT64_FORMAT " answered, "
               "%" G_GUINT64_FORMAT " failed, %" G_GUINT64_FORMAT " in flight\n",
               norpc_method_stats_get_method_name (method),
               norpc_method_stats_get_n_calls (method),
               norpc_method_stats_get_n_ended (method, NORPC_OUTCOME_ANSWERED),
               norpc_method_stats_get_n_ended (method, NORPC_OUTCOME_FAILED),
               norpc_method_stats_get_n_in_flight (method));
      g_printerr ("half of them took %.1f us at most, 99%% of them %.1f us\n",
                  norpc_method_stats_get_percentile (method, NORPC_LATENCY_TOTAL, 50) / 1000.0,
                  norpc_method_stats_get_percentile (method, NORPC_LATENCY_TOTAL, 99) / 1000.0);
    }
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (greeter_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (DemoGreeterProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  norpc_server_set_collect_stats (server, TRUE);

  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);
  proxy = demo_greeter_proxy_new (norpc_server_get_endpoint (server));

  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *greeting =
        demo_greeter_proxy_call_greet_sync (proxy, i % 100 == 0 ? "" : "Ada", NULL, NULL);
    }

  print_stats (server);
  return 0;
}
