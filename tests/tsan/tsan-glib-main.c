/* tsan-glib-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The part of tsan-glib.c that is about sources, main contexts, thread pools
 * and cancellables: here what goes from one thread to another is a callback,
 * so its thread acquires just before it runs. */

#include "tsan-glib.h"

/* Sources. When one is attached its functions are replaced by ones that
 * acquire what was released to the source. */

typedef struct
{
  GSourceFuncs funcs; /* first: a source points here */
  GSourceFuncs *real;
} WrappedFuncs;

static GSourceFuncs *
real_funcs (GSource *source)
{
  acquire (source);
  return ((WrappedFuncs *) source->source_funcs)->real;
}

static gboolean
wrapped_prepare (GSource *source,
                 gint    *timeout)
{
  return real_funcs (source)->prepare (source, timeout);
}

static gboolean
wrapped_check (GSource *source)
{
  return real_funcs (source)->check (source);
}

static gboolean
wrapped_dispatch (GSource     *source,
                  GSourceFunc  callback,
                  gpointer     user_data)
{
  gboolean again = real_funcs (source)->dispatch (source, callback, user_data);

  release (source);
  return again;
}

static void
wrapped_finalize (GSource *source)
{
  real_funcs (source)->finalize (source);
}

static GSourceFuncs *
wrap_funcs (GSourceFuncs *real)
{
  static GHashTable *wrapped_by_real;
  static gint lock;
  WrappedFuncs *wrapped;

  REAL (g_bit_lock) (&lock, 0);
  if (wrapped_by_real == NULL)
    wrapped_by_real = g_hash_table_new (NULL, NULL);
  wrapped = g_hash_table_lookup (wrapped_by_real, real);
  if (wrapped == NULL)
    {
      wrapped = g_new0 (WrappedFuncs, 1);
      wrapped->funcs = *real;
      wrapped->funcs.prepare = real->prepare != NULL ? wrapped_prepare : NULL;
      wrapped->funcs.check = real->check != NULL ? wrapped_check : NULL;
      wrapped->funcs.dispatch = wrapped_dispatch;
      wrapped->funcs.finalize = real->finalize != NULL ? wrapped_finalize : NULL;
      wrapped->real = real;
      g_hash_table_insert (wrapped_by_real, real, wrapped);
    }
  REAL (g_bit_unlock) (&lock, 0);
  return &wrapped->funcs;
}

guint
g_source_attach (GSource      *source,
                 GMainContext *context)
{
  GSourceFuncs *funcs = (GSourceFuncs *) source->source_funcs;

  /* GLib knows the last two by their address. */
  if (funcs->dispatch != wrapped_dispatch &&
      funcs != &g_child_watch_funcs && funcs != &g_unix_signal_funcs)
    g_source_set_funcs (source, wrap_funcs (funcs));
  release (source);
  return REAL (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource *source,
                         gint64   ready_time)
{
  release (source);
  REAL (g_source_set_ready_time) (source, ready_time);
}

void
g_source_destroy (GSource *source)
{
  release (source);
  acquire (source);
  REAL (g_source_destroy) (source);
}

static guint
attach_new (GSource        *source,
            GMainContext   *context,
            int             priority,
            GSourceFunc     func,
            gpointer        data,
            GDestroyNotify  notify)
{
  guint id;

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, notify);
  id = g_source_attach (source, context);
  g_source_unref (source);
  return id;
}

guint
g_idle_add (GSourceFunc func,
            gpointer    data)
{
  return attach_new (g_idle_source_new (), NULL, G_PRIORITY_DEFAULT_IDLE, func, data, NULL);
}

guint
g_idle_add_full (gint           priority,
                 GSourceFunc    func,
                 gpointer       data,
                 GDestroyNotify notify)
{
  return attach_new (g_idle_source_new (), NULL, priority, func, data, notify);
}

guint
g_timeout_add (guint       interval,
               GSourceFunc func,
               gpointer    data)
{
  return attach_new (g_timeout_source_new (interval), NULL, G_PRIORITY_DEFAULT,
                     func, data, NULL);
}

guint
g_timeout_add_full (gint           priority,
                    guint          interval,
                    GSourceFunc    func,
                    gpointer       data,
                    GDestroyNotify notify)
{
  return attach_new (g_timeout_source_new (interval), NULL, priority, func, data, notify);
}

void
g_main_context_invoke_full (GMainContext   *context,
                            gint            priority,
                            GSourceFunc     func,
                            gpointer        data,
                            GDestroyNotify  notify)
{
  g_autoptr (GMainContext) mine = g_main_context_ref_thread_default ();

  if (context == NULL)
    context = g_main_context_default ();

  if (!g_main_context_is_owner (context) && mine != context)
    attach_new (g_idle_source_new (), context, priority, func, data, notify);
  else /* at once, or as this thread's own business: no other thread in it */
    REAL (g_main_context_invoke_full) (context, priority, func, data, notify);
}

void
g_main_context_invoke (GMainContext *context,
                       GSourceFunc   func,
                       gpointer      data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

/* Loops and contexts */

void
g_main_loop_quit (GMainLoop *loop)
{
  release (loop);
  REAL (g_main_loop_quit) (loop);
}

void
g_main_loop_run (GMainLoop *loop)
{
  GMainContext *context = g_main_loop_get_context (loop);

  acquire (context);
  REAL (g_main_loop_run) (loop);
  release (context);
  acquire (loop);
}

gboolean
g_main_context_iteration (GMainContext *context,
                          gboolean      may_block)
{
  gconstpointer address = context != NULL ? context : g_main_context_default ();
  gboolean dispatched;

  acquire (address);
  dispatched = REAL (g_main_context_iteration) (context, may_block);
  acquire (address);
  release (address);
  return dispatched;
}

void
g_main_context_wakeup (GMainContext *context)
{
  release (context != NULL ? context : g_main_context_default ());
  REAL (g_main_context_wakeup) (context);
}

/* The last reference may end in another thread than the sources were made in. */
void
g_main_context_unref (GMainContext *context)
{
  release (context);
  acquire (context);
  REAL (g_main_context_unref) (context);
}

/* Thread pools */

typedef struct
{
  GFunc func;
  gpointer user_data;
} WrappedPool;

static void
wrapped_pool_func (gpointer data,
                   gpointer user_data)
{
  WrappedPool *pool = user_data;

  acquire (data);
  pool->func (data, pool->user_data);
}

GThreadPool *
g_thread_pool_new (GFunc      func,
                   gpointer   user_data,
                   gint       max_threads,
                   gboolean   exclusive,
                   GError   **error)
{
  WrappedPool *pool = g_new (WrappedPool, 1); /* never freed: a pool lives long */

  pool->func = func;
  pool->user_data = user_data;
  release (pool);
  return REAL (g_thread_pool_new) (wrapped_pool_func, pool, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool  *pool,
                    gpointer      data,
                    GError      **error)
{
  release (data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

/* Cancellables: a handler runs in the thread that cancels. */

typedef struct
{
  GCallback callback;
  gpointer data;
  GDestroyNotify notify;
  GCancellable *cancellable;
} WrappedHandler;

static void
wrapped_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  WrappedHandler *handler = user_data;

  acquire (cancellable);
  ((void (*) (GCancellable *, gpointer)) handler->callback) (cancellable, handler->data);
  release (cancellable);
}

static void
wrapped_handler_free (gpointer user_data)
{
  WrappedHandler *handler = user_data;

  acquire (handler->cancellable);
  if (handler->notify != NULL)
    handler->notify (handler->data);
  g_free (handler);
}

gulong
g_cancellable_connect (GCancellable   *cancellable,
                       GCallback       callback,
                       gpointer        data,
                       GDestroyNotify  notify)
{
  WrappedHandler *handler = g_new (WrappedHandler, 1);

  handler->callback = callback;
  handler->data = data;
  handler->notify = notify;
  handler->cancellable = cancellable;
  release (cancellable);
  return REAL (g_cancellable_connect) (cancellable, G_CALLBACK (wrapped_cancelled_cb),
                                       handler, wrapped_handler_free);
}

void
g_cancellable_disconnect (GCancellable *cancellable,
                          gulong        handler_id)
{
  release (cancellable);
  REAL (g_cancellable_disconnect) (cancellable, handler_id);
  if (cancellable != NULL)
    acquire (cancellable);
}

void
g_cancellable_cancel (GCancellable *cancellable)
{
  release (cancellable);
  REAL (g_cancellable_cancel) (cancellable);
}

gboolean
g_cancellable_is_cancelled (GCancellable *cancellable)
{
  gboolean cancelled = REAL (g_cancellable_is_cancelled) (cancellable);

  if (cancelled)
    acquire (cancellable);
  return cancelled;
}
