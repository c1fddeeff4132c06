/* norpc-lifecycle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "norpc-lifecycle.h"

/**
 * NorpcLifecycle:
 *
 * What a service implements, besides its generated interfaces, to be told
 * when it starts and when it stops.
 *
 * Both functions run where the service runs, so this is where it opens and
 * closes what it owns: a database, a device, a connection.
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
 * Tells a service to start.
 *
 * The server calls this in the context of the service, before the first call.
 * If it fails, no call is ever served: all get %NORPC_ERROR_CLOSED. A service
 * that does not implement it has started.
 *
 * Returns: %TRUE if the service has started, %FALSE with @error set if not
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
                 "%s could not start, and did not say why", G_OBJECT_TYPE_NAME (self));
  else
    g_propagate_error (error, g_steal_pointer (&start_error));

  return FALSE;
}

/**
 * norpc_lifecycle_stop:
 * @self: a service
 *
 * Tells a service to stop.
 *
 * The server calls this in the context of the service, after the last call,
 * if the service had started.
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
