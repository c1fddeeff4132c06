/* norpc-call-options.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The properties of a single call that come from its client: timeout, priority, and the client
 * itself.
 */

#include "norpc-call-private.h"

/* Protects deadlines while a layer limits them, because another thread may read them. The
 * thread that owns the call, or has received it from that thread, needs no lock to read its
 * deadline.
 */
static GMutex deadline_lock;

/**
 * norpc_call_set_timeout:
 * @self: a call that has not been sent
 * @milliseconds: the timeout in milliseconds, greater than 0, or %NORPC_NO_TIMEOUT
 *
 * Sets the timeout of the call.
 *
 * It takes precedence over all other timeouts. See [method@Norpc.Proxy.set_timeout] for
 * what happens when a call times out.
 *
 * Since: 0.1
 */
void
norpc_call_set_timeout (NorpcCall *self,
                        guint      milliseconds)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (milliseconds > 0);
  g_return_if_fail (self->link.sink == NULL);

  self->timeout = milliseconds;
  self->has_timeout = TRUE;
}

/* Called in the thread that owns the call, before it passes the call on, so that the next
 * owner knows the deadline. The client uses the deadline that it has set itself.
 */
void
norpc_call_limit_deadline (NorpcCall *self,
                           gint64     deadline)
{
  g_mutex_lock (&deadline_lock);
  if (self->deadline == 0 || deadline < self->deadline)
    self->deadline = deadline;
  g_mutex_unlock (&deadline_lock);
}

/**
 * norpc_call_get_deadline:
 * @self: a call
 *
 * Gets the deadline of the call: the earlier of the client's deadline and those of each
 * [class@Norpc.TimeLimit] that the call has passed.
 *
 * This function is thread-safe.
 *
 * Returns: the deadline in microseconds of norpc_get_monotonic_time(), or 0 if the
 *   call has no deadline
 * Since: 0.1
 */
gint64
norpc_call_get_deadline (NorpcCall *self)
{
  gint64 deadline;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&deadline_lock);
  deadline = self->deadline;
  g_mutex_unlock (&deadline_lock);

  return deadline;
}

/**
 * norpc_call_set_priority:
 * @self: a call that has not been sent
 * @priority: the priority
 *
 * Sets the priority of the call in the queue to its service.
 *
 * It takes precedence over the priority of the proxy. A call that is sent while another
 * is handled, and has no priority of its own, inherits the priority of that call.
 *
 * Since: 0.1
 */
void
norpc_call_set_priority (NorpcCall     *self,
                         NorpcPriority  priority)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (priority >= NORPC_PRIORITY_LOW && priority <= NORPC_PRIORITY_URGENT);
  g_return_if_fail (self->link.sink == NULL);

  self->priority = priority;
  self->has_priority = TRUE;
}

/**
 * norpc_call_get_priority:
 * @self: a call
 *
 * Gets the priority of the call in the queue to its service.
 *
 * This function is thread-safe.
 *
 * Returns: the priority
 * Since: 0.1
 */
NorpcPriority
norpc_call_get_priority (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NORPC_PRIORITY_NORMAL);

  return self->priority;
}

/**
 * norpc_call_get_client:
 * @self: a call
 *
 * Gets a number for the client that has sent the call: its proxy, or over D-Bus, its process.
 *
 * All calls of a client have the same number, also if layers or other proxies have passed them on. No
 * two clients that exist at the same time have the same number. A service can use the number as a
 * key for data of each client. A process has another number in each [class@Norpc.DBusExport].
 *
 * This function is thread-safe.
 *
 * Returns: the number, or 0 if the client is not known, as over NATS
 * Since: 0.1
 */
guint
norpc_call_get_client (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->client;
}
