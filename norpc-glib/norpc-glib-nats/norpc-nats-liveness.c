/* norpc-nats-liveness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-questions-private.h"

/* Milliseconds between two rounds of questions, and before a call is asked for. */
#define INTERVAL 250

/* In one of so many rounds, at least, all exports are asked, so that they are known. */
#define ROUNDS_TO_ASK_ALL 4

/* Returns the calls (owned) that are to be asked for, by their holders, or by this object if they have none. */
static GHashTable *
group_calls (NorpcNatsLiveness *self)
{
  GHashTable *groups = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  gint64 latest = g_get_monotonic_time () - INTERVAL * G_TIME_SPAN_MILLISECOND;

  for (GList *l = self->watched.head; l != NULL; l = l->next)
    {
      NorpcNatsWatched *watched = l->data;
      gconstpointer key = watched->holder != NULL ? (gconstpointer) watched->holder : self;
      GPtrArray *calls = g_hash_table_lookup (groups, key);

      if (watched->since > latest)
        break;
      if (calls == NULL)
        {
          calls = g_ptr_array_new ();
          g_hash_table_insert (groups, (gpointer) key, calls);
        }
      g_ptr_array_add (calls, watched);
    }

  return groups;
}

/* It may change, and is not known while there is no connection. */
static void
update_max_payload (NorpcNatsLiveness *self)
{
  gint64 max_payload = norpc_nats_link_get_max_payload (self->link);

  if (max_payload > 0)
    self->max_payload = (guint64) max_payload;
}

static gboolean
timer_cb (gpointer data)
{
  NorpcNatsLiveness *self = data;
  g_autoptr (GHashTable) groups = NULL;
  GHashTableIter iter;
  gpointer holder, calls;

  norpc_nats_members_begin_round (self->members);
  norpc_nats_questions_age (self);
  update_max_payload (self);
  norpc_nats_questions_settle (self);
  norpc_nats_liveness_drop_lost (self);
  if (g_queue_is_empty (&self->watched))
    {
      norpc_nats_questions_clear (self);
      g_clear_pointer (&self->timer, g_source_unref);
      return G_SOURCE_REMOVE;
    }

  groups = group_calls (self);
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &holder, &calls))
    norpc_nats_questions_ask (self, holder != self ? holder : NULL, calls);
  if (g_hash_table_contains (groups, self))
    self->n_rounds = 1;
  else if (self->n_rounds++ % ROUNDS_TO_ASK_ALL == 0)
    norpc_nats_questions_ask_all (self);

  return G_SOURCE_CONTINUE;
}

/* Thread-safe. */
NorpcNatsLiveness *
norpc_nats_liveness_new (NorpcNatsLink  *link,
                         NorpcNatsInbox *inbox,
                         const char     *prefix)
{
  NorpcNatsLiveness *self = g_new0 (NorpcNatsLiveness, 1);

  self->link = norpc_nats_link_ref (link);
  self->inbox = inbox;
  self->prefix = g_strdup (prefix);
  self->by_reply = g_hash_table_new (g_str_hash, g_str_equal);
  self->members = norpc_nats_members_new ();

  return self;
}

static void
liveness_free (gpointer data)
{
  NorpcNatsLiveness *self = data;

  norpc_nats_questions_clear (self);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_unref (self->by_reply);
  norpc_nats_members_free (self->members);
  g_free (self->prefix);
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Thread-safe. Nothing is watched any more. */
void
norpc_nats_liveness_end (NorpcNatsLiveness *self)
{
  norpc_nats_link_invoke (self->link, liveness_free, self);
}

void
norpc_nats_liveness_add (NorpcNatsLiveness *self,
                         NorpcNatsWatched  *watched)
{
  self->n_unclaimed += watched->size;
  watched->since = g_get_monotonic_time ();
  watched->n_ahead = self->n_unclaimed;
  watched->n_received = self->n_received;
  watched->n_asked = 0;
  watched->n_denied = 0;
  watched->is_watched = TRUE;
  watched->link.data = watched;
  g_queue_push_tail_link (&self->watched, &watched->link);
  g_hash_table_insert (self->by_reply, (gpointer) watched->reply, watched);
  if (self->timer != NULL)
    return;

  self->timer = g_timeout_source_new (INTERVAL);
  g_source_set_static_name (self->timer, "NorpcNatsLiveness");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}
