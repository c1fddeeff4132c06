/* norpc-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-deadlock-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-thread-users-private.h"

/**
 * NorpcThread:
 *
 * A thread that runs a main context.
 *
 * By default, a server creates a thread of its own; create a NorpcThread to let several
 * services share a thread. Services on one thread run one at a time, so a handler that
 * blocks delays all of them.
 *
 * The thread ends after [method@Norpc.Thread.stop], or when the last reference is
 * released; servers on the thread keep a reference to it. When it ends, calls in flight
 * that were sent from the thread are cancelled, and so are those that callbacks send
 * meanwhile. They complete in the thread, before it ends. If callbacks keep sending calls,
 * the thread ends after a thousand iterations with a warning, and the calls that are then in
 * flight never complete.
 *
 * Since: 0.1
 */

#define MAX_LAST_ITERATIONS 1000

/* The data that the thread itself needs, because it may outlive the object. */
typedef struct
{
  GMainContext *context; /* (owned), since construction */
  GWeakRef      thread;  /* the NorpcThread */
  int           quit;    /* atomic */
  int           n_stopping; /* atomic: threads that are stopping the users */

  NorpcThreadUsers users; /* has its own lock */

  GMutex   lock;
  GCond    changed;
  gboolean begun; /* [lock]: the thread owns the context, so that no other thread can acquire it */
  gboolean ended; /* [lock]: the thread has ended, except for work of the C library */
} ThreadData;

struct _NorpcThread
{
  GObject parent_instance;

  char       *name;    /* (owned) (nullable), since construction */
  ThreadData *data;    /* (owned), since construction */
  GThread    *gthread; /* (owned) (nullable), since construction */
  GError     *error;   /* (owned) (nullable), since construction: why the thread failed to start */
  gboolean    joining; /* [lock of the data] */
  gboolean    joined;  /* [lock of the data] */
};

G_DEFINE_FINAL_TYPE (NorpcThread, norpc_thread, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
} NorpcThreadProperty;

static GParamSpec *properties[PROP_NAME + 1];

/* The data of the calling thread (unowned) (nullable): of a NorpcThread, while it runs. */
static _Thread_local ThreadData *current_data;

static ThreadData *
thread_data_new (NorpcThread *self)
{
  ThreadData *data = g_atomic_rc_box_new0 (ThreadData);

  data->context = g_main_context_new ();
  g_weak_ref_init (&data->thread, self);
  norpc_thread_users_init (&data->users);
  g_mutex_init (&data->lock);
  g_cond_init (&data->changed);

  return data;
}

static void
thread_data_clear (gpointer user_data)
{
  ThreadData *data = user_data;

  norpc_thread_users_clear (&data->users);
  g_main_context_unref (data->context);
  g_weak_ref_clear (&data->thread);
  g_cond_clear (&data->changed);
  g_mutex_clear (&data->lock);
}

static void
thread_data_unref (ThreadData *data)
{
  g_atomic_rc_box_release_full (data, thread_data_clear);
}

/* Runs in the thread. */
static void
note_begun (ThreadData *data)
{
  g_mutex_lock (&data->lock);
  data->begun = TRUE;
  g_cond_broadcast (&data->changed);
  g_mutex_unlock (&data->lock);
}

/* Called in the thread that created it. Waits, because a thread that starts a server in the
 * context would otherwise run it in place of the new thread.
 */
static void
wait_until_begun (ThreadData *data)
{
  g_mutex_lock (&data->lock);
  while (!data->begun)
    g_cond_wait (&data->changed, &data->lock);
  g_mutex_unlock (&data->lock);
}

/* Runs in the thread. Completes the work that callbacks and services have left to this thread.
 * A source that is always ready does not keep the thread alive.
 */
static void
end_context (ThreadData      *data,
             NorpcReplyQueue *reply_queue)
{
  guint n_iterations = 0;
  gboolean ended;

  do
    ended = !norpc_reply_queue_end_calls (reply_queue) || n_iterations++ == MAX_LAST_ITERATIONS;
  while (!ended && g_main_context_iteration (data->context, FALSE));

  norpc_reply_queue_end_thread (reply_queue);
}

/* Runs in the thread. */
static gpointer
thread_func (gpointer user_data)
{
  ThreadData *data = user_data;
  NorpcReplyQueue *reply_queue = norpc_reply_queue_begin_thread (data->context);

  current_data = data;
  g_main_context_push_thread_default (data->context);
  note_begun (data);

  /* A thread that stops the users may be about to wake up sources of the context. */
  while (!g_atomic_int_get (&data->quit) || g_atomic_int_get (&data->n_stopping) > 0)
    g_main_context_iteration (data->context, TRUE);

  norpc_thread_users_end (&data->users);
  end_context (data, reply_queue);
  g_main_context_pop_thread_default (data->context);
  current_data = NULL;

  g_mutex_lock (&data->lock);
  data->ended = TRUE;
  g_cond_broadcast (&data->changed);
  g_mutex_unlock (&data->lock);

  thread_data_unref (data);

  return NULL;
}

static void
norpc_thread_constructed (GObject *object)
{
  NorpcThread *self = NORPC_THREAD (object);

  G_OBJECT_CLASS (norpc_thread_parent_class)->constructed (object);

  self->data = thread_data_new (self);
  self->gthread = g_thread_try_new (self->name != NULL ? self->name : "norpc",
                                    thread_func, g_atomic_rc_box_acquire (self->data),
                                    &self->error);
  if (self->gthread != NULL)
    wait_until_begun (self->data);
  else
    thread_data_unref (self->data);
}

static void
norpc_thread_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcThread *self = NORPC_THREAD (object);

  switch ((NorpcThreadProperty) property_id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_thread_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  NorpcThread *self = NORPC_THREAD (object);

  switch ((NorpcThreadProperty) property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Thread-safe. Does not wait, because it may run in the thread itself. */
static void
norpc_thread_finalize (GObject *object)
{
  NorpcThread *self = NORPC_THREAD (object);

  norpc_thread_quit (self);
  if (!self->joined)
    g_clear_pointer (&self->gthread, g_thread_unref);
  g_clear_error (&self->error);
  thread_data_unref (self->data);
  g_free (self->name);

  G_OBJECT_CLASS (norpc_thread_parent_class)->finalize (object);
}

static void
norpc_thread_class_init (NorpcThreadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_thread_constructed;
  object_class->set_property = norpc_thread_set_property;
  object_class->get_property = norpc_thread_get_property;
  object_class->finalize = norpc_thread_finalize;

  /**
   * NorpcThread:name:
   *
   * The name that debuggers show for the thread.
   *
   * Linux shows the first 15 bytes.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL,
                         NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_thread_init (NorpcThread *self G_GNUC_UNUSED)
{
}

/**
 * norpc_thread_new:
 * @name: (nullable): the name that debuggers show for the thread
 *
 * Creates and starts a thread.
 *
 * If the system cannot start another thread, the object has no thread, and servers on it
 * fail to start with %NORPC_ERROR_FAILED.
 *
 * Returns: (transfer full): a new thread
 * Since: 0.1
 */
NorpcThread *
norpc_thread_new (const char *name)
{
  return g_object_new (NORPC_TYPE_THREAD, "name", name, NULL);
}

/**
 * norpc_thread_get_name:
 * @self: a thread
 *
 * Gets the name that debuggers show for the thread.
 *
 * Returns: (transfer none) (nullable): the name
 * Since: 0.1
 */
const char *
norpc_thread_get_name (NorpcThread *self)
{
  g_return_val_if_fail (NORPC_IS_THREAD (self), NULL);

  return self->name;
}

/**
 * norpc_thread_get_main_context:
 * @self: a thread
 *
 * Gets the main context that the thread runs.
 *
 * It is the thread-default context of the thread. Sources can be attached to it from any
 * thread, and are dispatched in this one.
 *
 * Returns: (transfer none): the main context
 * Since: 0.1
 */
GMainContext *
norpc_thread_get_main_context (NorpcThread *self)
{
  g_return_val_if_fail (NORPC_IS_THREAD (self), NULL);

  return self->data->context;
}

/* Called in another thread, when the thread is about to end. */
static void
join (NorpcThread *self)
{
  gboolean joins;

  g_mutex_lock (&self->data->lock);
  while (self->joining)
    g_cond_wait (&self->data->changed, &self->data->lock);
  joins = self->joining = !self->joined;
  g_mutex_unlock (&self->data->lock);

  if (!joins)
    return;

  g_thread_join (self->gthread);

  g_mutex_lock (&self->data->lock);
  self->joining = FALSE;
  self->joined = TRUE;
  g_cond_broadcast (&self->data->changed);
  g_mutex_unlock (&self->data->lock);
}

/**
 * norpc_thread_stop:
 * @self: a thread
 *
 * Ends the thread, and blocks until it has ended.
 *
 * Servers on the thread that have not been stopped abandon their calls, as with
 * %NORPC_STOP_ABANDON. If this function is called in the thread itself, it does not wait,
 * and the thread ends when its current work is done; a call that is being handled is
 * abandoned nevertheless. A thread that was stopped cannot be restarted.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_thread_stop (NorpcThread *self)
{
  NorpcThreadWait wait = { 0 };
  g_autoptr (NorpcThread) keep = NULL;

  g_return_if_fail (NORPC_IS_THREAD (self));

  /* A client whose call ends here may release the last reference. */
  keep = g_object_ref (self);
  g_atomic_int_inc (&self->data->n_stopping);
  norpc_thread_quit (self);
  norpc_thread_users_stop (&self->data->users);
  g_atomic_int_add (&self->data->n_stopping, -1);
  g_main_context_wakeup (self->data->context);
  if (self->gthread == NULL || self->gthread == g_thread_self ())
    return;

  wait.executor = self->data->context;
  if (!norpc_deadlock_begin_wait (&wait))
    {
      norpc_critical ("Two threads are stopping each other; not waiting for the other one");
      return;
    }

  g_mutex_lock (&self->data->lock);
  while (!self->data->ended)
    g_cond_wait (&self->data->changed, &self->data->lock);
  g_mutex_unlock (&self->data->lock);
  join (self);
  norpc_deadlock_end_wait (&wait);
}

/* Thread-safe. Returns the calling thread (owned) if it is a NorpcThread whose main context is
 * @context, or NULL. Also returns NULL if the last reference to it was released, so that it is
 * about to end.
 */
NorpcThread *
norpc_thread_dup_current (GMainContext *context)
{
  return current_data != NULL && current_data->context == context ? norpc_weak_ref_get (&current_data->thread)
                                                                  : NULL;
}

/* Thread-safe. Returns NULL if the thread failed to start. */
GThread *
norpc_thread_get_gthread (NorpcThread *self)
{
  return self->gthread;
}

/* Thread-safe. Makes the thread end, without waiting. */
void
norpc_thread_quit (NorpcThread *self)
{
  g_atomic_int_set (&self->data->quit, TRUE);
  g_main_context_wakeup (self->data->context);
}

/* Thread-safe. Takes ownership of @data. Returns FALSE if the thread failed to start, has
 * ended or is about to end; @data then still belongs to the caller.
 */
gboolean
norpc_thread_add_user (NorpcThread                 *self,
                       const NorpcThreadUserFuncs  *funcs,
                       gpointer                     data,
                       GError                     **error)
{
  if (self->error != NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, self->error->message);
      return FALSE;
    }

  if (norpc_thread_users_add (&self->data->users, funcs, data, &self->data->quit))
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                       "The thread of the server has been stopped");

  return FALSE;
}

/* Thread-safe. The caller keeps a reference to @data. */
void
norpc_thread_remove_user (NorpcThread *self,
                          gpointer     data)
{
  norpc_thread_users_remove (&self->data->users, data);
}
