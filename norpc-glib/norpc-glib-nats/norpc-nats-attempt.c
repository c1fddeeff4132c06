/* norpc-nats-attempt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-attempt-private.h"

/* How many seconds an attempt may take, and how many more for each server, which the library allows it. */
#define PATIENCE 30
#define PATIENCE_PER_SERVER 2

/* How many attempts may be abandoned and not have ended. */
#define MAX_ABANDONED 16

/* Shared by the thread that connects and the one that waits for it. */
typedef struct
{
  gatomicrefcount      ref_count;
  char                *urls; /* (owned) (nullable), since construction */
  NorpcNatsConnectFunc func; /* since construction */

  GMutex               lock;
  GCond                changed;
  gboolean             done;      /* [lock] */
  gboolean             cancelled; /* [lock] */
  gboolean             abandoned; /* [lock]: nothing waits for it */
  NorpcNatsLink       *link;      /* (owned) (nullable) [lock]: once it is done */
  NorpcNatsInbox      *inbox;     /* (owned) (nullable) [lock]: of the link */
  GError              *error;     /* (owned) (nullable) [lock]: once it is done */
} Attempt;

static int n_abandoned; /* atomic: attempts that have not ended, and that nothing waits for */

static void
attempt_unref (gpointer data)
{
  Attempt *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
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
  g_atomic_int_add (&n_abandoned, -1);
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

  g_mutex_lock (&self->lock);
  abandoned = self->abandoned;
  if (!abandoned)
    {
      self->done = TRUE;
      self->link = link;
      self->inbox = inbox;
      self->error = error;
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&self->lock);

  if (abandoned)
    drop_result (link, inbox, error);
  attempt_unref (self);
}

/* Runs in the thread that cancels. */
static void
attempt_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                      gpointer      user_data)
{
  Attempt *self = user_data;

  g_mutex_lock (&self->lock);
  self->cancelled = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static Attempt *
attempt_new (const char           *urls,
             NorpcNatsConnectFunc  func)
{
  Attempt *self = g_new0 (Attempt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->urls = g_strdup (urls);
  self->func = func;

  return self;
}

static gint64
get_end (const char *urls)
{
  g_auto (GStrv) list = g_strsplit (urls != NULL ? urls : "", ",", -1);

  return g_get_monotonic_time () + (PATIENCE + PATIENCE_PER_SERVER * g_strv_length (list)) * G_TIME_SPAN_SECOND;
}

/* Returns once the attempt is done, or abandoned. */
static void
wait_for_attempt (Attempt *self)
{
  gint64 end = get_end (self->urls);

  g_mutex_lock (&self->lock);
  while (!self->done && !self->cancelled && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  self->abandoned = !self->done;
  if (self->abandoned)
    g_atomic_int_inc (&n_abandoned);
  g_mutex_unlock (&self->lock);
}

NorpcNatsLink *
norpc_nats_attempt_run (const char            *urls,
                        NorpcNatsConnectFunc   func,
                        GCancellable          *cancellable,
                        NorpcNatsInbox       **inbox,
                        GError               **error)
{
  Attempt *self;
  NorpcNatsLink *link = NULL;
  gulong id = 0;

  if (g_atomic_int_get (&n_abandoned) >= MAX_ABANDONED)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_BUSY, "Could not connect to NATS: %d earlier attempts wait for "
                   "servers that do not answer", MAX_ABANDONED);
      return NULL;
    }

  self = attempt_new (urls, func);
  g_atomic_ref_count_inc (&self->ref_count);
  norpc_nats_link_invoke_blocking (run_attempt, self);
  if (cancellable != NULL)
    {
      g_atomic_ref_count_inc (&self->ref_count);
      id = g_cancellable_connect (cancellable, G_CALLBACK (attempt_cancelled_cb), self, attempt_unref);
    }
  wait_for_attempt (self);
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
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                           "Could not connect to NATS: the server does not answer");
    }
  attempt_unref (self);

  return link;
}
