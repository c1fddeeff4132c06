/* test-proxy-connected.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Notifications of "connected", when services come and go while a client is blocked. */

#include "fixture.h"

/* The changes that an endpoint notes before it answers: the service goes, or another one follows it. */
typedef enum
{
  STAYS,
  GOES,
  COMES_BACK,
} Deed;

#define TEST_TYPE_PORT (test_port_get_type ())
G_DECLARE_FINAL_TYPE (TestPort, test_port, TEST, PORT, GObject)

/* An endpoint of an author's for a service elsewhere. */
struct _TestPort
{
  GObject               parent_instance;
  NorpcRemoteInterface *remote; /* (owned) */
  Deed                  deed;
  gboolean              closed;
};

static void
set_available (TestPort *self,
               gboolean  available)
{
  self->closed = !available;
  norpc_remote_interface_set_available (self->remote, available);
}

static gboolean
test_port_take_call (NorpcEndpoint  *endpoint,
                     NorpcCall      *call,
                     GError        **error)
{
  TestPort *self = TEST_PORT (endpoint);
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed ("{'On': <true>}"));

  if (self->deed != STAYS)
    set_available (self, FALSE);
  if (self->deed == COMES_BACK)
    set_available (self, TRUE);
  norpc_remote_interface_answer_get_all (self->remote, call, values);

  return TRUE;
}

static gboolean
test_port_is_closed (NorpcEndpoint *endpoint)
{
  return TEST_PORT (endpoint)->closed;
}

static void
test_port_subscribe (NorpcEndpoint   *endpoint,
                     NorpcSubscriber *subscriber)
{
  norpc_remote_interface_subscribe (TEST_PORT (endpoint)->remote, subscriber);
}

static void
test_port_unsubscribe (NorpcEndpoint   *endpoint,
                       NorpcSubscriber *subscriber)
{
  norpc_remote_interface_unsubscribe (TEST_PORT (endpoint)->remote, subscriber);
}

static void
test_port_iface_init (NorpcEndpointInterface *iface)
{
  iface->take_call = test_port_take_call;
  iface->is_closed = test_port_is_closed;
  iface->subscribe = test_port_subscribe;
  iface->unsubscribe = test_port_unsubscribe;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPort, test_port, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, test_port_iface_init))

static void
test_port_finalize (GObject *object)
{
  norpc_remote_interface_set_available (TEST_PORT (object)->remote, FALSE);
  norpc_remote_interface_unref (TEST_PORT (object)->remote);

  G_OBJECT_CLASS (test_port_parent_class)->finalize (object);
}

static void
test_port_class_init (TestPortClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_port_finalize;
}

static void
test_port_init (TestPort *self)
{
}

static TestPort *
port_new (const NorpcInterfaceInfo *info,
          Deed                      deed)
{
  TestPort *self = g_object_new (TEST_TYPE_PORT, NULL);

  self->remote = norpc_remote_interface_new (info);
  set_available (self, TRUE);
  self->deed = deed;

  return self;
}

static const NorpcInterfaceInfo *
get_info (void)
{
  static const NorpcInterfaceInfo *info;
  g_autoptr (GError) error = NULL;

  if (info == NULL)
    info = norpc_interface_info_new_for_xml ("<node><interface name='org.example.Lamp'>"
                                             "<property name='On' type='b' access='read'/>"
                                             "</interface></node>",
                                             NULL, &error);
  g_assert_no_error (error);

  return info;
}

static void
count_cb (NorpcProxy *proxy,
          GParamSpec *pspec,
          guint      *n)
{
  ++*n;
}

static guint
count_news (NorpcProxy *proxy)
{
  guint n = 0;
  gulong handler = g_signal_connect (proxy, "notify::connected", G_CALLBACK (count_cb), &n);

  iterate ();
  g_signal_handler_disconnect (proxy, handler);

  return n;
}

/* A proxy that is made while its service is started is connected, and notifies only of what comes later. */
static void
test_new_sync (void)
{
  g_autoptr (TestPort) port = port_new (get_info (), COMES_BACK);
  g_autoptr (NorpcProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  proxy = norpc_proxy_new_sync (norpc_dynamic_proxy_type_for (get_info ()), NORPC_ENDPOINT (port), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (norpc_proxy_is_connected (proxy));
  port->deed = STAYS;
  g_assert_cmpuint (count_news (proxy), ==, 0);

  set_available (port, FALSE);
  g_assert_cmpuint (count_news (proxy), ==, 1);
}

static NorpcProxy *
proxy_new (TestPort *port)
{
  return g_object_new (norpc_dynamic_proxy_type_for (get_info ()), "endpoint", port, "load-properties", FALSE, NULL);
}

/* So does one that loads the properties anew. A change that lasts, or that was made before, is one. */
static void
test_load_sync (void)
{
  static const struct
  {
    Deed     deed;
    gboolean was_gone;
    guint    n_news;
  } cases[] = {
    { STAYS, FALSE, 0 },
    { COMES_BACK, FALSE, 0 },
    { GOES, FALSE, 1 },
    { COMES_BACK, TRUE, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TestPort) port = port_new (get_info (), STAYS);
      g_autoptr (NorpcProxy) proxy = proxy_new (port);
      g_autoptr (GError) error = NULL;

      g_assert_true (norpc_proxy_load_sync (proxy, NULL, &error));
      g_assert_no_error (error);
      iterate ();
      port->deed = cases[i].deed;
      if (cases[i].was_gone)
        set_available (port, FALSE);
      g_assert_true (norpc_proxy_load_sync (proxy, NULL, &error));
      g_assert_no_error (error);
      port->deed = STAYS;
      g_assert_cmpuint (count_news (proxy), ==, cases[i].n_news);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy-connected/new-sync", test_new_sync);
  g_test_add_func ("/proxy-connected/load-sync", test_load_sync);

  return g_test_run ();
}
