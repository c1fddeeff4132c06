/* greeter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-greeter.h"

/* The service: a GObject that implements the generated interface. Its thread
 * is the only one that touches it, so it has no lock. */

G_DECLARE_FINAL_TYPE (Greeter, greeter, EXAMPLE, GREETER, GObject)

struct _Greeter
{
  GObject parent_instance;
  guint n_greeted;
};

static char *
greeter_greet (DemoGreeter  *service,
               const char   *name,
               GError      **error)
{
  Greeter *self = EXAMPLE_GREETER (service);

  if (*name == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "There is nobody to greet");
      return NULL;
    }

  self->n_greeted++;
  return g_strdup_printf ("Hello, %s! You are guest %u.", name, self->n_greeted);
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

/* The client: this is called in the main thread. */

static void
greet_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  DemoGreeterProxy *proxy = DEMO_GREETER_PROXY (source_object);
  GMainLoop *loop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = demo_greeter_proxy_call_greet_finish (proxy, result, &error);

  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (greeter_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (DemoGreeterProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = NULL;

  /* From here on the service lives in a thread of its own. */
  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);
  proxy = demo_greeter_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));

  demo_greeter_proxy_call_greet (proxy, "Ada", NULL, greet_cb, loop);
  g_main_loop_run (loop);

  greeting = demo_greeter_proxy_call_greet_sync (proxy, "", NULL, &error);
  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  return 0;
}
