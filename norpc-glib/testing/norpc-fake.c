/* norpc-fake.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The endpoint, and its life. */

#include "call/norpc-call-private.h"
#include "client/norpc-endpoint-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-info-match-private.h"
#include "events/norpc-stand-in-private.h"
#include "norpc-fake-parts-private.h"
#include "norpc-fake-stream-private.h"

/**
 * NorpcFake:
 *
 * An endpoint for tests, which answers calls as the test says.
 *
 * A fake stands in for a service, so that the code that calls it is tested without it: the proxy
 * under test is made for the fake.
 *
 * ```c
 * g_autoptr (NorpcFake) fake = norpc_fake_new (demo_greeter_interface_info ());
 * g_autoptr (DemoGreeterProxy) proxy = demo_greeter_proxy_new (NORPC_ENDPOINT (fake));
 *
 * norpc_fake_answer (fake, "Greet", NULL, "Hello");
 * ```
 *
 * Methods, arguments, signals and properties have the names of the description. Each of the
 * functions that add an answer, such as [method@Norpc.Fake.answer_variant], adds a
 * [class@Norpc.FakeRule] for one call, which is answered within the function that sends it; its
 * callback runs later, as usual. The rule can be changed to delay answers, to answer more calls,
 * or only those with certain arguments. A call that no rule fits fails with
 * %NORPC_ERROR_NOT_IMPLEMENTED, unless it is one-way.
 *
 * The fake keeps all calls, for [method@Norpc.Fake.get_call]. The arguments are checked against the
 * description, and so are the results: a wrong one is an error that names it.
 *
 * The object of [method@Norpc.Fake.get_service] has the signals and properties of the interface. The
 * test emits the signals and sets the properties there, and proxies follow.
 *
 * When a fake is closed or finalized, calls that are not answered fail with %NORPC_ERROR_CLOSED. A
 * proxy keeps a reference to its endpoint.
 *
 * If a rule answers with an error of [error@Norpc.Error] and without a delay, no handler counts as
 * having begun, as if a queue or a layer had rejected the call; so a [class@Norpc.Retry] repeats it.
 *
 * A synchronous call that is not answered at once fails with %NORPC_ERROR_WOULD_DEADLOCK if nothing
 * could end it: if it has no deadline and is never answered, or if the thread that created the fake
 * makes the call while there is a [class@Norpc.ManualClock], or for a list model.
 *
 * The functions of a fake are thread-safe, except for those for signals and properties, and
 * [method@Norpc.Fake.close], which are for the thread that creates the fake. The last reference may be released in
 * any thread; the object with the signals and properties then lasts until the context of the fake is iterated.
 *
 * Since: 0.1
 */

static void norpc_fake_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcFake, norpc_fake, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_fake_endpoint_iface_init))

/* Thread-safe. Returns the index of the method that @call calls, or -1. The client may have another
 * description of the same interface.
 */
static int
find_called_method (NorpcFake *self,
                    NorpcCall *call)
{
  const NorpcMethodInfo *info = norpc_call_get_method_info (call);
  g_autofree char *mismatch = NULL;
  int method;

  if (call->interface_info == self->interface_info)
    return (int) call->method;
  if (!g_str_equal (norpc_call_get_interface_name (call), self->interface_info->dbus.name))
    return -1;

  method = norpc_interface_info_find_method (self->interface_info, info->dbus.name);
  if (method < 0)
    return -1;
  mismatch = norpc_methods_find_mismatch (self->interface_info->methods[method], info);

  return mismatch == NULL ? method : -1;
}

static gboolean
returns_lists (const NorpcMethodInfo *info)
{
  for (GDBusArgInfo **args = info->dbus.out_args; args != NULL && *args != NULL; args++)
    if (norpc_arg_info_is_list ((const NorpcArgInfo *) *args))
      return TRUE;

  return FALSE;
}

/* Returns TRUE if the thread that waits for @call would have to do something for the answer, which is
 * not given at once. List models are sent from the fake's own context.
 */
static gboolean
would_deadlock (NorpcFake *self,
                NorpcCall *call,
                gboolean   is_delayed)
{
  if (!call->is_sync)
    return FALSE;
  if (norpc_clock_is_manual () || returns_lists (norpc_call_get_method_info (call)))
    return call->waiting_thread == self->thread;

  return call->deadline == 0 && !is_delayed;
}

/* Called in the thread that sends the call. Takes the call from @fake_call. */
static void
reject_deadlock (NorpcFakeCall *fake_call)
{
  NorpcCall *call = norpc_fake_call_take (fake_call);

  if (call != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_WOULD_DEADLOCK,
                             "would deadlock: it is synchronous, and the test that waits for it would have to "
                             "answer it or to advance the manual clock");
}

/* Called in the thread that sends the call. */
static void
apply_rule (NorpcFake     *self,
            NorpcCall     *call,
            NorpcFakeCall *fake_call,
            NorpcFakeRule *rule)
{
  const NorpcFakeValues *results = norpc_fake_rule_get_results (rule);
  const GError *failure = norpc_fake_rule_get_failure (rule);
  gboolean answers = results != NULL || failure != NULL;
  guint delay = norpc_fake_rule_get_delay (rule);
  NorpcFakeDelays *delays;

  if ((failure == NULL || failure->domain != NORPC_ERROR || delay > 0) && !norpc_call_begin_handling (call))
    return;

  if ((!answers || delay > 0) && would_deadlock (self, call, answers))
    {
      reject_deadlock (fake_call);
      return;
    }

  norpc_fake_stream_write_items (fake_call, rule);
  if (!answers)
    return;
  if (delay == 0)
    {
      norpc_fake_call_complete (fake_call, results, failure);
      return;
    }

  g_mutex_lock (&norpc_fake_lock);
  delays = self->delays != NULL ? norpc_fake_delays_ref (self->delays) : NULL;
  g_mutex_unlock (&norpc_fake_lock);

  if (delays != NULL)
    {
      norpc_fake_delays_add (delays, fake_call, rule, norpc_clock_now () + delay * G_TIME_SPAN_MILLISECOND);
      norpc_fake_delays_unref (delays);
    }
}

/* Called in the thread that sends the call. */
static void
answer_unexpected (NorpcFake     *self,
                   NorpcFakeCall *fake_call)
{
  const NorpcMethodInfo *info = self->interface_info->methods[norpc_fake_call_get_method (fake_call)];
  g_autoptr (GError) failure = NULL;
  g_autofree char *description = NULL;

  if ((info->flags & NORPC_METHOD_FLAGS_ONEWAY) != 0)
    {
      NorpcFakeValues nothing = { NULL, 0 };

      norpc_fake_call_complete (fake_call, &nothing, NULL);
      return;
    }

  g_mutex_lock (&norpc_fake_lock);
  g_ptr_array_add (self->unexpected, g_object_ref (fake_call));
  g_mutex_unlock (&norpc_fake_lock);

  description = norpc_fake_call_describe (fake_call);
  failure = g_error_new (NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "no rule of the NorpcFake fits the call %s",
                         description);
  norpc_fake_call_complete (fake_call, NULL, failure);
}

/* Thread-safe. Adds a call to those that the test sees. Returns FALSE if the fake is closed. */
static gboolean
add_call (NorpcFake     *self,
          NorpcFakeCall *fake_call)
{
  gboolean added;

  g_mutex_lock (&norpc_fake_lock);
  added = self->delays != NULL;
  if (added)
    g_ptr_array_add (self->calls, g_object_ref (fake_call));
  g_mutex_unlock (&norpc_fake_lock);

  return added;
}

static void
reject_closed (NorpcCall *call)
{
  norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its NorpcFake is closed");
}

/* Called in the thread that sends @call (owned). */
static void
send_to_method (NorpcFake *self,
                NorpcCall *call,
                guint      method)
{
  NorpcListRelay *lists = g_thread_self () == self->thread && self->relay != NULL
                            ? norpc_signal_relay_get_lists (self->relay) : NULL;
  gboolean has_lists = returns_lists (self->interface_info->methods[method]);
  g_autoptr (NorpcFakeCall) fake_call = NULL;
  g_autoptr (NorpcFakeRule) rule = NULL;
  g_autoptr (NorpcCall) kept = norpc_call_ref (call);

  norpc_list_relay_enter (lists, call);
  norpc_call_import_args (call);
  norpc_fake_stream_open (call);
  fake_call = norpc_fake_call_new (self->interface_info, method, call, has_lists ? self->context : NULL);
  if (!add_call (self, fake_call))
    {
      reject_closed (norpc_fake_call_take (fake_call));
      return;
    }

  rule = norpc_fake_claim_rule (self, fake_call);
  if (rule != NULL)
    apply_rule (self, call, fake_call, rule);
  else
    answer_unexpected (self, fake_call);
}

/* Thread-safe. */
static gboolean
norpc_fake_is_closed (NorpcEndpoint *endpoint)
{
  gboolean closed;

  g_mutex_lock (&norpc_fake_lock);
  closed = NORPC_FAKE (endpoint)->delays == NULL;
  g_mutex_unlock (&norpc_fake_lock);

  return closed;
}

/* Called in the thread that sends @call (owned). */
static void
norpc_fake_send (NorpcEndpoint *endpoint,
                 NorpcCall     *call)
{
  NorpcFake *self = NORPC_FAKE (endpoint);
  const NorpcMethodInfo *info = norpc_call_get_method_info (call);
  int method;

  norpc_metrics_call_sent (call, NULL);

  if ((info->flags & NORPC_METHOD_RETURNS_HANDLES) != 0)
    {
      norpc_fake_send_property_call (self, call);
      return;
    }

  if (norpc_fake_is_closed (endpoint))
    {
      reject_closed (call);
      return;
    }

  method = find_called_method (self, call);
  if (method < 0)
    norpc_call_reject_owned (call, NORPC_ERROR_NOT_IMPLEMENTED,
                             "was rejected: the NorpcFake has another interface, or another description of it");
  else
    send_to_method (self, call, (guint) method);
}

/* Thread-safe. */
static void
norpc_fake_subscribe (NorpcEndpoint   *endpoint,
                      NorpcSubscriber *subscriber)
{
  norpc_subscribers_add (NORPC_FAKE (endpoint)->subscribers, subscriber);
}

/* Thread-safe. */
static void
norpc_fake_unsubscribe (NorpcEndpoint   *endpoint,
                        NorpcSubscriber *subscriber)
{
  norpc_subscribers_remove (NORPC_FAKE (endpoint)->subscribers, subscriber);
}

static void
norpc_fake_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_fake_send;
  iface->is_closed = norpc_fake_is_closed;
  iface->subscribe = norpc_fake_subscribe;
  iface->unsubscribe = norpc_fake_unsubscribe;
}

/* Thread-safe. Completes the calls that are not answered. */
static void
reject_pending (NorpcFake *self)
{
  g_autoptr (GPtrArray) calls = norpc_fake_dup_calls (self, NULL);

  for (guint i = 0; i < calls->len; i++)
    {
      NorpcCall *call = norpc_fake_call_take (calls->pdata[i]);

      if (call != NULL)
        reject_closed (call);
    }
}

/* Thread-safe. No call is answered any more, except for those that fail. */
static void
close_calls (NorpcFake *self)
{
  NorpcFakeDelays *delays;

  g_mutex_lock (&norpc_fake_lock);
  delays = g_steal_pointer (&self->delays);
  g_mutex_unlock (&norpc_fake_lock);

  g_clear_pointer (&delays, norpc_fake_delays_close);
  reject_pending (self);
}

/* The parts of a fake that only the thread that has created it uses. */
typedef struct
{
  GObject          *service; /* (owned) */
  NorpcSignalRelay *relay;   /* (owned) (nullable) */
} Remains;

/* Runs in the fake's context, or in the thread that ends it. */
static void
remains_free (gpointer data)
{
  Remains *self = data;

  g_clear_pointer (&self->relay, norpc_signal_relay_free);
  g_object_unref (self->service);
  g_free (self);
}

static gboolean
remains_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_REMOVE;
}

/* Called in any thread, by the last one that has a reference. */
static void
free_in_context (NorpcFake *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Remains *remains = g_new (Remains, 1);

  *remains = (Remains) { g_object_ref (self->service), g_steal_pointer (&self->relay) };
  g_source_set_static_name (source, "norpc fake end");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, remains_cb, remains, remains_free);
  g_source_attach (source, self->context);
}

static void
norpc_fake_dispose (GObject *object)
{
  NorpcFake *self = NORPC_FAKE (object);

  close_calls (self);
  if (g_thread_self () == self->thread)
    g_clear_pointer (&self->relay, norpc_signal_relay_free);
  else if (self->relay != NULL)
    free_in_context (self);

  G_OBJECT_CLASS (norpc_fake_parent_class)->dispose (object);
}

static void
norpc_fake_finalize (GObject *object)
{
  NorpcFake *self = NORPC_FAKE (object);

  g_ptr_array_unref (self->rules);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->unexpected);
  g_clear_pointer (&self->subscribers, norpc_subscribers_unref);
  g_clear_object (&self->service);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (norpc_fake_parent_class)->finalize (object);
}

static void
norpc_fake_class_init (NorpcFakeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = norpc_fake_dispose;
  object_class->finalize = norpc_fake_finalize;
}

static void
norpc_fake_init (NorpcFake *self)
{
  self->thread = g_thread_self ();
  self->context = g_main_context_ref_thread_default ();
  self->subscribers = norpc_subscribers_new ();
  self->rules = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_ptr_array_new_with_free_func (g_object_unref);
  self->unexpected = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * norpc_fake_new:
 * @interface_info: an interface info
 *
 * Creates a fake of an interface, which has no answers yet.
 *
 * The thread that calls this function is the one that uses the signals and properties of the fake.
 *
 * Returns: (transfer full): a new fake
 * Since: 0.1
 */
NorpcFake *
norpc_fake_new (const NorpcInterfaceInfo *interface_info)
{
  NorpcFake *self;

  g_return_val_if_fail (interface_info != NULL, NULL);
  g_return_val_if_fail (interface_info->get_type != NULL, NULL);

  self = g_object_new (NORPC_TYPE_FAKE, NULL);
  self->interface_info = interface_info;
  self->delays = norpc_fake_delays_new ();
  self->service = norpc_stand_in_new (interface_info);
  self->relay = norpc_signal_relay_new (self->service, self->subscribers);

  return self;
}

/**
 * norpc_fake_close:
 * @self: a fake
 *
 * Closes the fake, as if its service had stopped.
 *
 * Calls that are not answered, and all later calls, fail with %NORPC_ERROR_CLOSED, and proxies are no
 * longer connected. The functions of the fake can still be called, and it still shows the calls.
 *
 * Must be called in the thread that created the fake.
 *
 * Since: 0.1
 */
void
norpc_fake_close (NorpcFake *self)
{
  g_return_if_fail (NORPC_IS_FAKE (self));
  g_return_if_fail (g_thread_self () == self->thread);

  close_calls (self);
  g_clear_pointer (&self->relay, norpc_signal_relay_free);
}
