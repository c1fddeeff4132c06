/* norpc-dbus-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-flush-private.h"
#include "norpc-dbus-object-parts-private.h"

/* A flush, which blocks a thread of its own: GIO would use one of a few threads, which files need, too. */
typedef struct
{
  gatomicrefcount  ref_count;
  GTask           *task;   /* (owned) */
  NorpcDBusObject *object; /* (owned) */
  GSource         *source; /* (owned) (nullable), since construction: completes the task when it is cancelled */
  int              ended;  /* atomic: the task was completed */
} Flush;

static void
flush_unref (gpointer data)
{
  Flush *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->source, g_source_unref);
  norpc_dbus_object_unref (self->object);
  g_object_unref (self->task);
  g_free (self);
}

/* Completes the task, unless that was done. Takes ownership of @error (nullable). */
static void
end_flush (Flush  *self,
           GError *error)
{
  if (!g_atomic_int_compare_and_exchange (&self->ended, FALSE, TRUE))
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (self->task, error);
  else
    g_task_return_boolean (self->task, TRUE);
}

/* Runs in the context of the task. GDBus may not notice that it is cancelled. */
static gboolean
flush_cancelled_cb (GCancellable *cancellable,
                    gpointer      user_data)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  end_flush (user_data, error);

  return G_SOURCE_REMOVE;
}

/* The turn to flush a connection: of several flushes at once, GDBus may never end one. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean is_taken; /* [lock] */
} FlushTurn;

static G_DEFINE_QUARK (norpc-dbus-flush-turn, get_turn)

static void
free_turn (gpointer data)
{
  FlushTurn *self = data;

  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Thread-safe. Returns the turn (unowned) of the flushes of a connection. */
static FlushTurn *
get_connection_turn (GDBusConnection *connection)
{
  static GMutex turns_lock;
  FlushTurn *turn;

  g_mutex_lock (&turns_lock);
  turn = g_object_get_qdata (G_OBJECT (connection), get_turn_quark ());
  if (turn == NULL)
    {
      turn = g_new0 (FlushTurn, 1);
      g_mutex_init (&turn->lock);
      g_cond_init (&turn->changed);
      g_object_set_qdata_full (G_OBJECT (connection), get_turn_quark (), turn, free_turn);
    }
  g_mutex_unlock (&turns_lock);

  return turn;
}

/* Runs in the thread that cancels. */
static void
turn_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                   gpointer      user_data)
{
  FlushTurn *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Blocks until the flushes before have ended. Returns FALSE if it is cancelled. */
static gboolean
take_turn (FlushTurn    *self,
           GCancellable *cancellable)
{
  gulong id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (turn_cancelled_cb), self, NULL) : 0;
  gboolean is_cancelled;

  g_mutex_lock (&self->lock);
  while (!(is_cancelled = g_cancellable_is_cancelled (cancellable)) && self->is_taken)
    g_cond_wait (&self->changed, &self->lock);
  if (!is_cancelled)
    self->is_taken = TRUE;
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, id);

  return !is_cancelled;
}

static void
end_turn (FlushTurn *self)
{
  g_mutex_lock (&self->lock);
  self->is_taken = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Blocks. GDBus does not notice that it is cancelled while the other side does not read. So one thread at most waits for
 * GDBus, and the others, which wait for their turn, end when they are cancelled.
 */
static void
flush_connection (GDBusConnection  *connection,
                  GCancellable     *cancellable,
                  GError          **error)
{
  FlushTurn *turn = get_connection_turn (connection);

  if (!take_turn (turn, cancellable))
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return;
    }

  g_dbus_connection_flush_sync (connection, cancellable, error);
  end_turn (turn);
}

/* Blocks. Returns an error (owned), or NULL. */
static GError *
flush (Flush *self)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);
  GError *error = NULL;

  norpc_dbus_object_await_sent (self->object, cancellable);
  flush_connection (self->object->connection, cancellable, &error);

  /* GDBus cancels what it does when the connection is closed, or drops it and says nothing. */
  if ((g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (cancellable)) ||
      (error == NULL && g_dbus_connection_is_closed (self->object->connection)))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
    }
  if (error == NULL)
    error = norpc_dbus_object_steal_unsent (self->object);

  return error;
}

/* Runs in the thread of the flush. */
static gpointer
run_flush (gpointer data)
{
  Flush *self = data;

  end_flush (self, flush (self));
  if (self->source != NULL)
    g_source_destroy (self->source);
  flush_unref (self);

  return NULL;
}

/* Takes ownership of @task, which is completed in its context, at once when it is cancelled. */
void
norpc_dbus_flush_begin (GTask           *task,
                        NorpcDBusObject *object)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Flush *self = g_new0 (Flush, 1);
  GError *error = NULL;
  GThread *thread;

  g_atomic_ref_count_init (&self->ref_count);
  self->task = task;
  self->object = norpc_dbus_object_ref (object);
  if (cancellable != NULL)
    {
      self->source = g_cancellable_source_new (cancellable);
      g_source_set_static_name (self->source, "norpc D-Bus flush");
      g_atomic_ref_count_inc (&self->ref_count);
      g_source_set_callback (self->source, G_SOURCE_FUNC (flush_cancelled_cb), self, flush_unref);
      g_source_attach (self->source, g_task_get_context (task));
    }

  thread = g_thread_try_new ("norpc flush", run_flush, self, &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }

  end_flush (self, error);
  if (self->source != NULL)
    g_source_destroy (self->source);
  flush_unref (self);
}
