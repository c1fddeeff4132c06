/* norpc-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-deadlock-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-error.h"
#include "norpc-thread-private.h"

/**
 * NorpcThread:
 *
 * A thread with a main context that it runs.
 *
 * A server makes one of its own; make one yourself to let several services
 * share it. Services on one thread run one at a time, so a handler that
 * blocks, blocks them all.
 *
 * The thread ends after [method@Norpc.Thread.stop], or when the last
 * reference is dropped: servers on it hold one. Calls from the thread that are in
 * flight then are cancelled, and so are those that callbacks make while it ends; all of
 * them complete in the thread, before it has ended.
 *
 * Since: 0.1
 */

#define MAX_LAST_ITERATIONS 1000

/* Ends before the thread does. */
typedef struct
{
  const NorpcThreadUserFuncs *funcs;
  gpointer                    data; /* (owned) */
} User;

static void
user_free (gpointer data)
{
  User *user = data;

  user->funcs->unref (user->data);
  g_free (user);
}

/* What the thread itself needs: it may outlive the object. */
typedef struct
{
  GMainContext *context; /* (owned), since construction */
  int           quit;    /* atomic */

  GMutex     lock;
  GCond      changed;
  GPtrArray *users; /* (owned) (nullable) [lock]: of owned User, until the thread ends */
  gboolean   begun; /* [lock]: it has the context, which nobody else can have any more */
  gboolean   ended; /* [lock]: but for what the C library has to do */
} ThreadData;

struct _NorpcThread
{
  GObject parent_instance;

  char       *name;    /* (owned) (nullable), since construction */
  ThreadData *data;    /* (owned), since construction */
  GThread    *gthread; /* (owned) (nullable), since construction */
  GError     *error;   /* (owned) (nullable), since construction: why there is no thread */
  gboolean    joining; /* the lock of the data */
  gboolean    joined;  /* the lock of the data */
};

G_DEFINE_FINAL_TYPE (NorpcThread, norpc_thread, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
} NorpcThreadProperty;

static GParamSpec *properties[PROP_NAME + 1];

static ThreadData *
thread_data_new (void)
{
  ThreadData *data = g_atomic_rc_box_new0 (ThreadData);

  data->context = g_main_context_new ();
  data->users = g_ptr_array_new_with_free_func (user_free);
  g_mutex_init (&data->lock);
  g_cond_init (&data->changed);

  return data;
}

static void
thread_data_clear (gpointer user_data)
{
  ThreadData *data = user_data;

  g_clear_pointer (&data->users, g_ptr_array_unref);
  g_main_context_unref (data->context);
  g_cond_clear (&data->changed);
  g_mutex_clear (&data->lock);
}

static void
thread_data_unref (ThreadData *data)
{
  g_atomic_rc_box_release_full (data, thread_data_clear);
}

/* The thread. */
static void
end_users (ThreadData *data)
{
  g_autoptr (GPtrArray) users = NULL;

  g_mutex_lock (&data->lock);
  users = g_steal_pointer (&data->users);
  g_mutex_unlock (&data->lock);

  for (guint i = 0; i < users->len; i++)
    {
      User *user = users->pdata[i];

      user->funcs->end (user->data);
    }
}

/* The thread. */
static void
note_begun (ThreadData *data)
{
  g_mutex_lock (&data->lock);
  data->begun = TRUE;
  g_cond_broadcast (&data->changed);
  g_mutex_unlock (&data->lock);
}

/* The thread that made it: who starts a server in its context would run that in its
 * stead, if it did not yet.
 */
static void
wait_until_begun (ThreadData *data)
{
  g_mutex_lock (&data->lock);
  while (!data->begun)
    g_cond_wait (&data->changed, &data->lock);
  g_mutex_unlock (&data->lock);
}

/* The thread: what its callbacks and services left to be completed here is; but a source
 * that is always ready does not keep the thread.
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

/* The thread. */
static gpointer
thread_func (gpointer user_data)
{
  ThreadData *data = user_data;
  NorpcReplyQueue *reply_queue = norpc_reply_queue_begin_thread (data->context);

  g_main_context_push_thread_default (data->context);
  note_begun (data);

  while (!g_atomic_int_get (&data->quit))
    g_main_context_iteration (data->context, TRUE);

  end_users (data);
  end_context (data, reply_queue);
  g_main_context_pop_thread_default (data->context);

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

  self->data = thread_data_new ();
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

/* Any thread, this one included: so it does not wait. */
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
 * @name: (nullable): a name for debuggers to show
 *
 * Starts a thread.
 *
 * If the system cannot start another thread, the object has none, and servers on
 * it fail to start with %NORPC_ERROR_FAILED.
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
 * Gets the name that debuggers show.
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
 * It is the thread's thread-default context. Any thread may attach sources to
 * it, and they are dispatched in this one.
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

/* Any other thread, when the thread is about to end. */
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
 * Ends the thread, and waits until it has ended.
 *
 * Servers on it that have not been stopped abandon their calls, as with
 * %NORPC_STOP_ABANDON. Any thread may call this, and any number of them at once. The
 * thread itself may too: then this does not wait, and the thread ends when it has
 * finished what it is at. A thread that was stopped stays so.
 *
 * Since: 0.1
 */
void
norpc_thread_stop (NorpcThread *self)
{
  NorpcThreadWait wait = { 0 };

  g_return_if_fail (NORPC_IS_THREAD (self));

  norpc_thread_quit (self);
  if (self->gthread == NULL || self->gthread == g_thread_self ())
    return;

  wait.executor = self->data->context;
  if (!norpc_deadlock_begin_wait (&wait))
    {
      g_critical ("Two threads are stopping each other; not waiting for the other one");
      return;
    }

  g_mutex_lock (&self->data->lock);
  while (!self->data->ended)
    g_cond_wait (&self->data->changed, &self->data->lock);
  g_mutex_unlock (&self->data->lock);
  join (self);
  norpc_deadlock_end_wait (&wait);
}

/* Any thread. Returns NULL if there is no thread. */
GThread *
norpc_thread_get_gthread (NorpcThread *self)
{
  return self->gthread;
}

/* Any thread: ends the thread, without waiting. */
void
norpc_thread_quit (NorpcThread *self)
{
  g_atomic_int_set (&self->data->quit, TRUE);
  g_main_context_wakeup (self->data->context);
}

/* Any thread. FALSE if there is no thread, or it has ended, or is about to: then @data (owned) is
 * still the caller's.
 */
gboolean
norpc_thread_add_user (NorpcThread                 *self,
                       const NorpcThreadUserFuncs  *funcs,
                       gpointer                     data,
                       GError                     **error)
{
  gboolean added;

  if (self->error != NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, self->error->message);
      return FALSE;
    }

  g_mutex_lock (&self->data->lock);
  added = self->data->users != NULL && !g_atomic_int_get (&self->data->quit);
  if (added)
    {
      User *user = g_new (User, 1);

      *user = (User) { funcs, data };
      g_ptr_array_add (self->data->users, user);
    }
  g_mutex_unlock (&self->data->lock);

  if (!added)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                         "The thread for the server has been stopped");

  return added;
}

/* Any thread. The caller holds @data. */
void
norpc_thread_remove_user (NorpcThread *self,
                          gpointer     data)
{
  User *user = NULL;

  g_mutex_lock (&self->data->lock);
  for (guint i = 0; self->data->users != NULL && user == NULL && i < self->data->users->len; i++)
    if (((User *) self->data->users->pdata[i])->data == data)
      user = g_ptr_array_steal_index_fast (self->data->users, i);
  g_mutex_unlock (&self->data->lock);

  g_clear_pointer (&user, user_free);
}
