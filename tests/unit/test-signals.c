/* test-signals.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals of a service, which its proxies emit. */

#include "client/norpc-reply-queue-private.h"
#include "signal-fixture.h"

static void
changed_cb (ProbeProbe         *probe,
            guint               number,
            const char         *text,
            const char * const *words,
            Log                *log)
{
  g_autofree char *joined = g_strjoinv ("+", (char **) words);

  log_add (log, "changed %u %s %s; ", number, text, joined);
}

static void
run_logged_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      log)
{
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, &error);
  g_assert_no_error (error);
  log_add (log, "reply ");
}

static void
emit_changed (ProbeService *service,
              NorpcCall    *call,
              gpointer      data)
{
  const char *words[] = { "one", "two", NULL };

  probe_probe_emit_changed (PROBE_PROBE (service), 1, "text", words);
  norpc_call_return_values (call, 0, NULL);
}

/* The arguments arrive in the proxy's context, and never inside a function. */
static void
test_emitted (Fixture       *fixture,
              gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "changed", G_CALLBACK (changed_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_changed, NULL);
  log_assert (&log, "");
  iterate ();
  log_assert (&log, "changed 1 text one+two; ");
  log_clear (&log);
}

static void
emit_around_reply (ProbeService *service,
                   NorpcCall    *call,
                   gpointer      data)
{
  probe_probe_emit_ticked (PROBE_PROBE (service), 1);
  norpc_call_return_values (call, 0, NULL);
  probe_probe_emit_ticked (PROBE_PROBE (service), 2);
}

/* Replies and signals have one order. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  fixture->state->run = emit_around_reply;
  for (guint i = 0; i < 2; i++)
    probe_probe_proxy_call_run (fixture->proxy, NULL, run_logged_cb, &log);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  iterate ();
  log_assert (&log, "1 reply 2 1 reply 2 ");
  log_clear (&log);
}

static gboolean
has_events (void)
{
  NorpcReplyQueue *queue = norpc_reply_queue_get (g_main_context_default ());
  gboolean has_events = norpc_reply_queue_get_events (queue)->last != NULL;

  norpc_reply_queue_unref (queue);

  return has_events;
}

/* Nothing crosses threads for a proxy to which nothing is connected. */
static void
test_nobody_listens (Fixture       *fixture,
                     gconstpointer  unused)
{
  gulong handler;
  Log log;

  log_init (&log);
  run_in_service (fixture->proxy, fixture->state, emit_changed, NULL);
  g_assert_false (has_events ());

  handler = g_signal_connect (fixture->proxy, "changed", G_CALLBACK (changed_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_changed, NULL);
  g_assert_true (has_events ());

  g_signal_handler_disconnect (fixture->proxy, handler);
  iterate ();
  run_in_service (fixture->proxy, fixture->state, emit_changed, NULL);
  g_assert_false (has_events ());
  log_assert (&log, "");
  log_clear (&log);
}

/* The first handler makes the context run recursively; the order stays. */
static void
recurse_cb (ProbeProbe *probe,
            guint       number,
            Log        *log)
{
  if (number == 2)
    iterate ();
}

static void
test_recursion (Fixture       *fixture,
                gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (recurse_cb), &log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (4));
  iterate ();
  log_assert (&log, "1 3 4 2 ");
  log_clear (&log);
}

static void
emit_null (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  const char *words[] = { NULL };

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "org.example.Probe.Changed: argument 'text': *");
  probe_probe_emit_changed (PROBE_PROBE (service), 1, NULL, words);
  g_test_assert_expected_messages ();
  norpc_call_return_values (call, 0, NULL);
}

/* A value that the description does not allow reaches no client. */
static void
test_wrong_value (Fixture       *fixture,
                  gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "changed", G_CALLBACK (changed_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_null, NULL);
  iterate ();
  log_assert (&log, "");
  log_clear (&log);
}

static Log *default_log; /* (unowned) */

static void
default_ticked (ProbeProbe *probe,
                guint       number)
{
  log_add (default_log, "default %u ", number);
}

/* The default handler of a class listens, too. */
static void
test_default_handler (Fixture       *fixture,
                      gconstpointer  unused)
{
  ProbeProbeInterface *iface = PROBE_PROBE_GET_IFACE (fixture->proxy);
  Log log;

  log_init (&log);
  default_log = &log;
  iface->ticked = default_ticked;
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  iface->ticked = NULL;
  iterate ();
  log_assert (&log, "");

  iface->ticked = default_ticked;
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  iterate ();
  iface->ticked = NULL;
  log_assert (&log, "default 1 default 2 ");
  log_clear (&log);
}

/* A service with two interfaces, which both have a signal "ticked". */
typedef GObject Twins;
typedef GObjectClass TwinsClass;

static GType twins_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Twins, twins, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PROBE_TYPE_PROBE, NULL)
                         G_IMPLEMENT_INTERFACE (PROBE_TYPE_TWIN, NULL))

static void
twins_class_init (TwinsClass *klass)
{
}

static void
twins_init (Twins *self)
{
}

static void
twin_ticked_cb (ProbeTwin  *twin,
                const char *text,
                Log        *log)
{
  log_add (log, "%s ", text);
}

static void
test_same_name (void)
{
  g_autoptr (GObject) service = g_object_new (twins_get_type (), NULL);
  NorpcDirect *direct = norpc_direct_new (service);
  ProbeProbeProxy *probe = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  ProbeTwinProxy *twin = probe_twin_proxy_new (NORPC_ENDPOINT (direct));
  Log log;

  log_init (&log);
  g_signal_connect (probe, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (twin, "ticked", G_CALLBACK (twin_ticked_cb), &log);
  probe_probe_emit_ticked (PROBE_PROBE (service), 1);
  probe_twin_emit_ticked (PROBE_TWIN (service), "one");
  iterate ();
  log_assert (&log, "1 one ");

  g_assert_finalize_object (probe);
  g_assert_finalize_object (twin);
  g_assert_finalize_object (direct);
  log_clear (&log);
}

static gpointer
use_proxies (gpointer data)
{
  NorpcEndpoint *endpoint = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (endpoint);
      Log log;

      log_init (&log);
      g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
      g_assert_true (probe_probe_proxy_call_run_sync (proxy, NULL, NULL));
      if (i % 2 == 0)
        {
          while (g_main_context_iteration (context, FALSE))
            ;
          g_assert_cmpuint (log.text->len, >=, strlen ("1 "));
        }
      g_signal_handlers_disconnect_by_data (proxy, &log);
      log_clear (&log);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Proxies come and go in several threads while the service emits. */
static void
test_threads (Fixture       *fixture,
              gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  GThread *threads[4];

  fixture->state->run = emit_around_reply;
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("client", use_proxies, endpoint);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals/emitted", test_emitted);
  TEST ("/signals/order", test_order);
  TEST ("/signals/nobody-listens", test_nobody_listens);
  TEST ("/signals/recursion", test_recursion);
  TEST ("/signals/wrong-value", test_wrong_value);
  TEST ("/signals/default-handler", test_default_handler);
  g_test_add_func ("/signals/same-name", test_same_name);
  TEST ("/signals/threads", test_threads);

  return g_test_run ();
}
