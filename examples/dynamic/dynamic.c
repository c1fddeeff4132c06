/* dynamic.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

static const char description[] =
  "<node>"
  "  <interface name='org.example.Lamp'>"
  "    <method name='Dim'>"
  "      <arg name='by' type='d'/>"
  "      <arg name='brightness' type='d' direction='out'/>"
  "    </method>"
  "    <signal name='Flickered'>"
  "      <arg name='times' type='u'/>"
  "    </signal>"
  "    <property name='Brightness' type='d' access='readwrite'/>"
  "  </interface>"
  "</node>";

/* The service: a function that gets all calls, in the thread of the server. */
static gboolean
handle_call (NorpcDynamicService  *service,
             NorpcCall            *call,
             const char           *method_name,
             GVariant             *args,
             gpointer              user_data,
             GError              **error)
{
  double brightness, by;

  g_variant_get (args, "(d)", &by);
  g_object_get (service, "brightness", &brightness, NULL);
  if (by > brightness)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "It is darker than that");
      return FALSE;
    }

  g_object_set (service, "brightness", brightness - by, NULL);
  g_signal_emit_by_name (service, "flickered", 2);
  norpc_call_return_variant (call, g_variant_new ("(d)", brightness - by));

  return TRUE;
}

/* The client: signals, properties and replies arrive in its main context. */

static void
flickered_cb (NorpcDynamicProxy *proxy,
              guint              times,
              gpointer           user_data)
{
  g_print ("It has flickered %u times.\n", times);
}

static void
brightness_cb (NorpcDynamicProxy *proxy,
               GParamSpec        *pspec,
               gpointer           user_data)
{
  double brightness;

  g_object_get (proxy, "brightness", &brightness, NULL);
  g_print ("The brightness is %g.\n", brightness);
}

static void
dim_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      loop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = NULL;
  double brightness;

  results = norpc_dynamic_proxy_call_method_finish (NORPC_DYNAMIC_PROXY (object), result, &error);
  if (results != NULL)
    {
      g_variant_get (results, "(d)", &brightness);
      g_print ("Dimmed to %g.\n", brightness);
    }
  else
    {
      g_print ("%s.\n", error->message);
    }
  g_main_loop_quit (loop);
}

static void
dim (NorpcDynamicProxy *proxy,
     GVariant          *args)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  norpc_dynamic_proxy_call_method (proxy, "Dim", args, NULL, dim_cb, loop);
  g_main_loop_run (loop);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (description, NULL, &error);
  g_autoptr (NorpcDynamicService) service = NULL;
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcDynamicProxy) proxy = NULL;

  if (info == NULL)
    g_error ("%s", error->message);

  service = norpc_dynamic_service_new (info, handle_call, NULL, NULL);
  g_object_set (service, "brightness", 1.0, NULL);
  /* From here on the service lives in a thread of its own. */
  server = norpc_serve (g_steal_pointer (&service), &error);
  if (server == NULL)
    g_error ("%s", error->message);

  proxy = norpc_dynamic_proxy_new (norpc_server_get_endpoint (server), info);
  if (!norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error))
    g_error ("%s", error->message);
  g_signal_connect (proxy, "flickered", G_CALLBACK (flickered_cb), NULL);
  g_signal_connect (proxy, "notify::brightness", G_CALLBACK (brightness_cb), NULL);

  dim (proxy, g_variant_new ("(d)", 0.25));
  dim (proxy, g_variant_new ("(d)", 3.0));
  dim (proxy, g_variant_new ("(s)", "much"));
  dim (proxy, NULL);

  return 0;
}
