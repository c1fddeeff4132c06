/* norpc-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "norpc-call-log-private.h"
#include "norpc-inspect-address-private.h"
#include "norpc-inspector-private.h"
#include "norpc-lints-private.h"
#include "norpc-server-report-private.h"

/**
 * NorpcInspector:
 *
 * Looks into the services of this process, or of another one: their threads and queues, the calls in flight,
 * how often methods are called and how long they take, and signs of mistakes.
 *
 * Calls are recorded only while there is an inspector; without one, they cost nothing. An inspector sees the calls
 * that are sent from its creation on.
 *
 * Lists are of dictionaries, of type `aa{sv}`, because new keys may be added. Arguments of calls are text that was
 * made when the call was sent. Arguments that are sensitive in the description are not in it.
 *
 * All functions are thread-safe. With another process, they fail with a [error@Gio.IOErrorEnum] or
 * [error@Gio.DBusError] if the connection is lost; they block until that process has answered, which it does in
 * a thread of its own, whatever its other threads do. See [the page on inspecting](inspecting.html).
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (NorpcInspector, norpc_inspector, G_TYPE_OBJECT)

typedef enum
{
  PROP_CONNECTION = 1,
} NorpcInspectorProperty;

static GParamSpec *properties[PROP_CONNECTION + 1];

static void
norpc_inspector_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  if (property_id == PROP_CONNECTION)
    NORPC_INSPECTOR (object)->connection = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
norpc_inspector_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  if (property_id == PROP_CONNECTION)
    g_value_set_object (value, NORPC_INSPECTOR (object)->connection);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
norpc_inspector_constructed (GObject *object)
{
  NorpcInspector *self = NORPC_INSPECTOR (object);

  G_OBJECT_CLASS (norpc_inspector_parent_class)->constructed (object);

  if (self->connection != NULL)
    return;

  norpc_call_log_attach ();
  self->rates = norpc_method_rates_new ();
}

static void
norpc_inspector_finalize (GObject *object)
{
  NorpcInspector *self = NORPC_INSPECTOR (object);

  if (self->connection == NULL)
    norpc_call_log_detach ();
  else if (self->owns_connection)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->rates, norpc_method_rates_free);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_inspector_parent_class)->finalize (object);
}

static void
norpc_inspector_class_init (NorpcInspectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_inspector_set_property;
  object_class->get_property = norpc_inspector_get_property;
  object_class->constructed = norpc_inspector_constructed;
  object_class->finalize = norpc_inspector_finalize;

  /**
   * NorpcInspector:connection:
   *
   * The connection to the process that is inspected, or %NULL for this process.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION] =
    g_param_spec_object ("connection", NULL, NULL,
                         G_TYPE_DBUS_CONNECTION,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_inspector_init (NorpcInspector *self)
{
  g_mutex_init (&self->lock);
}

/**
 * norpc_inspector_new:
 *
 * Creates an inspector of this process.
 *
 * Returns: (transfer full): a new inspector
 * Since: 0.1
 */
NorpcInspector *
norpc_inspector_new (void)
{
  return g_object_new (NORPC_TYPE_INSPECTOR, NULL);
}

/**
 * norpc_inspector_new_for_address:
 * @address: the path of a socket, or a D-Bus address such as `unix:path=/run/user/1000/app`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Creates an inspector of another process, which was started with the environment variable `NORPC_INSPECT`.
 *
 * It blocks until the connection is established. Only processes of the same user are connected.
 *
 * Returns: (transfer full): a new inspector, or %NULL if @error is set
 * Since: 0.1
 */
NorpcInspector *
norpc_inspector_new_for_address (const char    *address,
                                 GCancellable  *cancellable,
                                 GError       **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autofree char *dbus_address = NULL;
  NorpcInspector *self;

  g_return_val_if_fail (address != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  dbus_address = norpc_inspect_address_to_dbus (address);
  connection = g_dbus_connection_new_for_address_sync (dbus_address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                                       NULL, cancellable, error);
  if (connection == NULL)
    return NULL;

  self = g_object_new (NORPC_TYPE_INSPECTOR, "connection", connection, NULL);
  self->owns_connection = TRUE;

  return self;
}

/* Thread-safe. Gets a list (owned) from the other process, or NULL if @error is set. @params is floating, or
 * NULL.
 */
static GVariant *
list_remote (NorpcInspector  *self,
             const char      *method,
             GVariant        *params,
             GCancellable    *cancellable,
             GError         **error)
{
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (self->connection, NULL, NORPC_INSPECT_PATH, NORPC_INSPECT_INTERFACE, method, params,
                                 G_VARIANT_TYPE ("(aa{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, cancellable, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/**
 * norpc_inspector_list_services:
 * @self: an inspector
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lists the servers that run, in the order in which they were started, and objects that were passed to other main
 * contexts.
 *
 * The keys are `service` (u): the number of the server, which is unique in its process; `type` (s): the GType of its
 * service; `exported` (b): whether it is an object that was passed on; `phase` (s): `starting`, `running` or
 * `stopping`; `thread` (s): a name of its thread; `context` (t): a number that servers in the same main context share;
 * `waiting` (u): the length of its queue; `capacity` (u): that of the queue; `open` (u): the number of calls that its
 * service has kept to answer later; `max-open` (u): [property@Norpc.Server:max-open-calls]; `interfaces` (as); and
 * `methods` (a(sss)): an interface, a method of it, and the type of the tuple that [method@Norpc.Inspector.invoke]
 * takes, or an empty string if it cannot be invoked.
 *
 * Returns: (transfer full): a list of dictionaries, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_inspector_list_services (NorpcInspector  *self,
                               GCancellable    *cancellable,
                               GError         **error)
{
  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection != NULL)
    return list_remote (self, "ListServices", NULL, cancellable, error);

  return g_variant_ref_sink (norpc_server_report_list ());
}

/**
 * norpc_inspector_list_calls:
 * @self: an inspector
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lists the calls in flight, and those whose handlers still run; the oldest 1000 of them.
 *
 * The keys are `call` (t): the number of the call; `parent` (t): the call that was being handled where it was sent,
 * or 0; `service` (u): the server that it was sent to, or 0; `from` (u): the server that sent it while it handled
 * the parent, or 0; `client` (s): the name of the thread that sent it; `interface` (s); `method` (s); `args` (s): the
 * arguments as text; `stage` (s): `waiting` in a queue, `handled` if the handler is running, `open` if the handler
 * has returned and the service answers later, `ended` if the call has completed while the handler still runs;
 * `age` (x): in nanoseconds; and, if there is a deadline, `time-left` (x): in nanoseconds.
 *
 * Returns: (transfer full): a list of dictionaries, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_inspector_list_calls (NorpcInspector  *self,
                            GCancellable    *cancellable,
                            GError         **error)
{
  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection != NULL)
    return list_remote (self, "ListCalls", NULL, cancellable, error);

  return g_variant_ref_sink (norpc_call_log_list_calls ());
}

/* Thread-safe. */
static GVariant *
list_rates (NorpcInspector *self)
{
  GVariant *rates;

  g_mutex_lock (&self->lock);
  rates = norpc_method_rates_list (self->rates);
  g_mutex_unlock (&self->lock);

  return g_variant_ref_sink (rates);
}

/**
 * norpc_inspector_list_methods:
 * @self: an inspector
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lists the methods that were called, with their rates since this function was last called for @self, or since it was
 * created.
 *
 * The keys are `service` (u), or 0 for calls that pass no queue; `interface` (s); `method` (s); `calls` (t): the number
 * of calls; `in-flight` (t): of those that have not completed; `failed` (t): of those that ended otherwise than with
 * results; `rate` (d): calls per second; and `median`, `p90`, `p99`, `max` (x): percentiles of the latencies of
 * the calls that ended, in nanoseconds, or 0 if there were none. They are those of %NORPC_LATENCY_TOTAL.
 *
 * Returns: (transfer full): a list of dictionaries, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_inspector_list_methods (NorpcInspector  *self,
                              GCancellable    *cancellable,
                              GError         **error)
{
  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection != NULL)
    return list_remote (self, "ListMethods", NULL, cancellable, error);

  return list_rates (self);
}

/**
 * norpc_inspector_list_events:
 * @self: an inspector
 * @after: the number of the last event that is known, or 0
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lists what happened to calls after another event: the next 1000 events at most. The last 4096 events are kept.
 *
 * The keys are `serial` (t): the number of the event, which is 1 for the first one since the process has an inspector,
 * so that a gap after @after says how many were dropped; `kind` (s): `sent`, `handled` when the handler starts, or
 * `completed`; `time` (x): the monotonic time in nanoseconds; `call`, `parent`, `service`, `from`, `client`,
 * `interface` and `method` as in [method@Norpc.Inspector.list_calls]; of a call that was sent, `args` (s); and of one
 * that has completed, `outcome` (s): a [enum@Norpc.Outcome].
 *
 * Returns: (transfer full): a list of dictionaries, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_inspector_list_events (NorpcInspector  *self,
                             guint64          after,
                             GCancellable    *cancellable,
                             GError         **error)
{
  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection != NULL)
    return list_remote (self, "ListEvents", g_variant_new ("(t)", after), cancellable, error);

  return g_variant_ref_sink (norpc_call_log_list_events (after));
}

/**
 * norpc_inspector_list_lints:
 * @self: an inspector
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lists signs of mistakes that inspectors of the process have noticed.
 *
 * The keys are `name` (s): the kind; `service` (u), or 0; `interface` (s) and `method` (s), or empty strings;
 * `count` (t): how often it was noticed; and `text` (s): the worst case.
 *
 * The kinds are `blocking-handler`: a handler blocked the thread of its service for more than 16 ms; `full-queue`: at
 * least 10 calls, and one in 20, found the queue full; `no-deadline`: a call was sent without a deadline; and
 * `warning`: the library printed a warning. Each kind is listed once for each method, server or text of a warning.
 *
 * The 1000 lints that were noticed last are kept, in the order in which they were noticed first. If others were dropped,
 * the first entry has the name `dropped-lints`, and their number as `count`.
 *
 * Returns: (transfer full): a list of dictionaries, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_inspector_list_lints (NorpcInspector  *self,
                            GCancellable    *cancellable,
                            GError         **error)
{
  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection != NULL)
    return list_remote (self, "ListLints", NULL, cancellable, error);

  norpc_call_log_note_lints ();

  return g_variant_ref_sink (norpc_lints_list ());
}
