/* test-reply-on-return.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The replies of synchronous handlers, which are sent when the handler returns. */

#include "fixture.h"

/* The actions of the asynchronous handler, before or instead of its default action. */
typedef enum
{
  ECHOER_NOTHING,
  ECHOER_KEEPS_CALL,
  ECHOER_ANSWERS_LATER
} EchoerMode;

G_DECLARE_FINAL_TYPE (Echoer, echoer, TEST, ECHOER, GObject)

struct _Echoer
{
  GObject parent_instance;

  EchoerMode  mode;
  NorpcCall  *kept; /* (owned) (nullable) */
};

static void echoer_probe_init (ProbeProbeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Echoer, echoer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PROBE_TYPE_PROBE, echoer_probe_init))

static GBytes *
echoer_echo (ProbeProbe  *probe,
             GBytes      *bytes,
             GError     **error)
{
  return g_bytes_new_static ("echo", 4);
}

static gboolean
handle_by_default (Echoer  *self,
                   GError **error)
{
  ProbeProbeInterface *iface = g_type_default_interface_peek (PROBE_TYPE_PROBE);

  return iface->handle_echo (PROBE_PROBE (self), self->kept, NULL, error);
}

/* The service's context, where no handler runs. */
static gboolean
answer_later_cb (gpointer data)
{
  Echoer *self = data;

  norpc_call_enter (self->kept);
  g_assert_true (handle_by_default (self, NULL));
  norpc_call_leave (self->kept);

  return G_SOURCE_REMOVE;
}

static gboolean
echoer_handle_echo (ProbeProbe  *probe,
                    NorpcCall   *call,
                    GBytes      *bytes,
                    GError     **error)
{
  Echoer *self = TEST_ECHOER (probe);
  g_autoptr (GSource) source = NULL;

  self->kept = call;
  if (self->mode != ECHOER_NOTHING)
    norpc_call_ref (call);
  if (self->mode != ECHOER_ANSWERS_LATER)
    return handle_by_default (self, error);

  source = g_idle_source_new ();
  g_source_set_callback (source, answer_later_cb, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return TRUE;
}

static void
echoer_probe_init (ProbeProbeInterface *iface)
{
  iface->echo = echoer_echo;
  iface->handle_echo = echoer_handle_echo;
}

static void
echoer_class_init (EchoerClass *klass)
{
}

static void
echoer_init (Echoer *self)
{
}

/* An echoer in its own thread, and another service that calls it. */
typedef struct
{
  Fixture      caller;
  Echoer      *echoer;
  NorpcThread *thread;
  NorpcServer *server;
  NorpcProxy  *proxy;
  GError      *error; /* (owned) (nullable): of what is called where an argument is freed */
} Echo;

static void
set_up (Echo          *self,
        gconstpointer  mode)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (&self->caller, NULL);
  self->echoer = g_object_new (echoer_get_type (), NULL);
  self->echoer->mode = (EchoerMode) GPOINTER_TO_UINT (mode);
  self->thread = norpc_thread_new ("echoer");
  self->server = norpc_server_new_on_thread (G_OBJECT (self->echoer), self->thread);
  self->proxy = NORPC_PROXY (probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server))));
  g_assert_true (norpc_server_start (self->server, NULL, &error));
}

static void
tear_down (Echo          *self,
           gconstpointer  mode)
{
  if (self->echoer->mode != ECHOER_NOTHING)
    norpc_call_unref (self->echoer->kept);
  norpc_thread_stop (self->thread);
  release_and_wait (self->server);
  release_and_wait (self->proxy);
  release_and_wait (self->echoer);
  release_and_wait (self->thread);
  fixture_tear_down (&self->caller, NULL);
  g_clear_error (&self->error);
}

/* Calls Echo with @bytes (owned), which nobody else has. */
static void
echo (Echo   *self,
      GBytes *bytes)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_autoptr (NorpcReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  const GValue *results;

  g_value_take_boxed (norpc_call_get_args (call, NULL), bytes);
  reply = norpc_proxy_call_sync (self->proxy, call, NULL, &error);
  g_assert_no_error (error);
  results = norpc_reply_get_values (reply, NULL);
  g_assert_cmpstr (g_bytes_get_data (g_value_get_boxed (&results[0]), NULL), ==, "echo");
}

static void
test_arguments_first (Echo          *self,
                      gconstpointer  mode)
{
  GThread *freed_in;

  echo (self, tracked_bytes_new (&freed_in));
  g_assert_true (freed_in != NULL && freed_in != g_thread_self ());
}

/* A handler that keeps a reference to the call does not delay the reply. */
static void
test_answered (Echo          *self,
               gconstpointer  mode)
{
  echo (self, g_bytes_new_static ("", 0));
}

/* Runs in the service's thread, when that releases the argument. */
static void
call_back_cb (gpointer data)
{
  Echo *self = data;

  g_assert_false (probe_probe_proxy_call_noop_sync (self->caller.proxy, NULL, &self->error));
}

static void
run_echo (ProbeService *service,
          NorpcCall    *call,
          gpointer      data)
{
  echo (data, g_bytes_new_with_free_func ("", 0, call_back_cb, data));
  norpc_call_return_values (call, 0, NULL);
}

/* The caller waits for the reply, which waits for the argument to be freed, which
 * waits for the caller.
 */
static void
test_circle (Echo          *self,
             gconstpointer  mode)
{
  self->caller.state->run = run_echo;
  self->caller.state->run_data = self;
  g_assert_true (probe_probe_proxy_call_run_sync (self->caller.proxy, NULL, NULL));
  g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

#define TEST_ECHO(path, mode, func) \
  g_test_add (path, Echo, GUINT_TO_POINTER (mode), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_ECHO ("/reply-on-return/arguments-first", ECHOER_NOTHING, test_arguments_first);
  TEST_ECHO ("/reply-on-return/plain", ECHOER_NOTHING, test_answered);
  TEST_ECHO ("/reply-on-return/kept", ECHOER_KEEPS_CALL, test_answered);
  TEST_ECHO ("/reply-on-return/later", ECHOER_ANSWERS_LATER, test_answered);
  TEST_ECHO ("/reply-on-return/circle", ECHOER_NOTHING, test_circle);

  return g_test_run ();
}
