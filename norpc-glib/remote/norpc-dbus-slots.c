/* norpc-dbus-slots.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls of an object may wait for their replies, and the clients that wait until there are fewer, or until the
 * other side of the connection has read enough of those that were sent.
 */

#include "norpc-dbus-object-parts-private.h"
#include "norpc-dbus-outflow-private.h"

/* Thread-safe. Returns FALSE if there are as many calls as there may be. */
gboolean
norpc_dbus_object_take_slot (NorpcDBusObject *self)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = self->n_calls < self->capacity;
  if (taken)
    self->n_calls++;
  g_mutex_unlock (&self->lock);

  return taken;
}

/* Thread-safe. */
gboolean
norpc_dbus_object_is_ready (NorpcDBusObject *self)
{
  gboolean ready;

  g_mutex_lock (&self->lock);
  ready = self->n_calls < self->capacity;
  g_mutex_unlock (&self->lock);

  return ready && !norpc_dbus_outflow_is_excessive (self->connection) && !norpc_dbus_object_is_disconnected (self);
}

/* Called with the lock held. Adds a probe, and takes those out (owned) that have completed, because they were cancelled or
 * have timed out.
 */
static GPtrArray *
exchange_probes_locked (NorpcDBusObject *self,
                        NorpcCall       *probe)
{
  GPtrArray *completed = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  GList *next;

  for (GList *link = self->probes.head; link != NULL; link = next)
    {
      NorpcCall *other = link->data;

      next = link->next;
      if (g_atomic_int_get (&other->state) == NORPC_CALL_OPEN)
        continue;

      g_queue_delete_link (&self->probes, link);
      g_ptr_array_add (completed, other);
    }
  g_queue_push_tail (&self->probes, norpc_call_ref (probe));

  return completed;
}

static gpointer
ref_object (gpointer object)
{
  return norpc_dbus_object_ref (object);
}

/* Runs in the thread of D-Bus endpoints. */
static void
note_relaxed (gpointer object)
{
  norpc_dbus_object_tell_probes (object);
}

static const NorpcDBusOutflowFuncs outflow_funcs = { ref_object, norpc_dbus_object_unref, note_relaxed };

/* Thread-safe. @probe is borrowed. */
void
norpc_dbus_object_await_ready (NorpcDBusObject *self,
                               NorpcCall       *probe)
{
  g_autoptr (GPtrArray) completed = NULL;
  gboolean waits;

  /* A probe that was cancelled does not wait again. */
  if (g_atomic_int_get (&probe->state) != NORPC_CALL_OPEN)
    return;
  if (norpc_dbus_object_is_disconnected (self))
    {
      norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED,
                                       "The connection or the object is closed");
      return;
    }

  g_mutex_lock (&self->lock);
  waits = self->n_calls >= self->capacity || norpc_dbus_outflow_await (self->connection, self, &outflow_funcs);
  if (waits)
    completed = exchange_probes_locked (self, probe);
  g_mutex_unlock (&self->lock);

  if (!waits)
    norpc_call_return_values (probe, 0, NULL);
}

/* Thread-safe. All that wait are told, because those that are told first may not use the room; those for which it is too
 * late wait again.
 */
void
norpc_dbus_object_tell_probes (NorpcDBusObject *self)
{
  NorpcCall *probe;
  GQueue probes;

  g_mutex_lock (&self->lock);
  probes = self->probes;
  g_queue_init (&self->probes);
  g_mutex_unlock (&self->lock);

  while ((probe = g_queue_pop_head (&probes)) != NULL)
    {
      norpc_dbus_object_await_ready (self, probe);
      norpc_call_unref (probe);
    }
}

/* Thread-safe. There is room for one more call. */
void
norpc_dbus_object_free_slot (NorpcDBusObject *self)
{
  g_mutex_lock (&self->lock);
  self->n_calls--;
  g_mutex_unlock (&self->lock);

  norpc_dbus_object_tell_probes (self);
}

/* Runs in the thread of D-Bus endpoints. The endpoint has been finalized, and nothing waits any more. */
void
norpc_dbus_object_end_waiting (NorpcDBusObject *self)
{
  norpc_dbus_outflow_forget (self->connection, self);
}
