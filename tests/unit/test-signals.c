/* test-signals.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals of a service, which its proxies emit. The linker puts __wrap_g_main_context_wakeup ()
 * in the place of GLib's, for calls from the library.
 */

#include "client/norpc-reply-queue-private.h"
#include "fixture.h"

void __real_g_main_context_wakeup (GMainContext *context);
void __wrap_g_main_context_wakeup (GMainContext *context);

static GMainContext *watched_context = NULL; /* (unowned) (nullable): atomic */
static int n_wake_ups = 0;                   /* atomic: of that context */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  if (context == g_atomic_pointer_get (&watched_context))
    g_atomic_int_inc (&n_wake_ups);
  __real_g_main_context_wakeup (context);
}

/* Handlers write down what they see. */
typedef struct
{
  GString *text;   /* (owned) */
  GThread *thread; /* (unowned): that they run in */
} Log;

static void
log_init (Log *self)
{
  self->text = g_string_new (NULL);
  self->thread = g_thread_self ();
}

static void
log_add (Log        *self,
         const char *format,
         ...)
{
  va_list args;

  g_assert_true (self->thread == g_thread_self ());
  va_start (args, format);
  g_string_append_vprintf (self->text, format, args);
  va_end (args);
}

static void
log_assert (Log        *self,
            const char *expected)
{
  g_assert_cmpstr (self->text->str, ==, expected);
  g_string_truncate (self->text, 0);
}

static void
log_clear (Log *self)
{
  g_string_free (self->text, TRUE);
}

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
ticked_cb (ProbeProbe *probe,
           guint       number,
           Log        *log)
{
  log_add (log, "%u ", number);
}

static void
lost_cb (NorpcProxy *proxy,
         const char *signal_name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %u %s ", n_lost, signal_name);
}

static void
closed_cb (NorpcProxy *proxy,
           const char *signal_name,
           Log        *log)
{
  log_add (log, "closed %s ", signal_name);
}

static void
connected_cb (NorpcProxy *proxy,
              GParamSpec *pspec,
              Log        *log)
{
  log_add (log, "%s ", norpc_proxy_is_connected (proxy) ? "connected" : "disconnected");
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
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Runs @run in the service's context, and waits until it has returned. */
static void
run_in_service (ProbeProbeProxy *proxy,
                ProbeState      *state,
                void           (*run) (ProbeService *service, NorpcCall *call, gpointer data),
                gpointer         data)
{
  g_autoptr (GError) error = NULL;

  state->run = run;
  state->run_data = data;
  probe_probe_proxy_call_run_sync (proxy, NULL, &error);
  g_assert_no_error (error);
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

static void
emit_many (ProbeService *service,
           NorpcCall    *call,
           gpointer      n)
{
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_ticked (PROBE_PROBE (service), i);
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_flooded (PROBE_PROBE (service), i);
  norpc_call_return_values (call, 0, NULL);
}

/* A context that does not run keeps as many as the description says. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (lost_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (5));
  iterate ();
  log_assert (&log, "1 2 3 4 5 ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (6));
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (7));
  iterate ();
  log_assert (&log, "lost 8 ticked 3 4 5 6 7 ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "1 ");
  log_clear (&log);
}

static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "flooded", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (closed_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (7));
  iterate ();
  log_assert (&log, "1 2 3 4 5 closed flooded ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
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

#define N_PROXIES 100

/* Many proxies in one context cost one wake-up. */
static void
test_one_wake_up (Fixture       *fixture,
                  gconstpointer  unused)
{
  GMainContext *context = g_main_context_default ();
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  ProbeProbeProxy *proxies[N_PROXIES];
  int priority;
  Log log;

  log_init (&log);
  for (guint i = 0; i < N_PROXIES; i++)
    {
      proxies[i] = probe_probe_proxy_new (endpoint);
      g_signal_connect (proxies[i], "ticked", G_CALLBACK (ticked_cb), &log);
    }
  iterate ();

  /* From here on, the context is asleep. */
  g_assert_true (g_main_context_acquire (context));
  g_assert_false (g_main_context_prepare (context, &priority));
  g_atomic_int_set (&n_wake_ups, 0);
  g_atomic_pointer_set (&watched_context, context);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  g_assert_cmpint (g_atomic_int_get (&n_wake_ups), ==, 1);
  g_atomic_pointer_set (&watched_context, NULL);
  g_main_context_release (context);

  iterate ();
  g_assert_cmpuint (log.text->len, ==, N_PROXIES * strlen ("1 "));
  for (guint i = 0; i < N_PROXIES; i++)
    g_assert_finalize_object (proxies[i]);
  log_clear (&log);
}

/* A proxy is released while signals are on their way, by a handler or by other code. */
static void
release_cb (ProbeProbe       *probe,
            guint             number,
            ProbeProbeProxy **proxy)
{
  g_clear_object (proxy);
}

static void
test_released (Fixture       *fixture,
               gconstpointer  by_handler)
{
  ProbeProbeProxy *proxy = probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  if (by_handler)
    g_signal_connect (proxy, "ticked", G_CALLBACK (release_cb), &proxy);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  if (!by_handler)
    g_assert_finalize_object (g_steal_pointer (&proxy));
  iterate ();
  g_assert_null (proxy);
  log_assert (&log, by_handler ? "1 " : "");
  log_clear (&log);
}

static void
test_released_by_handler (Fixture       *fixture,
                          gconstpointer  unused)
{
  test_released (fixture, GINT_TO_POINTER (TRUE));
}

/* The context of a proxy is freed, with signals in it. The proxy may be used on. */
static void
test_context_gone (Fixture       *fixture,
                   gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  g_main_context_push_thread_default (context);
  proxy = probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_main_context_pop_thread_default (context);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  g_main_context_unref (context);
  run_in_service (proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  iterate ();
  log_assert (&log, "");
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

/* After the last signal, a proxy notifies that the server has stopped. */
static void
test_stopped (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (fixture->proxy)));
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  iterate ();
  log_assert (&log, "1 2 disconnected ");
  log_clear (&log);
}

/* A proxy that is made before its server starts. */
static void
test_started (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  NorpcServer *server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  Log log;

  log_init (&log);
  g_clear_object (&service);
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "connected 1 ");

  g_signal_handlers_disconnect_by_data (proxy, &log);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  let_go_and_wait (server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
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

/* A proxy that is the service of a server passes signals on. */
static void
test_forwarded (Fixture       *fixture,
                gconstpointer  unused)
{
  NorpcServer *server = norpc_server_new (G_OBJECT (fixture->proxy));
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (&log, "1 2 ");

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  let_go_and_wait (server);
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

static NorpcEndpoint *
get_channel (NorpcServer *server)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (server));
}

/* Emits in the service behind @endpoint. */
static void
emit_at (NorpcEndpoint *endpoint,
         ProbeState    *state)
{
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (endpoint);

  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
}

/* A balance of two, one of which is added later, and removed again. */
static void
test_balance (Fixture       *fixture,
              gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (5), balance, NULL);
  ProbeProbeProxy *proxy;
  Fixture other;
  Log log;

  log_init (&log);
  fixture_set_up (&other, NULL);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  proxy = probe_probe_proxy_new (stack);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);

  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "1 ");
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "");

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "1 ");

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (other.server)));
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "");

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  g_assert_finalize_object (proxy);
  emit_at (get_channel (other.server), other.state);
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "");

  fixture_tear_down (&other, NULL);
  log_clear (&log);
}

static void
stop_server (NorpcServer *server)
{
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
}

/* A proxy notifies whenever its balance has got its first running server or lost its last one, and
 * at no other time.
 */
static void
test_balance_connected (Fixture       *fixture,
                        gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (5), balance, NULL);
  ProbeProbeProxy *proxy;
  Fixture other;
  Log log;

  log_init (&log);
  fixture_set_up (&other, NULL);
  proxy = probe_probe_proxy_new (stack);
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));

  /* Nobody listens to the first change. */
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  iterate ();
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  iterate ();
  log_assert (&log, "");

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server)));
  iterate ();
  log_assert (&log, "");
  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (other.server)));
  iterate ();
  log_assert (&log, "disconnected ");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  iterate ();
  log_assert (&log, "connected ");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  iterate ();
  log_assert (&log, "");

  stop_server (other.server);
  iterate ();
  log_assert (&log, "");
  stop_server (fixture->server);
  iterate ();
  log_assert (&log, "disconnected ");

  g_assert_finalize_object (proxy);
  fixture_tear_down (&other, NULL);
  log_clear (&log);
}

/* Two ways lead to the same service: each emission comes once. */
static void
test_two_ways (Fixture       *fixture,
               gconstpointer  unused)
{
  NorpcEndpoint *channel = get_channel (fixture->server);
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) meter = norpc_stack_new (norpc_load_shed_new (), channel, NULL);
  g_autoptr (NorpcEndpoint) stack = g_object_ref_sink (NORPC_ENDPOINT (balance));
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), channel);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), meter);
  proxy = probe_probe_proxy_new (stack);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  emit_at (channel, fixture->state);
  log_assert (&log, "1 ");

  norpc_balance_remove_endpoint (NORPC_BALANCE (balance), meter);
  emit_at (channel, fixture->state);
  log_assert (&log, "1 ");
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

/* The service of a direct endpoint emits in the same thread; the proxy does so later. */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  NorpcDirect *direct = norpc_direct_new (service);
  ProbeProbeProxy *proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (2));
  log_assert (&log, "");
  iterate ();
  log_assert (&log, "1 2 ");

  g_assert_finalize_object (proxy);
  g_assert_finalize_object (direct);
  probe_probe_emit_ticked (PROBE_PROBE (service), 3);
  g_clear_object (&service);
  probe_state_free (state);
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

static GObject *
make_service (guint    index,
              gpointer state)
{
  return probe_service_new (state);
}

/* Every service of a pool emits for its proxies. */
static void
test_pool (void)
{
  ProbeState *state = probe_state_new ();
  NorpcPool *pool = norpc_pool_new (2, NORPC_BALANCE_ROUND_ROBIN, make_service, state);
  ProbeProbeProxy *proxy = probe_probe_proxy_new (NORPC_ENDPOINT (pool));
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_pool_start (pool, NULL, &error));
  iterate ();
  log_assert (&log, "connected ");
  for (guint i = 0; i < 4; i++)
    run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "1 1 1 1 ");

  g_assert_true (norpc_pool_stop (pool, NORPC_STOP_FINISH, NULL, &error));
  iterate ();
  log_assert (&log, "disconnected ");
  g_assert_finalize_object (proxy);
  let_go_and_wait (pool);
  state->n_wrong = 0; /* the services are in two threads */
  probe_state_wait_finalized (state);
  probe_state_free (state);
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
  TEST ("/signals/lost", test_lost);
  TEST ("/signals/closed", test_closed);
  TEST ("/signals/recursion", test_recursion);
  TEST ("/signals/one-wake-up", test_one_wake_up);
  TEST ("/signals/released", test_released);
  TEST ("/signals/released-by-handler", test_released_by_handler);
  TEST ("/signals/context-gone", test_context_gone);
  TEST ("/signals/stopped", test_stopped);
  g_test_add_func ("/signals/started", test_started);
  TEST ("/signals/wrong-value", test_wrong_value);
  TEST ("/signals/default-handler", test_default_handler);
  TEST ("/signals/forwarded", test_forwarded);
  TEST ("/signals/balance", test_balance);
  TEST ("/signals/balance-connected", test_balance_connected);
  TEST ("/signals/two-ways", test_two_ways);
  g_test_add_func ("/signals/direct", test_direct);
  g_test_add_func ("/signals/same-name", test_same_name);
  g_test_add_func ("/signals/pool", test_pool);
  TEST ("/signals/threads", test_threads);

  return g_test_run ();
}
