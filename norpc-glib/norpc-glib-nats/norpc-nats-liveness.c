/* norpc-nats-liveness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-info-private.h"
#include "norpc-nats-liveness-private.h"
#include "norpc-nats-message-private.h"

/* Milliseconds between two rounds of questions, and before a call is asked for. */
#define INTERVAL 250

/* After so many questions to all that no export has answered by a claim, or denials of the one that had it, a call
 * is lost.
 */
#define MAX_ASKED 12

/* One question more for so many bytes that may be on the way before the answer to the first one. A message passes two
 * connections in each direction. Each of them ends if it takes no data for 10 s, so these questions are limited, too.
 */
#define BYTES_PER_QUESTION (256 * 1024)
#define MAX_MORE 160

/* After so many rounds, an answer still counts if it claims calls, but not if it says that there is no export. */
#define MAX_AGE 8

/* How many calls one message asks for. */
#define MAX_CALLS 250

struct _NorpcNatsLiveness
{
  NorpcNatsLink  *link;      /* (owned), since construction */
  NorpcNatsInbox *inbox;     /* (unowned), since construction: of the link */
  char           *prefix;    /* (owned), since construction */
  GQueue          watched;   /* of unowned NorpcNatsWatched, the oldest first */
  GHashTable     *by_reply;  /* (owned): of subjects and unowned NorpcNatsWatched */
  GQueue          questions; /* of owned Question */
  guint64         n_unclaimed; /* bytes of the calls that no export has claimed */
  guint64         n_received;  /* bytes of all replies */
  guint64         max_payload; /* bytes of a message, as far as is known */
  GSource        *timer;     /* (owned) (nullable): while something is watched */
};

typedef struct
{
  NorpcNatsWaiter    waiter;   /* must be first */
  NorpcNatsLiveness *liveness; /* (unowned) */
  char              *holder;   /* (owned) (nullable): a GRefString, or NULL if all exports are asked */
  GVariant          *replies;  /* (owned) (nullable): the subjects of the calls that it asks for; none if it is old */
  guint              age;      /* in rounds */
  guint              max_age;
} Question;

static void
question_free (Question *self)
{
  norpc_nats_inbox_remove (self->liveness->inbox, &self->waiter);
  g_clear_pointer (&self->holder, g_ref_string_release);
  g_clear_pointer (&self->replies, g_variant_unref);
  g_free (self);
}

/* The connection is lost, and with it all calls. */
static gboolean
question_lost (NorpcNatsWaiter *waiter,
               const char      *reason G_GNUC_UNUSED,
               gboolean         for_good G_GNUC_UNUSED)
{
  Question *self = (Question *) waiter;

  g_queue_remove (&self->liveness->questions, self);
  question_free (self);

  return TRUE;
}

static gboolean
has_holder (NorpcNatsLiveness *self G_GNUC_UNUSED,
            NorpcNatsWatched  *watched,
            const char        *holder)
{
  return watched->holder == holder;
}

/* Returns after how many questions a call is lost that no export has claimed. The questions wait behind requests of the
 * endpoint, and their answers behind replies: those that have come meanwhile, and another one, which may have any size.
 */
static guint
get_max_asked (NorpcNatsLiveness *self,
               NorpcNatsWatched  *watched)
{
  guint64 n_bytes = watched->n_ahead + (self->n_received - watched->n_received) + self->max_payload;

  return MAX_ASKED + (guint) MIN (n_bytes / BYTES_PER_QUESTION, MAX_MORE);
}

static gboolean
is_lost (NorpcNatsLiveness *self,
         NorpcNatsWatched  *watched,
         const char        *unused G_GNUC_UNUSED)
{
  return watched->n_asked >= (watched->holder != NULL ? MAX_ASKED : get_max_asked (self, watched));
}

static void
drop_call (NorpcNatsLiveness *self,
           NorpcNatsWatched  *watched)
{
  norpc_nats_liveness_remove (self, watched);
  watched->gone (watched);
}

/* Notes their subjects first, because completing a call can end others. */
static void
drop_calls (NorpcNatsLiveness *self,
            gboolean         (*check) (NorpcNatsLiveness *self,
                                       NorpcNatsWatched  *watched,
                                       const char        *holder),
            const char        *holder)
{
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_free);

  for (GList *l = self->watched.head; l != NULL; l = l->next)
    if (check (self, l->data, holder))
      g_ptr_array_add (replies, g_strdup (((NorpcNatsWatched *) l->data)->reply));

  for (guint i = 0; i < replies->len; i++)
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, replies->pdata[i]);

      if (watched != NULL)
        drop_call (self, watched);
    }
}

/* There was no export. The calls of other questions may have been sent to one since. @replies may be NULL. */
static void
drop_unclaimed (NorpcNatsLiveness *self,
                GVariant          *replies)
{
  GVariantIter iter;
  const char *reply;

  if (replies == NULL)
    return;

  g_variant_iter_init (&iter, replies);
  while (g_variant_iter_next (&iter, "&s", &reply))
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, reply);

      if (watched != NULL && watched->holder == NULL)
        drop_call (self, watched);
    }
}

/* An export has a call. */
static void
claim (NorpcNatsLiveness *self,
       const char        *reply,
       const char        *holder)
{
  NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, reply);

  if (watched == NULL)
    return;

  watched->n_asked = 0;
  if (watched->holder == NULL)
    self->n_unclaimed -= watched->size;
  g_clear_pointer (&watched->holder, g_ref_string_release);
  watched->holder = g_ref_string_new_intern (holder);
}

/* The export that has some calls says which of them it still has. One that it does not name may have been answered
 * just now. An export that says nothing may be busy: as long as NATS has its subscription, it is there. An answer says
 * nothing about the calls of other questions.
 */
static void
count_denials (NorpcNatsLiveness *self,
               Question          *question)
{
  GVariantIter iter;
  const char *reply;

  g_variant_iter_init (&iter, question->replies);
  while (g_variant_iter_next (&iter, "&s", &reply))
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, reply);

      if (watched != NULL && watched->holder == question->holder)
        watched->n_asked++;
    }
}

/* Takes ownership of @message, but not of the waiter, which may get more of them. */
static void
question_replied (NorpcNatsWaiter *waiter,
                  natsMsg         *message)
{
  Question *question = (Question *) waiter;
  NorpcNatsLiveness *self = question->liveness;
  g_autoptr (GVariant) body = NULL;
  g_autoptr (GVariantIter) replies = NULL;
  const char *holder, *reply;

  if (natsMsg_IsNoResponders (message) && question->holder != NULL)
    drop_calls (self, has_holder, question->holder);
  else if (natsMsg_IsNoResponders (message))
    drop_unclaimed (self, question->replies);
  else if ((body = norpc_nats_message_dup_body (message, "(sas)", NULL)) != NULL)
    {
      g_variant_get (body, "(&sas)", &holder, &replies);
      if (question->holder != NULL)
        count_denials (self, question);
      if (norpc_nats_is_prefix (holder))
        while (g_variant_iter_next (replies, "&s", &reply))
          claim (self, reply, holder);
    }
  natsMsg_Destroy (message);
}

static const NorpcNatsWaiterImpl question_impl = { question_replied, question_lost, NULL };

/* Asks all exports, or the one that has the calls. An answer may take so many rounds. */
static void
ask (NorpcNatsLiveness *self,
     const char        *holder,
     GVariant          *replies,
     guint              max_age)
{
  g_autofree char *name = holder != NULL ? g_strconcat ("held.", holder, NULL) : g_strdup ("held");
  g_autofree char *subject = norpc_nats_make_control (self->prefix, name);
  g_autofree char *reply = NULL;
  Question *question = g_new0 (Question, 1);
  natsMsg *message;

  question->waiter.impl = &question_impl;
  question->waiter.many = TRUE;
  question->liveness = self;
  question->holder = holder != NULL ? g_ref_string_acquire ((char *) holder) : NULL;
  question->replies = g_variant_ref_sink (replies);
  question->max_age = max_age;
  g_queue_push_tail (&self->questions, question);
  reply = norpc_nats_inbox_add (self->inbox, &question->waiter);
  message = norpc_nats_message_new (subject, reply, question->replies, NULL);
  if (message != NULL)
    norpc_nats_link_publish (self->link, message, NULL);
}

/* Asks for the calls that one holder has, or that none has claimed. */
static void
ask_for (NorpcNatsLiveness *self,
         const char        *holder,
         GPtrArray         *calls)
{
  for (guint i = 0; i < calls->len; i += MAX_CALLS)
    {
      GVariantBuilder builder;
      guint max_age = MAX_AGE;

      g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
      for (guint j = i; j < calls->len && j < i + MAX_CALLS; j++)
        {
          NorpcNatsWatched *watched = calls->pdata[j];

          if (holder == NULL)
            {
              watched->n_asked++;
              max_age = MAX (max_age, get_max_asked (self, watched));
            }
          g_variant_builder_add (&builder, "s", watched->reply);
        }
      ask (self, holder, g_variant_builder_end (&builder), max_age);
    }
}

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

static void
drop_old_questions (NorpcNatsLiveness *self)
{
  GList *next;

  for (GList *l = self->questions.head; l != NULL; l = next)
    {
      Question *question = l->data;

      next = l->next;
      question->age++;
      if (question->age > MAX_AGE)
        g_clear_pointer (&question->replies, g_variant_unref);
      if (question->age <= question->max_age)
        continue;
      g_queue_delete_link (&self->questions, l);
      question_free (question);
    }
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

  drop_old_questions (self);
  update_max_payload (self);
  drop_calls (self, is_lost, NULL);
  if (g_queue_is_empty (&self->watched))
    {
      g_queue_clear_full (&self->questions, (GDestroyNotify) question_free);
      g_clear_pointer (&self->timer, g_source_unref);
      return G_SOURCE_REMOVE;
    }

  groups = group_calls (self);
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &holder, &calls))
    ask_for (self, holder != self ? holder : NULL, calls);

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

  return self;
}

static void
liveness_free (gpointer data)
{
  NorpcNatsLiveness *self = data;

  g_queue_clear_full (&self->questions, (GDestroyNotify) question_free);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_unref (self->by_reply);
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

/* Does nothing if @watched is not watched. */
void
norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                            NorpcNatsWatched  *watched)
{
  if (!watched->is_watched)
    return;

  watched->is_watched = FALSE;
  if (watched->holder == NULL)
    self->n_unclaimed -= watched->size;
  g_queue_unlink (&self->watched, &watched->link);
  g_hash_table_remove (self->by_reply, watched->reply);
  g_clear_pointer (&watched->holder, g_ref_string_release);
}

/* A reply has come, which others had to wait for. */
void
norpc_nats_liveness_note_reply (NorpcNatsLiveness *self,
                                gsize              size)
{
  self->n_received += size;
}
