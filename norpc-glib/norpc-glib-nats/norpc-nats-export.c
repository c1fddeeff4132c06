/* norpc-nats-export.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-announcer-private.h"
#include "norpc-nats-discovery-private.h"
#include "norpc-nats-export.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-intake-private.h"
#include "norpc-nats-subscription-private.h"

/**
 * NorpcNatsExport:
 *
 * Serves an endpoint to other processes, also on other machines, over NATS.
 *
 * Each method of an interface is a subject: the prefix, the name of the interface and that of the method, with dots
 * between them. The calls go to the endpoint, so that the layers in front of a service apply to them, too. Exports
 * with the same prefix share the load if they are in the same queue group, as they are by default: each call goes
 * to one of them.
 *
 * The export publishes the signals of the service and the changes of its properties. Clients request the values of the
 * properties, and set them, as they call methods.
 *
 * A message that the description does not allow is answered with an error before the endpoint sees it, and so is
 * one that asks for a method whose values have no form outside of the process.
 *
 * The main context that is the thread default when the export is created receives the messages and sends the
 * calls; the service may run in any other one. Functions of the export are for the thread that runs this
 * context, except [method@NorpcNats.Export.unexport].
 *
 * Since: 0.1
 */

struct _NorpcNatsExport
{
  GObject parent_instance;

  NorpcNatsServing *serving;     /* (owned) (nullable), atomic: until it is no longer exported */
  char             *queue_group; /* (owned) (nullable), since construction */

  /* Until it is no longer exported, or is drained. */
  GPtrArray          *served;        /* (owned): of owned NorpcNatsServed */
  GPtrArray          *subscriptions; /* (owned): of owned NorpcNatsSubscription, to calls and questions */
  NorpcNatsDiscovery *discovery;     /* (owned) (nullable): since it was announced */

  gboolean is_drained; /* or has been */
};

G_DEFINE_FINAL_TYPE (NorpcNatsExport, norpc_nats_export, G_TYPE_OBJECT)

static void
norpc_nats_export_dispose (GObject *object)
{
  norpc_nats_export_unexport (NORPC_NATS_EXPORT (object));

  G_OBJECT_CLASS (norpc_nats_export_parent_class)->dispose (object);
}

static void
norpc_nats_export_finalize (GObject *object)
{
  NorpcNatsExport *self = NORPC_NATS_EXPORT (object);

  g_ptr_array_unref (self->subscriptions);
  g_ptr_array_unref (self->served);
  g_free (self->queue_group);

  G_OBJECT_CLASS (norpc_nats_export_parent_class)->finalize (object);
}

static void
norpc_nats_export_class_init (NorpcNatsExportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = norpc_nats_export_dispose;
  object_class->finalize = norpc_nats_export_finalize;
}

static void
norpc_nats_export_init (NorpcNatsExport *self)
{
  self->served = g_ptr_array_new_with_free_func (norpc_nats_served_unref);
  self->subscriptions = g_ptr_array_new_with_free_func (norpc_nats_subscription_end);
}

/* Takes no more calls, nor questions. Those that have come are still answered. */
static void
stop_taking (NorpcNatsExport *self)
{
  g_clear_pointer (&self->discovery, norpc_nats_discovery_unref);
  g_ptr_array_set_size (self->subscriptions, 0);
  g_ptr_array_set_size (self->served, 0);
}

static gboolean
subscribe_to_control (NorpcNatsServing      *serving,
                      const char            *name,
                      NorpcNatsMessageFunc   func,
                      GPtrArray             *subscriptions,
                      GError               **error)
{
  g_autofree char *subject = norpc_nats_make_control (serving->prefix, name);
  NorpcNatsSubscription *subscription = norpc_nats_subscription_new (serving->link, subject, NULL, func,
                                                                     norpc_nats_serving_ref (serving),
                                                                     norpc_nats_serving_unref, error);

  if (subscription != NULL)
    g_ptr_array_add (subscriptions, subscription);

  return subscription != NULL;
}

/* Subscribes to messages about calls. They are taken until the last call has been answered. */
static gboolean
subscribe_to_controls (NorpcNatsServing  *serving,
                       GError           **error)
{
  g_autoptr (GPtrArray) subscriptions = g_ptr_array_new_with_free_func (norpc_nats_subscription_drop);
  g_autofree char *held = g_strconcat ("held.", serving->id, NULL);

  if (!subscribe_to_control (serving, "cancel", norpc_nats_intake_cancel, subscriptions, error) ||
      !subscribe_to_control (serving, "held", norpc_nats_intake_question, subscriptions, error) ||
      !subscribe_to_control (serving, held, norpc_nats_intake_question, subscriptions, error))
    return FALSE;

  /* Nothing else uses them before an interface is served. */
  serving->controls = g_steal_pointer (&subscriptions);

  return TRUE;
}

/**
 * norpc_nats_export_new:
 * @connection: a connection
 * @prefix: the prefix of the subjects, such as `shop.store`
 * @endpoint: the endpoint to call
 * @info: an interface of the endpoint
 * @error: return location for an error
 *
 * Exports an endpoint, in the queue group %NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP and with at most
 * %NORPC_NATS_EXPORT_DEFAULT_CAPACITY calls that are not answered.
 *
 * This function does not block, and does not wait until the server has the subscriptions: see
 * [method@NorpcNats.Connection.flush_sync]. Without a connection, they are sent when there is one again.
 *
 * Fails with %NORPC_ERROR_INVALID_ARGUMENT if @prefix is not a valid subject: names with dots between them, without
 * blanks, control characters and wildcards.
 *
 * Returns: (transfer full): a new export, or %NULL if @error is set
 * Since: 0.1
 */
NorpcNatsExport *
norpc_nats_export_new (NorpcNatsConnection       *connection,
                       const char                *prefix,
                       NorpcEndpoint             *endpoint,
                       const NorpcInterfaceInfo  *info,
                       GError                   **error)
{
  return norpc_nats_export_new_full (connection, prefix, endpoint, info, NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP,
                                     NORPC_NATS_EXPORT_DEFAULT_CAPACITY, error);
}

/**
 * norpc_nats_export_new_full:
 * @connection: a connection
 * @prefix: the prefix of the subjects, such as `shop.store`
 * @endpoint: the endpoint to call
 * @info: an interface of the endpoint
 * @queue_group: (nullable): the queue group, or %NULL if the export gets each call, whatever other exports do
 * @capacity: the maximum number of calls that are not answered, at least 1; the next ones fail with %NORPC_ERROR_BUSY
 * @error: return location for an error
 *
 * Exports an endpoint. A @capacity of 0 is an error of the programmer.
 *
 * Fails with %NORPC_ERROR_INVALID_ARGUMENT if @prefix or @queue_group is not a valid subject: names with dots between
 * them, without spaces, control characters and wildcards.
 *
 * Returns: (transfer full): a new export, or %NULL if @error is set
 * Since: 0.1
 */
NorpcNatsExport *
norpc_nats_export_new_full (NorpcNatsConnection       *connection,
                            const char                *prefix,
                            NorpcEndpoint             *endpoint,
                            const NorpcInterfaceInfo  *info,
                            const char                *queue_group,
                            guint                      capacity,
                            GError                   **error)
{
  g_autoptr (NorpcNatsExport) self = NULL;

  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (norpc_nats_connection_get_link (connection) != NULL, NULL);
  g_return_val_if_fail (prefix != NULL, NULL);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (capacity > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!norpc_nats_check_prefix ("prefix", prefix, error) ||
      (queue_group != NULL && !norpc_nats_check_prefix ("queue group", queue_group, error)))
    return NULL;

  self = g_object_new (NORPC_NATS_TYPE_EXPORT, NULL);
  self->queue_group = g_strdup (queue_group);
  self->serving = norpc_nats_serving_new (connection, prefix, endpoint, capacity);
  self->serving->announcers = g_ptr_array_new_with_free_func (norpc_nats_announcer_free);
  norpc_nats_intake_begin (self->serving);

  if (!subscribe_to_controls (self->serving, error) || !norpc_nats_export_add_interface (self, info, error))
    return NULL;

  norpc_nats_serving_begin (self->serving);

  return g_steal_pointer (&self);
}

/* Returns FALSE and sets @error if the export takes no more calls. */
static gboolean
check_not_drained (NorpcNatsExport  *self,
                   GError          **error)
{
  if (self->is_drained)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED, "The export is drained");

  return !self->is_drained;
}

/**
 * norpc_nats_export_add_interface:
 * @self: an export
 * @info: another interface of the same endpoint
 * @error: return location for an error
 *
 * Exports another interface with the same prefix.
 *
 * Fails with %G_IO_ERROR_EXISTS if the export has it already, and with %NORPC_ERROR_CLOSED if the export is drained.
 *
 * Must be called in the context of the export.
 *
 * Returns: %TRUE if the interface was added
 * Since: 0.1
 */
gboolean
norpc_nats_export_add_interface (NorpcNatsExport           *self,
                                 const NorpcInterfaceInfo  *info,
                                 GError                   **error)
{
  g_autofree char *subject = NULL;
  NorpcNatsServed *served;
  NorpcNatsSubscription *subscription;

  g_return_val_if_fail (NORPC_NATS_IS_EXPORT (self), FALSE);
  g_return_val_if_fail (self->serving != NULL || self->is_drained, FALSE);
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_drained (self, error))
    return FALSE;

  for (guint i = 0; i < self->served->len; i++)
    if (g_str_equal (((NorpcNatsServed *) self->served->pdata[i])->info->dbus.name, info->dbus.name))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "The interface %s is already exported", info->dbus.name);
        return FALSE;
      }

  subject = norpc_nats_make_subject (self->serving->prefix, info, "*");
  served = norpc_nats_served_new (self->serving, info);
  subscription = norpc_nats_subscription_new (self->serving->link, subject, self->queue_group,
                                              norpc_nats_intake_request, norpc_nats_served_ref (served),
                                              norpc_nats_served_unref, error);
  if (subscription == NULL)
    {
      norpc_nats_served_unref (served);
      return FALSE;
    }

  g_ptr_array_add (self->subscriptions, subscription);
  g_ptr_array_add (self->served, served);
  if (norpc_nats_has_signals (info) || norpc_nats_has_changes (info))
    g_ptr_array_add (self->serving->announcers, norpc_nats_announcer_new (self->serving, info));
  if (self->discovery != NULL)
    norpc_nats_discovery_add (self->discovery, served);

  return TRUE;
}

/**
 * norpc_nats_export_announce:
 * @self: an export that was not announced before
 * @name: the name of the service: letters, digits, `-` and `_`
 * @version: its version as in [SemVer](https://semver.org), such as `1.0.0` or `1.0.0-rc.1`
 * @description: (nullable): a description of the service
 * @error: return location for an error
 *
 * Makes the export known to the service discovery of NATS.
 *
 * From now on, tools find it as a micro-service, with an endpoint for each method and with statistics of it. See
 * [the page on NATS](../norpc-glib-1/nats.html#discovery-and-statistics).
 *
 * Fails with %NORPC_ERROR_INVALID_ARGUMENT if @name or @version is not valid, and with %NORPC_ERROR_CLOSED if the
 * export is drained. To announce an export that has been
 * announced is an error of the programmer.
 *
 * Must be called in the context of the export.
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_nats_export_announce (NorpcNatsExport  *self,
                            const char       *name,
                            const char       *version,
                            const char       *description,
                            GError          **error)
{
  g_autoptr (GPtrArray) subscriptions = NULL;
  NorpcNatsDiscovery *discovery;

  g_return_val_if_fail (NORPC_NATS_IS_EXPORT (self), FALSE);
  g_return_val_if_fail ((self->serving != NULL && self->discovery == NULL) || self->is_drained, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (version != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_drained (self, error) || !norpc_nats_check_service_name (name, error) ||
      !norpc_nats_check_version (version, error))
    return FALSE;

  discovery = norpc_nats_discovery_new (self->serving, name, version, description, self->queue_group);
  for (guint i = 0; i < self->served->len; i++)
    norpc_nats_discovery_add (discovery, self->served->pdata[i]);

  subscriptions = g_ptr_array_new_with_free_func (norpc_nats_subscription_end);
  if (!norpc_nats_discovery_subscribe (discovery, subscriptions, error))
    {
      norpc_nats_discovery_unref (discovery);
      return FALSE;
    }

  g_ptr_array_extend_and_steal (self->subscriptions, g_steal_pointer (&subscriptions));
  self->discovery = discovery;

  return TRUE;
}

/**
 * norpc_nats_export_get_id:
 * @self: an export
 *
 * Gets the unique identifier of the export in service discovery.
 *
 * Returns: (nullable): the identifier, or %NULL if the export was not announced
 * Since: 0.1
 */
const char *
norpc_nats_export_get_id (NorpcNatsExport *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_EXPORT (self), NULL);

  return self->discovery != NULL ? self->serving->id : NULL;
}

/**
 * norpc_nats_export_drain:
 * @self: an export
 * @callback: (scope async): the function to call when the last call has been answered
 * @user_data: data for @callback
 *
 * Ends the export without losing a call.
 *
 * NATS sends no more calls to it, but to other exports of the queue group. Those that it has sent already are
 * handled and answered. Then the export ends, and @callback is called. If the connection is lost meanwhile, or the server
 * does not answer for five seconds, only the calls that have arrived are handled.
 *
 * It fails, after the export has ended, with %NORPC_ERROR_TIMED_OUT if the server does not confirm within ten seconds that
 * it has the replies: then they may be lost.
 *
 * Must be called in the context of the export. It fails with %NORPC_ERROR_CLOSED at once the second time, and if the export
 * has ended before.
 *
 * Since: 0.1
 */
void
norpc_nats_export_drain (NorpcNatsExport     *self,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (NORPC_NATS_IS_EXPORT (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, norpc_nats_export_drain);
  if (self->serving == NULL || self->is_drained || !norpc_nats_serving_drain (self->serving, task))
    {
      g_task_return_new_error (task, NORPC_ERROR, NORPC_ERROR_CLOSED, "The export has ended, or is drained already");
      g_object_unref (task);
      return;
    }

  self->is_drained = TRUE;
  stop_taking (self);
}

/**
 * norpc_nats_export_drain_finish:
 * @self: an export
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Finishes an operation that was started with norpc_nats_export_drain().
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_nats_export_drain_finish (NorpcNatsExport  *self,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (NORPC_NATS_IS_EXPORT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* Otherwise it was another drain that has ended the export, or will do so. */
  if (g_task_get_task_data (G_TASK (result)) != NULL)
    norpc_nats_export_unexport (self);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * norpc_nats_export_unexport:
 * @self: an export
 *
 * Ends the export.
 *
 * Calls that have reached the endpoint are still answered; those that wait in the export fail with
 * %NORPC_ERROR_CLOSED. If no thread runs the main context of the export at that time, all calls fail with it, because
 * their replies might never be handled. The thread of that context runs it in its callbacks, and not between two
 * iterations or behind its main loop: use [method@NorpcNats.Export.drain] before. It does nothing the second time.
 * Releasing the last reference does the same.
 *
 * It may be called in any thread, unless another thread is in a function of the export at that time. If another thread
 * runs the context, signals and changes of properties that it handles meanwhile may still be published.
 *
 * Since: 0.1
 */
void
norpc_nats_export_unexport (NorpcNatsExport *self)
{
  NorpcNatsServing *serving;
  gboolean unattended;

  g_return_if_fail (NORPC_NATS_IS_EXPORT (self));

  /* The end of a drain calls this, too, maybe in another thread. */
  serving = g_atomic_pointer_exchange (&self->serving, NULL);
  if (serving == NULL)
    return;

  norpc_nats_intake_end (serving);
  unattended = norpc_context_seize (serving->context);
  norpc_nats_serving_end_announcers (serving);
  if (unattended)
    {
      norpc_nats_intake_abandon (serving);
      g_main_context_release (serving->context);
    }
  stop_taking (self);
  norpc_nats_serving_unref (serving);
}
