/* store-by-hand.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same store without norpc-glib: a thread with a main context, a request for each call, and tasks. As
 * with norpc-glib, calls can be cancelled while they wait and while they are in progress, synchronous calls
 * run no main loop of their caller, and each call completes exactly once, also when the store stops.
 */

#include "store-by-hand.h"

struct _HandStore
{
  GObject parent_instance;

  GThread      *thread;  /* (owned) (nullable) */
  GMainContext *context; /* (owned) */
  GMainLoop    *loop;    /* (owned) */
  GHashTable   *values;  /* (owned): accessed in the thread */
  gboolean      closed;  /* [lock] */
  GMutex        lock;
};

G_DEFINE_FINAL_TYPE (HandStore, hand_store, G_TYPE_OBJECT)

/* A call: a task whose data are the arguments. */
typedef void (*Handler) (HandStore *self,
                         GTask     *task);

typedef struct
{
  Handler  handler;
  char    *key;   /* (owned) */
  GBytes  *value; /* (owned) (nullable) */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->key);
  g_clear_pointer (&request->value, g_bytes_unref);
  g_free (request);
}

/* Runs in the thread. */
static gboolean
handle_request (gpointer data)
{
  GTask *task = data;
  Request *request = g_task_get_task_data (task);
  HandStore *self = g_task_get_source_object (task);

  if (!g_task_return_error_if_cancelled (task))
    request->handler (self, task);

  return G_SOURCE_REMOVE;
}

/* Takes ownership of @value. */
static void
send_request (HandStore           *self,
              Handler              handler,
              gpointer             tag,
              const char          *key,
              GBytes              *value,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);
  gboolean closed;

  request->handler = handler;
  request->key = g_strdup (key);
  request->value = value;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, request, request_free);

  g_mutex_lock (&self->lock);
  closed = self->closed;
  if (!closed)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, handle_request, g_object_ref (task), g_object_unref);
      g_source_attach (source, self->context);
    }
  g_mutex_unlock (&self->lock);

  if (closed)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The store has stopped");
}

/* The result of a synchronous call. */
typedef struct
{
  GMainContext *context; /* (owned) */
  GAsyncResult *result;  /* (owned) (nullable) */
} Wait;

static void
wait_begin (Wait *wait)
{
  wait->context = g_main_context_new ();
  wait->result = NULL;
  g_main_context_push_thread_default (wait->context);
}

static void
wait_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Wait *wait = user_data;

  wait->result = g_object_ref (result);
}

static GAsyncResult *
wait_end (Wait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (wait->context, TRUE);
  g_main_context_pop_thread_default (wait->context);
  g_main_context_unref (wait->context);

  return wait->result;
}

static gpointer
run_thread (gpointer data)
{
  g_autoptr (GMainLoop) loop = data;
  GMainContext *context = g_main_loop_get_context (loop);

  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);

  return G_SOURCE_REMOVE;
}

void
hand_store_stop (HandStore *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_return_if_fail (HAND_IS_STORE (self));

  if (self->thread == NULL)
    return;

  /* the last request had the last reference */
  if (self->thread == g_thread_self ())
    {
      g_main_loop_quit (self->loop);
      g_clear_pointer (&self->thread, g_thread_unref);
      return;
    }

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);

  /* after all requests that have been accepted */
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (g_steal_pointer (&self->thread));
}

static void
hand_store_finalize (GObject *object)
{
  HandStore *self = HAND_STORE (object);

  hand_store_stop (self);
  g_hash_table_unref (self->values);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (hand_store_parent_class)->finalize (object);
}

static void
hand_store_class_init (HandStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hand_store_finalize;
}

static void
hand_store_init (HandStore *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal,
                                        g_free, (GDestroyNotify) g_bytes_unref);
}

HandStore *
hand_store_new (GError **error)
{
  g_autoptr (HandStore) self = g_object_new (HAND_TYPE_STORE, NULL);

  self->thread = g_thread_try_new ("store", run_thread, g_main_loop_ref (self->loop), error);
  if (self->thread == NULL)
    {
      g_main_loop_unref (self->loop);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* Get */

static void
handle_get (HandStore *self,
            GTask     *task)
{
  Request *request = g_task_get_task_data (task);
  GBytes *found = g_hash_table_lookup (self->values, request->key);

  g_task_return_pointer (task, found != NULL ? g_bytes_ref (found) : NULL,
                         (GDestroyNotify) g_bytes_unref);
}

void
hand_store_get_async (HandStore           *self,
                      const char          *key,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_return_if_fail (HAND_IS_STORE (self));
  g_return_if_fail (key != NULL);

  send_request (self, handle_get, hand_store_get_async, key, NULL, cancellable, callback, user_data);
}

gboolean
hand_store_get_finish (HandStore     *self,
                       GAsyncResult  *result,
                       GBytes       **value,
                       GError       **error)
{
  g_autoptr (GBytes) found = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, hand_store_get_async), FALSE);

  found = g_task_propagate_pointer (G_TASK (result), error);
  if (g_task_had_error (G_TASK (result)))
    return FALSE;
  if (value != NULL)
    *value = g_steal_pointer (&found);

  return TRUE;
}

gboolean
hand_store_get_sync (HandStore     *self,
                     const char    *key,
                     GBytes       **value,
                     GCancellable  *cancellable,
                     GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Wait wait;

  g_return_val_if_fail (HAND_IS_STORE (self), FALSE);

  wait_begin (&wait);
  hand_store_get_async (self, key, cancellable, wait_cb, &wait);
  result = wait_end (&wait);

  return hand_store_get_finish (self, result, value, error);
}

/* Set */

static void
handle_set (HandStore *self,
            GTask     *task)
{
  Request *request = g_task_get_task_data (task);

  g_hash_table_replace (self->values, g_strdup (request->key), g_bytes_ref (request->value));
  g_task_return_boolean (task, TRUE);
}

void
hand_store_set_async (HandStore           *self,
                      const char          *key,
                      GBytes              *value,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_return_if_fail (HAND_IS_STORE (self));
  g_return_if_fail (key != NULL);
  g_return_if_fail (value != NULL);

  send_request (self, handle_set, hand_store_set_async, key, g_bytes_ref (value),
                cancellable, callback, user_data);
}

gboolean
hand_store_set_finish (HandStore     *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, hand_store_set_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
hand_store_set_sync (HandStore     *self,
                     const char    *key,
                     GBytes        *value,
                     GCancellable  *cancellable,
                     GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Wait wait;

  g_return_val_if_fail (HAND_IS_STORE (self), FALSE);

  wait_begin (&wait);
  hand_store_set_async (self, key, value, cancellable, wait_cb, &wait);
  result = wait_end (&wait);

  return hand_store_set_finish (self, result, error);
}

/* further method: begin */
static void
handle_remove (HandStore *self,
               GTask     *task)
{
  Request *request = g_task_get_task_data (task);
  gboolean existed = g_hash_table_remove (self->values, request->key);

  g_task_return_int (task, existed);
}

void
hand_store_remove_async (HandStore           *self,
                         const char          *key,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_return_if_fail (HAND_IS_STORE (self));
  g_return_if_fail (key != NULL);

  send_request (self, handle_remove, hand_store_remove_async, key, NULL, cancellable, callback, user_data);
}

gboolean
hand_store_remove_finish (HandStore     *self,
                          GAsyncResult  *result,
                          gboolean      *existed,
                          GError       **error)
{
  gssize value;

  g_return_val_if_fail (g_async_result_is_tagged (result, hand_store_remove_async), FALSE);

  value = g_task_propagate_int (G_TASK (result), error);
  if (g_task_had_error (G_TASK (result)))
    return FALSE;
  if (existed != NULL)
    *existed = value != 0;

  return TRUE;
}

gboolean
hand_store_remove_sync (HandStore     *self,
                        const char    *key,
                        gboolean      *existed,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Wait wait;

  g_return_val_if_fail (HAND_IS_STORE (self), FALSE);

  wait_begin (&wait);
  hand_store_remove_async (self, key, cancellable, wait_cb, &wait);
  result = wait_end (&wait);

  return hand_store_remove_finish (self, result, existed, error);
}
/* further method: end */
