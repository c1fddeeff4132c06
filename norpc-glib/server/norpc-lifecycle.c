/* norpc-lifecycle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "norpc-lifecycle.h"

/**
 * NorpcLifecycle:
 *
 * An optional interface of a service, with functions that run when the service starts and
 * stops.
 *
 * Both functions run in the service's main context, so that the service can open and
 * close its resources there, such as a database, a device, or a connection.
 *
 * Since: 0.1
 */

G_DEFINE_INTERFACE (NorpcLifecycle, norpc_lifecycle, G_TYPE_OBJECT)

static void
norpc_lifecycle_default_init (NorpcLifecycleInterface *iface G_GNUC_UNUSED)
{
}

/**
 * norpc_lifecycle_start:
 * @self: a service
 * @error: return location for an error
 *
 * Starts a service.
 *
 * The server calls this function in the service's context, before the first call. If it
 * fails, no call is served: all calls fail with %NORPC_ERROR_CLOSED. It does nothing for
 * a service that does not implement it.
 *
 * Returns: %TRUE if the service has started, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_lifecycle_start (NorpcLifecycle  *self,
                       GError         **error)
{
  NorpcLifecycleInterface *iface;
  g_autoptr (GError) start_error = NULL;

  g_return_val_if_fail (NORPC_IS_LIFECYCLE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = NORPC_LIFECYCLE_GET_IFACE (self);
  if (iface->start == NULL || iface->start (self, &start_error))
    return TRUE;

  /* An exception in another language arrives without an error. */
  if (start_error == NULL)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                 "%s failed to start and gave no reason", G_OBJECT_TYPE_NAME (self));
  else
    g_propagate_error (error, g_steal_pointer (&start_error));

  return FALSE;
}

/**
 * norpc_lifecycle_stop:
 * @self: a service
 *
 * Stops a service.
 *
 * The server calls this function in the service's context, after the last call, if the
 * service had started.
 *
 * Since: 0.1
 */
void
norpc_lifecycle_stop (NorpcLifecycle *self)
{
  NorpcLifecycleInterface *iface;

  g_return_if_fail (NORPC_IS_LIFECYCLE (self));

  iface = NORPC_LIFECYCLE_GET_IFACE (self);
  if (iface->stop != NULL)
    iface->stop (self);
}
