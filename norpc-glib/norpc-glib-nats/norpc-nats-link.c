/* norpc-nats-link.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-link-parts-private.h"
#include "norpc-nats-status-private.h"

/* A socket that takes nothing for so long, in milliseconds, is as good as disconnected. */
#define WRITE_DEADLINE 10000

/* A function that is called when the connection changes. */
typedef struct
{
  NorpcNatsChangeFunc func;
  gpointer            data;    /* (owned) */
  GDestroyNotify      destroy;
} Watch;

typedef struct
{
  void   (*func) (gpointer data);
  gpointer data;
} Job;

typedef struct
{
  NorpcNatsLink  *link; /* (owned) */
  NorpcNatsChange change;
} ChangeJob;

typedef struct
{
  NorpcNatsLink *link; /* (owned) */
  gboolean       answered;
} TurnJob;

/* The links by their numbers. A callback of the library may come when there is no link any more: it finds
 * nothing here.
 */
static GMutex links_lock;
static GHashTable *links; /* (owned) (nullable) [links_lock]: of numbers and unowned NorpcNatsLink */
static guint last_id;     /* [links_lock] */

NorpcNatsLink *
norpc_nats_link_ref (NorpcNatsLink *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. Returns the link (owned), or NULL if it is gone. */
static NorpcNatsLink *
find_link (guint id)
{
  NorpcNatsLink *self;

  g_mutex_lock (&links_lock);
  self = g_hash_table_lookup (links, GUINT_TO_POINTER (id));
  if (self != NULL)
    norpc_nats_link_ref (self);
  g_mutex_unlock (&links_lock);

  return self;
}

static void
run_job (gpointer item,
         gpointer data G_GNUC_UNUSED)
{
  Job job = *(Job *) item;

  g_free (item);
  job.func (job.data);
}

/* Returns an item (owned) of the queue. */
static Job *
job_new (void   (*func) (gpointer data),
         gpointer data)
{
  Job *self = g_new (Job, 1);

  *self = (Job) { func, data };

  return self;
}

/* Thread-safe. @func is called in the thread of the link, in the order of the calls of this function. */
void
norpc_nats_link_invoke (NorpcNatsLink  *self,
                        void          (*func) (gpointer data),
                        gpointer        data)
{
  norpc_nats_queue_push (self->jobs, job_new (func, data));
}

/* Thread-safe. @func is called in the thread of the link, soon even if there are many functions of the other kind. */
void
norpc_nats_link_invoke_urgent (NorpcNatsLink  *self,
                               void          (*func) (gpointer data),
                               gpointer        data)
{
  norpc_nats_queue_push_urgent (self->jobs, job_new (func, data));
}

/* Returns the flag of a change that is reported once, however often it comes meanwhile, or NULL. */
static int *
get_overflow_flag (NorpcNatsLink   *self,
                   NorpcNatsChange  change)
{
  if (change == NORPC_NATS_OVERFLOWED)
    return &self->overflowed[0];

  return change == NORPC_NATS_EVENTS_OVERFLOWED ? &self->overflowed[1] : NULL;
}

/* Runs in a thread of the pool. */
static void
run_blocking (gpointer item,
              gpointer data G_GNUC_UNUSED)
{
  run_job (item, NULL);
}

/* Thread-safe. @func may block for as long as the library wants. Other users of GLib's threads do not wait for it. */
void
norpc_nats_link_invoke_blocking (void   (*func) (gpointer data),
                                 gpointer data)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (run_blocking, NULL, -1, FALSE, NULL));
  g_thread_pool_push ((GThreadPool *) pool, job_new (func, data), NULL);
}

/* Thread-safe. Returns TRUE if this is the thread of the link. */
gboolean
norpc_nats_link_is_current (NorpcNatsLink *self)
{
  return g_main_context_is_owner (norpc_thread_get_main_context (self->thread));
}

static void
end_queue (GQueue     *flushes,
           natsStatus  status)
{
  for (GList *l = flushes->head; l != NULL; l = l->next)
    norpc_nats_flush_end (l->data, status);
}

/* Runs in the thread of the link. The library may be blocked, and says nothing about a flush. */
static void
end_flushes (NorpcNatsLink *self,
             natsStatus     status)
{
  end_queue (&self->flushes, status);
  end_queue (&self->next_flushes, status);
}

/* Runs in the thread of the link. Returns FALSE if the change comes after the end. */
static gboolean
follow_change (NorpcNatsLink  *self,
               NorpcNatsChange change)
{
  /* No other thread changes it. */
  if (self->state == NORPC_NATS_LINK_ENDED)
    return FALSE;

  switch (change)
    {
    case NORPC_NATS_DISCONNECTED:
      norpc_nats_link_set_state (self, NORPC_NATS_LINK_OFFLINE);
      g_atomic_int_add (&self->n_losses, -1);
      norpc_nats_link_lose_unflushed (self);
      end_flushes (self, NATS_CONNECTION_DISCONNECTED);
      norpc_nats_link_run_turns (self, TRUE);
      break;

    case NORPC_NATS_RECONNECTED:
      norpc_nats_link_set_state (self, NORPC_NATS_LINK_RESUMING);
      norpc_nats_link_run_deferred (self, NORPC_NATS_LINK_ONLINE);
      break;

    case NORPC_NATS_CLOSED:
      norpc_nats_link_set_state (self, NORPC_NATS_LINK_ENDED);
      end_flushes (self, NATS_CONNECTION_CLOSED);
      norpc_nats_link_run_deferred (self, NORPC_NATS_LINK_ENDED);
      norpc_nats_link_run_turns (self, TRUE);
      break;

    case NORPC_NATS_OVERFLOWED:
    case NORPC_NATS_EVENTS_OVERFLOWED:
    default:
      break;
    }

  return TRUE;
}

static void
run_change (gpointer data)
{
  ChangeJob *job = data;
  int *flag = get_overflow_flag (job->link, job->change);
  guint n_watches = follow_change (job->link, job->change) ? job->link->watches->len : 0;

  if (flag != NULL)
    g_atomic_int_set (flag, FALSE);

  /* One that is called may be removed by itself. */
  for (guint i = n_watches; i > 0; i--)
    {
      Watch *watch = job->link->watches->pdata[i - 1];

      watch->func (job->change, watch->data);
    }
  norpc_nats_link_unref (job->link);
  g_free (job);
}

/* Called in any thread, also of the library. */
static void
report (gpointer        closure,
        NorpcNatsChange change)
{
  NorpcNatsLink *self = find_link (GPOINTER_TO_UINT (closure));
  int *flag = self != NULL ? get_overflow_flag (self, change) : NULL;
  ChangeJob *job;

  if (self == NULL)
    return;
  if (flag != NULL && !g_atomic_int_compare_and_exchange (flag, FALSE, TRUE))
    {
      norpc_nats_link_unref (self);
      return;
    }
  if (change == NORPC_NATS_DISCONNECTED)
    g_atomic_int_inc (&self->n_losses);
  if (change == NORPC_NATS_DISCONNECTED || change == NORPC_NATS_RECONNECTED)
    g_atomic_int_set (&self->connected, change == NORPC_NATS_RECONNECTED);
  if (change == NORPC_NATS_CLOSED)
    g_atomic_int_set (&self->closed, TRUE);
  job = g_new (ChangeJob, 1);
  job->link = self;
  job->change = change;
  norpc_nats_link_invoke (self, run_change, job);
}

static void
disconnected_cb (natsConnection *nats G_GNUC_UNUSED,
                 void           *closure)
{
  report (closure, NORPC_NATS_DISCONNECTED);
}

static void
reconnected_cb (natsConnection *nats G_GNUC_UNUSED,
                void           *closure)
{
  report (closure, NORPC_NATS_RECONNECTED);
}

/* The library has closed the connection by itself, which no option of it prevents. */
static void
note_reason (NorpcNatsLink  *self,
             natsConnection *nats)
{
  const char *text = NULL;
  natsStatus status = natsConnection_GetLastError (nats, &text);
  char *reason = g_utf8_make_valid (text != NULL && *text != '\0' ? text : natsStatus_GetText (status), -1);

  g_warning ("A connection to NATS is closed for good: %s", reason);
  g_mutex_lock (&self->lock);
  g_free (self->reason);
  self->reason = reason;
  g_mutex_unlock (&self->lock);
}

/* It may come twice. */
static void
closed_cb (natsConnection *nats,
           void           *closure)
{
  NorpcNatsLink *self = find_link (GPOINTER_TO_UINT (closure));

  if (self == NULL)
    return;
  if (!g_atomic_int_get (&self->closed))
    note_reason (self, nats);
  norpc_nats_link_unref (self);
  report (closure, NORPC_NATS_CLOSED);
}

/* @subscription may be gone already: the library does not keep it for its report. */
static gboolean
receives_replies (gpointer                closure,
                  const natsSubscription *subscription)
{
  NorpcNatsLink *self = find_link (GPOINTER_TO_UINT (closure));
  gboolean receives = self != NULL && g_atomic_pointer_get (&self->replies) == subscription;

  if (self != NULL)
    norpc_nats_link_unref (self);

  return receives;
}

static void
error_cb (natsConnection   *nats G_GNUC_UNUSED,
          natsSubscription *subscription,
          natsStatus        status,
          void             *closure)
{
  /* A call that an export does not get is noticed by its client. */
  if (status == NATS_SLOW_CONSUMER)
    report (closure, receives_replies (closure, subscription) ? NORPC_NATS_OVERFLOWED : NORPC_NATS_EVENTS_OVERFLOWED);
  else if (status == NATS_NOT_PERMITTED)
    g_message ("NATS: %s", nats_GetLastError (&status));
  else
    g_debug ("NATS: %s", natsStatus_GetText (status));
}

/* With a thread for each subscription, which is the default, signals could overtake replies. The library has one thread
 * for all subscriptions of these options.
 */
static natsStatus
set_options (natsOptions *options,
             gpointer     closure)
{
  natsStatus status = natsOptions_SetDisconnectedCB (options, disconnected_cb, closure);

  if (status == NATS_OK)
    status = natsOptions_SetReconnectedCB (options, reconnected_cb, closure);
  if (status == NATS_OK)
    status = natsOptions_SetClosedCB (options, closed_cb, closure);
  if (status == NATS_OK)
    status = natsOptions_SetErrorHandler (options, error_cb, closure);
  if (status == NATS_OK)
    status = natsOptions_SetSendAsap (options, true);
  if (status == NATS_OK)
    status = natsOptions_SetWriteDeadline (options, WRITE_DEADLINE);
  if (status == NATS_OK)
    status = natsOptions_UseGlobalMessageDelivery (options, true);

  return status;
}

static void
register_link (NorpcNatsLink *self)
{
  g_mutex_lock (&links_lock);
  if (links == NULL)
    links = g_hash_table_new (NULL, NULL);
  self->id = ++last_id;
  g_hash_table_insert (links, GUINT_TO_POINTER (self->id), self);
  g_mutex_unlock (&links_lock);
}

/* The parts of a link that end in a thread of the pool. */
typedef struct
{
  natsConnection *nats;    /* (owned) (nullable) */
  GPtrArray      *watches; /* (owned) */
} Remains;

/* Runs in a thread of the pool. */
static void
free_remains (gpointer data)
{
  Remains *self = data;

  if (self->nats != NULL)
    {
      natsConnection_Close (self->nats);
      natsConnection_Destroy (self->nats);
    }
  g_ptr_array_unref (self->watches);
  g_free (self);
}

/* Runs in the thread of the link, as the last job. */
static void
free_link (gpointer data)
{
  NorpcNatsLink *self = data;
  g_autoptr (NorpcThread) thread = g_steal_pointer (&self->thread);
  Remains *remains = g_new (Remains, 1);

  g_atomic_int_set (&self->closed, TRUE);
  norpc_nats_link_set_state (self, NORPC_NATS_LINK_ENDED);
  norpc_nats_link_run_deferred (self, NORPC_NATS_LINK_ENDED);
  norpc_nats_link_run_turns (self, TRUE);
  *remains = (Remains) { self->nats, self->watches };
  norpc_nats_link_invoke_blocking (free_remains, remains);
  norpc_nats_queue_free (self->jobs);
  g_mutex_clear (&self->lock);
  g_clear_error (&self->unsent);
  g_free (self->reason);
  g_free (self);
}

/* Thread-safe. */
void
norpc_nats_link_unref (gpointer data)
{
  NorpcNatsLink *self = data;
  gboolean last;

  /* A callback may be about to take a reference. */
  g_mutex_lock (&links_lock);
  last = g_atomic_ref_count_dec (&self->ref_count);
  if (last)
    g_hash_table_remove (links, GUINT_TO_POINTER (self->id));
  g_mutex_unlock (&links_lock);

  if (last)
    norpc_nats_link_invoke (self, free_link, self);
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  self->destroy (self->data);
  g_free (self);
}

/* Returns a thread (owned) that runs, or NULL if @error is set. */
static NorpcThread *
start_thread (GError **error)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("nats");
  GMainContext *context = norpc_thread_get_main_context (thread);

  if (!norpc_context_seize (context))
    return g_steal_pointer (&thread);

  g_main_context_release (context);
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, "Could not connect to NATS: no thread could be started");

  return NULL;
}

/* Connects, and blocks until that has been done. @options are changed. Returns NULL if @error is set. */
NorpcNatsLink *
norpc_nats_link_new (natsOptions  *options,
                     GError      **error)
{
  NorpcThread *thread = start_thread (error);
  NorpcNatsLink *self;
  natsStatus status;

  if (thread == NULL)
    return NULL;

  self = g_new0 (NorpcNatsLink, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->watches = g_ptr_array_new_with_free_func (watch_free);
  g_mutex_init (&self->lock);
  g_queue_init (&self->deferred);
  g_queue_init (&self->flushes);
  g_queue_init (&self->next_flushes);
  g_queue_init (&self->turns);
  self->connected = TRUE; /* the library reports only what changes after it has connected */
  register_link (self);
  self->thread = thread;
  self->jobs = norpc_nats_queue_new (norpc_thread_get_main_context (self->thread), "NorpcNatsLink", run_job, NULL,
                                     NULL);
  norpc_nats_forget_failure ();
  status = set_options (options, GUINT_TO_POINTER (self->id));
  if (status == NATS_OK)
    status = natsConnection_Connect (&self->nats, options);
  if (norpc_nats_check_attempt (status, "Could not connect to NATS", error))
    return self;

  norpc_nats_link_unref (self);

  return NULL;
}

/* Called in the thread of the link, or before anything is sent. @destroy releases @data. The last one is called first. */
void
norpc_nats_link_add_watch (NorpcNatsLink       *self,
                           NorpcNatsChangeFunc  func,
                           gpointer             data,
                           GDestroyNotify       destroy)
{
  Watch *watch = g_new (Watch, 1);

  *watch = (Watch) { func, data, destroy };
  g_ptr_array_add (self->watches, watch);
}

/* Called in the thread of the link. */
void
norpc_nats_link_remove_watch (NorpcNatsLink *self,
                              gconstpointer  data)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (((Watch *) self->watches->pdata[i])->data == data)
      {
        g_ptr_array_remove_index (self->watches, i);
        return;
      }
}

/* Runs in a thread of the pool. */
static void
close_nats (gpointer data)
{
  NorpcNatsLink *self = data;

  natsConnection_Close (self->nats);
  norpc_nats_link_unref (self);
}

/* Runs in the thread of the link, after the jobs of before, which have found the link closed if they had not begun yet.
 * Work that waits for the connection ends without the library, which may be blocked.
 */
static void
run_close (gpointer data)
{
  NorpcNatsLink *self = data;

  report (GUINT_TO_POINTER (self->id), NORPC_NATS_CLOSED);
  norpc_nats_link_invoke_blocking (close_nats, self);
}

/* Thread-safe. */
void
norpc_nats_link_close (NorpcNatsLink *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  norpc_nats_link_invoke (self, run_close, norpc_nats_link_ref (self));
}

/* Returns the number that norpc_nats_link_end_turn () takes. */
guint
norpc_nats_link_get_id (NorpcNatsLink *self)
{
  return self->id;
}

/* Runs in the thread of the link. */
static void
run_end_of_turn (gpointer data)
{
  TurnJob *job = data;

  norpc_nats_link_count_turn_ended (job->link, job->answered);
  norpc_nats_link_unref (job->link);
  g_free (job);
}

/* Thread-safe. A piece of work has ended that norpc_nats_link_await_turn () has begun. If @answered is FALSE, the server has
 * not answered for as long as it may. The link may be gone.
 */
void
norpc_nats_link_end_turn (guint    id,
                          gboolean answered)
{
  NorpcNatsLink *self = find_link (id);
  TurnJob *job;

  if (self == NULL)
    return;

  job = g_new (TurnJob, 1);
  *job = (TurnJob) { self, answered };
  norpc_nats_link_invoke (self, run_end_of_turn, job);
}

/* Thread-safe. Does not block. */
gboolean
norpc_nats_link_is_connected (NorpcNatsLink *self)
{
  return !g_atomic_int_get (&self->closed) && g_atomic_int_get (&self->connected);
}

/* Thread-safe. Returns TRUE if it will never be connected again. */
gboolean
norpc_nats_link_is_closed (NorpcNatsLink *self)
{
  return g_atomic_int_get (&self->closed);
}

/* Thread-safe. Returns a text (owned) for the errors of calls on a connection that is closed. */
char *
norpc_nats_link_describe_end (NorpcNatsLink *self)
{
  char *text;

  g_mutex_lock (&self->lock);
  text = g_strconcat ("the connection to NATS is closed", self->reason != NULL ? ": " : NULL, self->reason, NULL);
  g_mutex_unlock (&self->lock);

  return text;
}

/* Thread-safe. Losses of other subscriptions are reported as those of events. */
void
norpc_nats_link_set_replies (NorpcNatsLink    *self,
                             natsSubscription *subscription)
{
  g_atomic_pointer_set (&self->replies, subscription);
}

/* Called in the thread of the link. Returns how many bytes the data of a message may have, or 0 if that is not known. */
gint64
norpc_nats_link_get_max_payload (NorpcNatsLink *self)
{
  return norpc_nats_link_is_usable (self) ? natsConnection_GetMaxPayload (self->nats) : 0;
}

natsConnection *
norpc_nats_link_get_nats (NorpcNatsLink *self)
{
  return self->nats;
}
