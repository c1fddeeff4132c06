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
  GMutex                lock;
  NorpcRemoteInterface *remote; /* (owned) [lock]: one thread at a time uses it */
  Deed                  deed;   /* [lock] */
  gboolean              pauses; /* after each change, in another thread: the blocked client receives each by itself */
  int                   closed; /* atomic */
};

#define PAUSE (20 * G_TIME_SPAN_MILLISECOND)

static void
set_available (TestPort *self,
               gboolean  available)
{
  g_atomic_int_set (&self->closed, !available);
  g_mutex_lock (&self->lock);
  norpc_remote_interface_set_available (self->remote, available);
  g_mutex_unlock (&self->lock);
}

static Deed
get_deed (TestPort *self)
{
  Deed deed;

  g_mutex_lock (&self->lock);
  deed = self->deed;
  g_mutex_unlock (&self->lock);

  return deed;
}

static void
set_deed (TestPort *self,
          Deed      deed)
{
  g_mutex_lock (&self->lock);
  self->deed = deed;
  g_mutex_unlock (&self->lock);
}

static void
do_deed (TestPort  *self,
         NorpcCall *call)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed ("{'On': <true>}"));
  Deed deed = get_deed (self);

  if (deed != STAYS)
    set_available (self, FALSE);
  if (self->pauses)
    g_usleep (PAUSE);
  if (deed == COMES_BACK)
    set_available (self, TRUE);
  if (self->pauses)
    g_usleep (PAUSE);
  g_mutex_lock (&self->lock);
  norpc_remote_interface_answer_get_all (self->remote, call, values);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  TestPort  *port; /* (owned) */
  NorpcCall *call; /* (owned) */
} Job;

static gpointer
run_job (gpointer data)
{
  Job *job = data;

  do_deed (job->port, job->call);
  norpc_call_unref (job->call);
  g_object_unref (job->port);
  g_free (job);

  return NULL;
}

static gboolean
test_port_take_call (NorpcEndpoint  *endpoint,
                     NorpcCall      *call,
                     GError        **error)
{
  TestPort *self = TEST_PORT (endpoint);
  Job *job;

  if (!self->pauses)
    {
      do_deed (self, call);
      return TRUE;
    }

  job = g_new (Job, 1);
  *job = (Job) { g_object_ref (self), norpc_call_ref (call) };
  g_thread_unref (g_thread_new ("port", run_job, job));

  return TRUE;
}

static gboolean
test_port_is_closed (NorpcEndpoint *endpoint)
{
  return g_atomic_int_get (&TEST_PORT (endpoint)->closed);
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
  g_mutex_clear (&TEST_PORT (object)->lock);

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
  g_mutex_init (&self->lock);
}

static TestPort *
port_new (const NorpcInterfaceInfo *info,
          Deed                      deed)
{
  TestPort *self = g_object_new (TEST_TYPE_PORT, NULL);

  self->remote = norpc_remote_interface_new (info);
  set_available (self, TRUE);
  set_deed (self, deed);

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
test_new_sync (gconstpointer pauses)
{
  g_autoptr (TestPort) port = port_new (get_info (), COMES_BACK);
  g_autoptr (NorpcProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  port->pauses = GPOINTER_TO_INT (pauses);
  proxy = norpc_proxy_new_sync (norpc_dynamic_proxy_type_for (get_info ()), NORPC_ENDPOINT (port), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (norpc_proxy_is_connected (proxy));
  set_deed (port, STAYS);
  g_assert_cmpuint (count_news (proxy), ==, 0);

  set_available (port, FALSE);
  g_assert_cmpuint (count_news (proxy), ==, 1);
}

static NorpcProxy *
proxy_new (TestPort *port)
{
  return g_object_new (norpc_dynamic_proxy_type_for (get_info ()), "endpoint", port, "load-properties", FALSE, NULL);
}

/* So does one that loads its properties again. A change that lasts, or that was made before, is one. */
static void
test_load_sync (gconstpointer pauses)
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
      g_assert_true (norpc_proxy_is_connected (proxy));
      set_deed (port, cases[i].deed);
      port->pauses = GPOINTER_TO_INT (pauses);
      if (cases[i].was_gone)
        set_available (port, FALSE);
      g_assert_true (norpc_proxy_load_sync (proxy, NULL, &error));
      g_assert_no_error (error);
      set_deed (port, STAYS);
      g_assert_cmpuint (count_news (proxy), ==, cases[i].n_news);
    }
}

/* A client that has not read the property has no news of what was before. */
static void
test_unseen (void)
{
  g_autoptr (TestPort) port = port_new (get_info (), COMES_BACK);
  g_autoptr (NorpcProxy) proxy = proxy_new (port);
  g_autoptr (GError) error = NULL;

  set_available (port, FALSE);
  g_assert_true (norpc_proxy_load_sync (proxy, NULL, &error));
  g_assert_no_error (error);
  set_deed (port, STAYS);
  g_assert_cmpuint (count_news (proxy), ==, 0);
}

/* A call of a method is not one for all values. */
static void
test_wrong_call (void)
{
  const char *xml = "<node><interface name='org.example.Button'><method name='Press'/></interface></node>";
  g_autoptr (TestPort) port = port_new (get_info (), STAYS);
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);

  g_assert_no_error (error);
  call = norpc_call_new (info, 0);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*assertion*norpc_call_gets_properties*failed*");
  norpc_remote_interface_answer_get_all (port->remote, call, values);
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/proxy-connected/new-sync/at-once", GINT_TO_POINTER (FALSE), test_new_sync);
  g_test_add_data_func ("/proxy-connected/new-sync/pauses", GINT_TO_POINTER (TRUE), test_new_sync);
  g_test_add_data_func ("/proxy-connected/load-sync/at-once", GINT_TO_POINTER (FALSE), test_load_sync);
  g_test_add_data_func ("/proxy-connected/load-sync/pauses", GINT_TO_POINTER (TRUE), test_load_sync);
  g_test_add_func ("/proxy-connected/unseen", test_unseen);
  g_test_add_func ("/proxy-connected/wrong-call", test_wrong_call);

  return g_test_run ();
}
