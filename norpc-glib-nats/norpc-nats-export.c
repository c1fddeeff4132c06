/* norpc-nats-export.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-export.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-intake-private.h"
#include "norpc-nats-subscription-private.h"

/**
 * NorpcNatsExport:
 *
 * Serves an endpoint to other processes, also on other machines, by NATS.
 *
 * Each method of an interface is a subject: the prefix, the name of the interface and that of the method, with dots
 * between them. The calls go to the endpoint, so that the layers in front of a service apply to them, too. Exports
 * with the same prefix share the load if they are in the same queue group, as they are by default: each call goes
 * to one of them.
 *
 * A message that the description does not allow is answered with an error before the endpoint sees it, and so is
 * one that asks for a method whose values have no form outside of the process.
 *
 * The main context that is the thread default when the export is created receives the messages and sends the
 * calls; the service may run in any other one. Functions of the export are for the thread that runs this
 * context.
 *
 * Since: 0.1
 */

struct _NorpcNatsExport
{
  GObject parent_instance;

  NorpcNatsServing *serving;       /* (owned) (nullable): until it is no longer exported */
  char             *queue_group;   /* (owned) (nullable), since construction */
  GPtrArray        *infos;         /* (owned): of unowned NorpcInterfaceInfo */
  GPtrArray        *subscriptions; /* (owned): of owned NorpcNatsSubscription */
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
  g_ptr_array_unref (self->infos);
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
  self->infos = g_ptr_array_new ();
  self->subscriptions = g_ptr_array_new_with_free_func (norpc_nats_subscription_end);
}

/* Returns FALSE if @error is set. Takes ownership of @data, which @destroy releases. */
static gboolean
subscribe (NorpcNatsExport       *self,
           const char            *subject,
           const char            *queue_group,
           NorpcNatsMessageFunc   func,
           gpointer               data,
           GDestroyNotify         destroy,
           GError               **error)
{
  NorpcNatsSubscription *subscription =
    norpc_nats_subscription_new (self->serving->link, subject, queue_group, func, data, destroy, error);

  if (subscription != NULL)
    g_ptr_array_add (self->subscriptions, subscription);

  return subscription != NULL;
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
 * @capacity: the maximum number of calls that are not answered; the next ones fail with %NORPC_ERROR_BUSY
 * @error: return location for an error
 *
 * Exports an endpoint.
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
  g_autofree char *cancel = NULL;

  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (prefix != NULL && norpc_nats_is_prefix (prefix), NULL);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (queue_group == NULL || norpc_nats_is_prefix (queue_group), NULL);
  g_return_val_if_fail (capacity > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (NORPC_NATS_TYPE_EXPORT, NULL);
  self->queue_group = g_strdup (queue_group);
  self->serving = norpc_nats_serving_new (connection, prefix, endpoint, capacity);
  norpc_nats_intake_begin (self->serving);
  cancel = norpc_nats_make_control (prefix, "cancel");
  if (!subscribe (self, cancel, NULL, norpc_nats_intake_cancel, norpc_nats_serving_ref (self->serving),
                  norpc_nats_serving_unref, error))
    return NULL;

  return norpc_nats_export_add_interface (self, info, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * norpc_nats_export_add_interface:
 * @self: an export
 * @info: another interface of the same endpoint
 * @error: return location for an error
 *
 * Exports another interface with the same prefix.
 *
 * Fails with %G_IO_ERROR_EXISTS if the export has it already.
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

  g_return_val_if_fail (NORPC_NATS_IS_EXPORT (self), FALSE);
  g_return_val_if_fail (self->serving != NULL, FALSE);
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (guint i = 0; i < self->infos->len; i++)
    if (g_str_equal (((const NorpcInterfaceInfo *) self->infos->pdata[i])->dbus.name, info->dbus.name))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "The interface %s is already exported", info->dbus.name);
        return FALSE;
      }

  subject = norpc_nats_make_subject (self->serving->prefix, info, "*");
  if (!subscribe (self, subject, self->queue_group, norpc_nats_intake_request,
                  norpc_nats_served_new (self->serving, info), norpc_nats_served_free, error))
    return FALSE;

  g_ptr_array_add (self->infos, (gpointer) info);

  return TRUE;
}

/**
 * norpc_nats_export_unexport:
 * @self: an export
 *
 * Ends the export.
 *
 * Calls that have reached the endpoint are still answered; those that wait in the export fail with
 * %NORPC_ERROR_CLOSED. It does nothing the second time. Releasing the last reference does the same.
 *
 * Since: 0.1
 */
void
norpc_nats_export_unexport (NorpcNatsExport *self)
{
  NorpcNatsServing *serving;

  g_return_if_fail (NORPC_NATS_IS_EXPORT (self));

  serving = g_steal_pointer (&self->serving);
  if (serving == NULL)
    return;

  norpc_nats_intake_end (serving);
  g_ptr_array_set_size (self->subscriptions, 0);
  norpc_nats_serving_unref (serving);
}
