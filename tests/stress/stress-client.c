/* stress-client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-reply-queue-parts-private.h"
#include "core/norpc-background-private.h"

#include "stress-sessions.h"

#define MAX_PENDING 200

static int n_busy; /* atomic: clients that are not done yet */

static _Thread_local StressClient *current_client; /* (unowned) (nullable): of this thread */

StressClient *
stress_get_current_client (void)
{
  return current_client;
}

/* Any thread: for messages. */
const char *
stress_describe_thread (void)
{
  if (current_client != NULL)
    return "a client's";
  if (stress_worker_is_current ())
    return "the worker's";

  return norpc_background_is_current () ? "of the pool" : "another one";
}

/* The client's thread. */
void
stress_client_pending (StressClient *self,
                       int           n)
{
  g_atomic_int_add (&self->n_pending, n);
}

static guint64 *
get_last_stamp (StressClient *self,
                guint         fate)
{
  guint64 *last = g_hash_table_lookup (self->stamps, GUINT_TO_POINTER (fate));

  if (last == NULL)
    {
      last = g_new0 (guint64, 1);
      g_hash_table_insert (self->stamps, GUINT_TO_POINTER (fate), last);
    }

  return last;
}

/* The client's thread. Replies, signals and items that a service sends in its own context arrive here
 * in the order in which it sent them, for all proxies, each of which gets every signal. */
void
stress_client_note_stamp (StressClient *self,
                          guint         fate,
                          guint64       stamp,
                          gboolean      is_signal)
{
  guint64 *last = get_last_stamp (self, fate);

  g_assert_cmpuint (stamp, >=, *last);
  g_assert_true (is_signal || stamp > *last);
  *last = stamp;
}

/* The client's thread, when it reads an item that has arrived before: all that was sent before the
 * item has arrived, too. */
void
stress_client_note_late_stamp (StressClient *self,
                               guint         fate,
                               guint64       stamp)
{
  guint64 *last = get_last_stamp (self, fate);

  *last = MAX (*last, stamp);
}

static gboolean
may_operate (StressClient *self)
{
  return g_atomic_int_get (&self->n_operations) > 0 &&
         g_atomic_int_get (&self->n_pending) < MAX_PENDING;
}

static void
operate_next (StressClient *self)
{
  if (!may_operate (self))
    return;

  g_atomic_int_add (&self->n_operations, -1);
  g_atomic_int_inc (&self->operation);
  stress_operate (self);
}

/* The client's thread, at the end of one of its callbacks. */
void
stress_client_go_on (StressClient *self)
{
  if (g_rand_boolean (self->timing))
    operate_next (self);
}

static gboolean
operate_cb (gpointer user_data)
{
  StressClient *self = user_data;

  g_source_set_ready_time (g_main_current_source (), -1);
  for (int n = g_rand_int_range (self->timing, 1, 6); n > 0; n--)
    operate_next (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
operate_dispatch (GSource     *source,
                  GSourceFunc  callback,
                  gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs operate_source_funcs = { NULL, NULL, operate_dispatch, NULL, NULL, NULL };

/* It is there before the first call, so it has its turn before the replies that
 * come meanwhile, in the same iteration. */
static GSource *
operate_source_new (StressClient *self)
{
  GSource *source = g_source_new (&operate_source_funcs, sizeof (GSource));

  g_source_set_callback (source, operate_cb, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

/* The client's thread: whether replies are on their way to it, to calls that it does not wait for. */
static gboolean
has_replies (StressClient *self)
{
  g_autoptr (NorpcReplyQueue) queue = norpc_reply_queue_get (self->context);

  return g_atomic_int_get (&queue->n_open) > 0;
}

/* Others call the services that live here, and these call others. */
static void
serve_until_all_are_done (StressClient *self)
{
  while (has_replies (self))
    g_main_context_iteration (self->context, TRUE);

  g_atomic_int_add (&n_busy, -1);
  while (g_atomic_int_get (&n_busy) > 0 || !stress_is_gone (STRESS_RELAYS) ||
         !stress_is_gone (STRESS_WORKS) || has_replies (self))
    {
      g_main_context_iteration (self->context, FALSE);
      g_usleep (100);
    }
}

static gpointer
client_thread (gpointer data)
{
  StressClient *self = data;
  g_autoptr (GSource) source = operate_source_new (self);

  current_client = self;
  self->self = g_thread_self ();
  g_main_context_push_thread_default (self->context);
  while (g_atomic_int_get (&self->n_operations) > 0 || g_atomic_int_get (&self->n_pending) > 0)
    {
      gboolean idle = may_operate (self);

      if (idle && g_rand_boolean (self->timing))
        g_source_set_ready_time (source, 0);
      else if (idle)
        operate_next (self);
      g_main_context_iteration (self->context, !idle);
    }

  serve_until_all_are_done (self);
  g_source_destroy (source);
  stress_sessions_leave (self);
  for (guint i = 0; i < STRESS_N_LANES; i++)
    g_clear_pointer (&self->lanes[i], stress_lane_unref);
  for (guint i = 0; i < STRESS_N_CANCELLABLES; i++)
    g_clear_object (&self->cancellables[i]);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

/* The main thread, which begins all clients before it joins one. */
void
stress_client_begin (StressClient *self,
                     guint         number,
                     guint         n_operations,
                     guint32       seed)
{
  *self = (StressClient) { .number = number, .seed = seed };
  self->context = g_main_context_new ();
  self->rand = g_rand_new_with_seed (seed);
  self->timing = g_rand_new_with_seed (~seed);
  self->n_operations = n_operations;
  self->stamps = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_atomic_int_inc (&n_busy);
  self->thread = g_thread_new ("client", client_thread, self);
}

void
stress_client_join (StressClient *self)
{
  g_thread_join (self->thread);
}

/* The main thread, after all clients were joined. */
void
stress_client_clear (StressClient *self)
{
  g_hash_table_unref (self->stamps);
  g_rand_free (self->rand);
  g_rand_free (self->timing);
  g_main_context_unref (self->context);
  stress_sessions_end (self->sessions);
}

/* Any thread. */
void
stress_client_print (StressClient *self)
{
  const char *doing = g_atomic_pointer_get (&self->doing);

  g_printerr ("stress: client %u: at operation %d (%s), %d left, %d pending\n",
              self->number, g_atomic_int_get (&self->operation), doing != NULL ? doing : "none",
              g_atomic_int_get (&self->n_operations), g_atomic_int_get (&self->n_pending));
}
