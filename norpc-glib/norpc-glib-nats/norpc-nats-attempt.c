/* norpc-nats-attempt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-attempt-private.h"

/* How many seconds an attempt may take, with the wait for its turn, and how many more for each server, which the
 * library allows it.
 */
#define PATIENCE 30
#define PATIENCE_PER_SERVER 2

/* How many attempts may be in progress. Others wait until one of these has ended, because any of them may be
 * abandoned, and then never end.
 */
#define MAX_ATTEMPTS 16

/* Shared by the thread that connects and the one that waits for it. */
typedef struct
{
  gatomicrefcount      ref_count;
  char                *urls; /* (owned) (nullable), since construction */
  NorpcNatsConnectFunc func; /* since construction */

  /* [attempts_lock] */
  GCond                changed;
  gboolean             waits;     /* for its turn */
  gboolean             done;
  gboolean             cancelled;
  gboolean             abandoned; /* nothing waits for it */
  NorpcNatsLink       *link;      /* (owned) (nullable): once it is done */
  NorpcNatsInbox      *inbox;     /* (owned) (nullable): of the link */
  GError              *error;     /* (owned) (nullable): once it is done */
} Attempt;

static GMutex attempts_lock;
static guint n_in_progress; /* [attempts_lock]: attempts that have begun and not ended */
static guint n_abandoned;   /* [attempts_lock]: those of them that nothing waits for */
static GQueue queue = G_QUEUE_INIT; /* [attempts_lock]: of owned Attempt, which wait for their turn */

static void
attempt_unref (gpointer data)
{
  Attempt *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_cond_clear (&self->changed);
  g_free (self->urls);
  g_free (self);
}

/* Runs in a thread of the pool. */
static void
drop_result (NorpcNatsLink  *link,
             NorpcNatsInbox *inbox,
             GError         *error)
{
  g_clear_error (&error);
  if (link != NULL)
    {
      norpc_nats_inbox_free (inbox);
      norpc_nats_link_unref (link);
    }
}

static void run_attempt (gpointer data);

/* Thread-safe. An attempt has ended, and another one begins in its place. */
static void
end_turn (gboolean abandoned)
{
  Attempt *next;

  g_mutex_lock (&attempts_lock);
  if (abandoned)
    n_abandoned--;
  next = g_queue_pop_head (&queue);
  if (next != NULL)
    next->waits = FALSE;
  else
    n_in_progress--;
  g_mutex_unlock (&attempts_lock);

  if (next != NULL)
    norpc_nats_link_invoke_blocking (run_attempt, next);
}

/* Runs in a thread of the pool. */
static void
run_attempt (gpointer data)
{
  Attempt *self = data;
  NorpcNatsInbox *inbox = NULL;
  GError *error = NULL;
  NorpcNatsLink *link = self->func (self->urls, &inbox, &error);
  gboolean abandoned;

  g_mutex_lock (&attempts_lock);
  abandoned = self->abandoned;
  if (!abandoned)
    {
      self->done = TRUE;
      self->link = link;
      self->inbox = inbox;
      self->error = error;
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&attempts_lock);

  if (abandoned)
    drop_result (link, inbox, error);
  end_turn (abandoned);
  attempt_unref (self);
}

/* Runs in the thread that cancels. */
static void
attempt_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                      gpointer      user_data)
{
  Attempt *self = user_data;

  g_mutex_lock (&attempts_lock);
  self->cancelled = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&attempts_lock);
}

static Attempt *
attempt_new (const char           *urls,
             NorpcNatsConnectFunc  func)
{
  Attempt *self = g_new0 (Attempt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_cond_init (&self->changed);
  self->urls = g_strdup (urls);
  self->func = func;

  return self;
}

/* Begins it, or lets it wait for its turn. */
static void
begin_attempt (Attempt *self)
{
  gboolean waits;

  g_atomic_ref_count_inc (&self->ref_count);
  g_mutex_lock (&attempts_lock);
  waits = n_in_progress >= MAX_ATTEMPTS;
  self->waits = waits;
  if (waits)
    g_queue_push_tail (&queue, self);
  else
    n_in_progress++;
  g_mutex_unlock (&attempts_lock);

  if (!waits)
    norpc_nats_link_invoke_blocking (run_attempt, self);
}

static gint64
get_end (const char *urls)
{
  g_auto (GStrv) list = g_strsplit (urls != NULL ? urls : "", ",", -1);

  return g_get_monotonic_time () + (PATIENCE + PATIENCE_PER_SERVER * g_strv_length (list)) * G_TIME_SPAN_SECOND;
}

/* Called with the lock held. Returns TRUE if no attempt in progress may ever end. */
static gboolean
is_stuck_locked (void)
{
  return n_abandoned >= MAX_ATTEMPTS;
}

/* Called with the lock held. Nothing waits for the attempt any more. If that was the last attempt in progress for which
 * something waited, those that wait for their turn are rejected.
 */
static void
abandon_locked (Attempt *self)
{
  self->abandoned = TRUE;
  n_abandoned++;
  for (GList *l = is_stuck_locked () ? queue.head : NULL; l != NULL; l = l->next)
    g_cond_signal (&((Attempt *) l->data)->changed);
}

/* Returns once the attempt is done, or nothing waits for it any more. Returns FALSE if it has not begun, and never
 * does.
 */
static gboolean
wait_for_attempt (Attempt *self)
{
  gint64 end = get_end (self->urls);
  gboolean begun;

  g_mutex_lock (&attempts_lock);
  while (!self->done && !self->cancelled && !(self->waits && is_stuck_locked ()) &&
         g_cond_wait_until (&self->changed, &attempts_lock, end))
    ;
  begun = !self->waits;
  if (!begun)
    g_queue_remove (&queue, self);
  else if (!self->done)
    abandon_locked (self);
  g_mutex_unlock (&attempts_lock);

  if (!begun)
    attempt_unref (self);

  return begun;
}

NorpcNatsLink *
norpc_nats_attempt_run (const char            *urls,
                        NorpcNatsConnectFunc   func,
                        GCancellable          *cancellable,
                        NorpcNatsInbox       **inbox,
                        GError               **error)
{
  Attempt *self = attempt_new (urls, func);
  NorpcNatsLink *link = NULL;
  gulong id = 0;
  gboolean begun;

  begin_attempt (self);
  if (cancellable != NULL)
    {
      g_atomic_ref_count_inc (&self->ref_count);
      id = g_cancellable_connect (cancellable, G_CALLBACK (attempt_cancelled_cb), self, attempt_unref);
    }
  begun = wait_for_attempt (self);
  g_cancellable_disconnect (cancellable, id);

  /* From here on, no other thread changes it. */
  if (self->done)
    {
      link = self->link;
      *inbox = self->inbox;
      if (link == NULL)
        g_propagate_error (error, self->error);
    }
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      if (begun)
        g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                             "Could not connect to NATS: the server does not answer");
      else
        g_set_error (error, NORPC_ERROR, NORPC_ERROR_BUSY, "Could not connect to NATS: %d earlier attempts wait for "
                     "servers that do not answer", MAX_ATTEMPTS);
    }
  attempt_unref (self);

  return link;
}
