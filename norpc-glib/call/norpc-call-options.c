/* norpc-call-options.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a client sets for one call: its time and its priority. */

#include "norpc-call-private.h"

/* For deadlines that a layer makes sooner, which some other thread may ask for. Who
 * has the call, or has got it from there, needs no lock to read it.
 */
static GMutex deadline_lock;

/**
 * norpc_call_set_timeout:
 * @self: a call that has not been sent
 * @milliseconds: the time in milliseconds, or %NORPC_NO_TIMEOUT
 *
 * Sets how long the call may take.
 *
 * It goes before all other timeouts. See [method@Norpc.Proxy.set_timeout] for
 * what happens when the time is up.
 *
 * Since: 0.1
 */
void
norpc_call_set_timeout (NorpcCall *self,
                        guint      milliseconds)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (milliseconds > 0);
  g_return_if_fail (self->sink == NULL);

  self->timeout = milliseconds;
  self->has_timeout = TRUE;
}

/* The one thread that has the call, before it passes it on: who gets it from there
 * knows the deadline. The client goes by the one that it has set itself.
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
 * Tells when the time is up that the client has given the call, or a
 * [class@Norpc.TimeLimit] that it has passed, whichever is sooner.
 *
 * Any thread may ask.
 *
 * Returns: the time as [func@GLib.get_monotonic_time] counts it, in
 *   microseconds, or 0 if there is no deadline
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
 * @priority: its priority
 *
 * Sets which calls it passes in the queue to its service.
 *
 * It goes before the priority of a proxy. A call that is made while another
 * is handled, and is not given any, has that of the other.
 *
 * Since: 0.1
 */
void
norpc_call_set_priority (NorpcCall     *self,
                         NorpcPriority  priority)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (priority >= NORPC_PRIORITY_LOW && priority <= NORPC_PRIORITY_URGENT);
  g_return_if_fail (self->sink == NULL);

  self->priority = priority;
  self->has_priority = TRUE;
}

/**
 * norpc_call_get_priority:
 * @self: a call
 *
 * Tells which calls it passes in the queue to its service.
 *
 * Any thread may ask.
 *
 * Returns: its priority
 * Since: 0.1
 */
NorpcPriority
norpc_call_get_priority (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NORPC_PRIORITY_NORMAL);

  return self->priority;
}
