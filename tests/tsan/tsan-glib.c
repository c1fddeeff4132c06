/* tsan-glib.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells ThreadSanitizer what a GLib that is not instrumented hides from it.
 *
 * It is preloaded. Each function stands before the one of GLib, GObject or GIO
 * of the same name, and says what happens before what. The rule for all of
 * them: release before the real function publishes, acquire after it has
 * received, on the address that both sides name. So an edge is told only where
 * GLib really makes one. Threads' starts and joins ThreadSanitizer sees itself.
 *
 * data/tsan.supp tells it to look at nothing else that GLib's libraries do.
 *
 * Calls that a library makes to itself are not seen here; libgio's calls to
 * libglib and libgobject are, so GTask needs no entry of its own.
 *
 * The code itself is not instrumented, and does nothing in a program that has
 * no ThreadSanitizer.
 */

#include "tsan-glib.h"

/* Locks */

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock) (mutex);
  acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean locked = REAL (g_mutex_trylock) (mutex);

  if (locked)
    acquire (mutex);
  return locked;
}

void
g_mutex_unlock (GMutex *mutex)
{
  release (mutex);
  REAL (g_mutex_unlock) (mutex);
}

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond  *cond,
                   GMutex *mutex,
                   gint64  end_time)
{
  gboolean signalled;

  release (mutex);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  acquire (mutex);
  return signalled;
}

void
g_rec_mutex_lock (GRecMutex *mutex)
{
  REAL (g_rec_mutex_lock) (mutex);
  acquire (mutex);
}

gboolean
g_rec_mutex_trylock (GRecMutex *mutex)
{
  gboolean locked = REAL (g_rec_mutex_trylock) (mutex);

  if (locked)
    acquire (mutex);
  return locked;
}

void
g_rec_mutex_unlock (GRecMutex *mutex)
{
  release (mutex);
  REAL (g_rec_mutex_unlock) (mutex);
}

/* Readers do not order one another: what they release has an address of its
 * own, which only writers acquire. */
#define READERS(lock) ((gconstpointer) ((const char *) (lock) + 1))

void
g_rw_lock_writer_lock (GRWLock *lock)
{
  REAL (g_rw_lock_writer_lock) (lock);
  acquire (lock);
  acquire (READERS (lock));
}

gboolean
g_rw_lock_writer_trylock (GRWLock *lock)
{
  gboolean locked = REAL (g_rw_lock_writer_trylock) (lock);

  if (locked)
    {
      acquire (lock);
      acquire (READERS (lock));
    }
  return locked;
}

void
g_rw_lock_writer_unlock (GRWLock *lock)
{
  release (lock);
  REAL (g_rw_lock_writer_unlock) (lock);
}

void
g_rw_lock_reader_lock (GRWLock *lock)
{
  REAL (g_rw_lock_reader_lock) (lock);
  acquire (lock);
}

gboolean
g_rw_lock_reader_trylock (GRWLock *lock)
{
  gboolean locked = REAL (g_rw_lock_reader_trylock) (lock);

  if (locked)
    acquire (lock);
  return locked;
}

void
g_rw_lock_reader_unlock (GRWLock *lock)
{
  release (READERS (lock));
  REAL (g_rw_lock_reader_unlock) (lock);
}

void
g_bit_lock (volatile gint *address,
            gint           lock_bit)
{
  REAL (g_bit_lock) (address, lock_bit);
  acquire ((gconstpointer) address);
}

gboolean
g_bit_trylock (volatile gint *address,
               gint           lock_bit)
{
  gboolean locked = REAL (g_bit_trylock) (address, lock_bit);

  if (locked)
    acquire ((gconstpointer) address);
  return locked;
}

void
g_bit_unlock (volatile gint *address,
              gint           lock_bit)
{
  release ((gconstpointer) address);
  REAL (g_bit_unlock) (address, lock_bit);
}

/* Once. The inlined first half of g_once_init_enter() is an atomic load of
 * the same address in instrumented code: it acquires. */

gboolean
(g_once_init_enter) (volatile void *location)
{
  gboolean first = REAL (g_once_init_enter) (location);

  if (!first)
    acquire ((gconstpointer) location);
  return first;
}

void
(g_once_init_leave) (volatile void *location,
                     gsize          result)
{
  release ((gconstpointer) location);
  REAL (g_once_init_leave) (location, result);
}

gpointer
g_once_impl (GOnce       *once,
             GThreadFunc  func,
             gpointer     arg)
{
  gpointer value = REAL (g_once_impl) (once, func, arg);

  /* Which thread ran @func is not known here: both halves. A thread that
   * comes late acquires by the atomic load that g_once() inlines. */
  release (once);
  acquire (once);
  return value;
}

/* GAsyncQueue */

void
g_async_queue_lock (GAsyncQueue *queue)
{
  REAL (g_async_queue_lock) (queue);
  acquire (queue);
}

void
g_async_queue_unlock (GAsyncQueue *queue)
{
  release (queue);
  REAL (g_async_queue_unlock) (queue);
}

void
g_async_queue_push (GAsyncQueue *queue,
                    gpointer     data)
{
  release (queue);
  REAL (g_async_queue_push) (queue, data);
}

void
g_async_queue_push_front (GAsyncQueue *queue,
                          gpointer     data)
{
  release (queue);
  REAL (g_async_queue_push_front) (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_pop) (queue);

  acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_try_pop) (queue);

  acquire (queue);
  return data;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue,
                           guint64      timeout)
{
  gpointer data = REAL (g_async_queue_timeout_pop) (queue, timeout);

  acquire (queue);
  return data;
}

/* These two wait, and give the lock away meanwhile. */

gpointer
g_async_queue_pop_unlocked (GAsyncQueue *queue)
{
  gpointer data;

  release (queue);
  data = REAL (g_async_queue_pop_unlocked) (queue);
  acquire (queue);
  return data;
}

gpointer
g_async_queue_timeout_pop_unlocked (GAsyncQueue *queue,
                                    guint64      timeout)
{
  gpointer data;

  release (queue);
  data = REAL (g_async_queue_timeout_pop_unlocked) (queue, timeout);
  acquire (queue);
  return data;
}
