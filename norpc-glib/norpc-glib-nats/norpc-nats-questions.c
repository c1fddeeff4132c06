/* norpc-nats-questions.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-questions-private.h"

/* After so many rounds, an answer still counts if it claims calls, but not if it says that there is no export. */
#define MAX_AGE 8

/* How many answers to a question are told apart: anybody may answer. */
#define MAX_ANSWERS 1000

/* How many calls one message asks for. */
#define MAX_CALLS 250

typedef struct
{
  NorpcNatsWaiter    waiter;   /* must be first */
  NorpcNatsLiveness *liveness; /* (unowned) */
  char              *holder;   /* (owned) (nullable): a GRefString, or NULL if all exports are asked */
  GVariant          *replies;  /* (owned) (nullable): the subjects of the calls that it asks for; none if it is old */
  GHashTable        *answered; /* (owned): a set of owned identifiers: the exports that have answered it */
  gboolean           is_settled; /* all that are known have */
  guint              age;      /* in rounds */
  guint              max_age;
} Question;

static void
question_free (Question *self)
{
  norpc_nats_inbox_remove (self->liveness->inbox, &self->waiter);
  g_clear_pointer (&self->holder, g_ref_string_release);
  g_clear_pointer (&self->replies, g_variant_unref);
  g_hash_table_unref (self->answered);
  g_free (self);
}

/* The connection is lost, and with it all calls. */
static gboolean
question_lost (NorpcNatsWaiter *waiter,
               const char      *reason G_GNUC_UNUSED,
               gboolean         for_good G_GNUC_UNUSED)
{
  Question *self = (Question *) waiter;

  norpc_nats_members_clear (self->liveness->members);
  g_queue_remove (&self->liveness->questions, self);
  question_free (self);

  return TRUE;
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

static void
note_answer (Question   *self,
             const char *export)
{
  norpc_nats_members_add (self->liveness->members, export);
  if (g_hash_table_contains (self->answered, export) || g_hash_table_size (self->answered) >= MAX_ANSWERS)
    return;

  g_hash_table_add (self->answered, g_strdup (export));
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
    {
      norpc_nats_members_remove (self->members, question->holder);
      norpc_nats_liveness_drop_holder (self, question->holder);
    }
  else if (natsMsg_IsNoResponders (message))
    {
      norpc_nats_members_clear (self->members);
      norpc_nats_liveness_drop_unclaimed (self, question->replies);
    }
  else if ((body = norpc_nats_message_dup_body (message, "(sas)", NULL)) != NULL)
    {
      g_variant_get (body, "(&sas)", &holder, &replies);
      if (question->holder != NULL)
        count_denials (self, question);
      if (norpc_nats_is_prefix (holder))
        {
          note_answer (question, holder);
          while (g_variant_iter_next (replies, "&s", &reply))
            norpc_nats_liveness_claim (self, reply, holder);
        }
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
  question->answered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  question->max_age = max_age;
  g_queue_push_tail (&self->questions, question);
  reply = norpc_nats_inbox_add (self->inbox, &question->waiter);
  message = norpc_nats_message_new (subject, reply, question->replies, NULL);
  if (message != NULL)
    norpc_nats_link_publish (self->link, message, NULL);
}

/* Asks for the calls that one holder has, or that none has claimed. */
void
norpc_nats_questions_ask (NorpcNatsLiveness *self,
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
              max_age = MAX (max_age, norpc_nats_liveness_get_max_asked (self, watched));
            }
          g_variant_builder_add (&builder, "s", watched->reply);
        }
      ask (self, holder, g_variant_builder_end (&builder), max_age);
    }
}

/* Asks all exports for no call, so that those that answer are known. */
void
norpc_nats_questions_ask_all (NorpcNatsLiveness *self)
{
  ask (self, NULL, g_variant_new ("as", NULL), MAX_AGE);
}

/* A round has passed. */
void
norpc_nats_questions_age (NorpcNatsLiveness *self)
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

/* All exports have answered: calls that are not claimed are at none of them. */
static void
settle_question (Question *self)
{
  GVariantIter iter;
  const char *reply;

  self->is_settled = TRUE;
  g_variant_iter_init (&iter, self->replies);
  while (g_variant_iter_next (&iter, "&s", &reply))
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->liveness->by_reply, reply);

      if (watched != NULL && watched->holder == NULL)
        watched->n_denied++;
    }
}

/* Asks an export that has not answered which of no calls it has: NATS answers in its place if it has gone. */
static void
ask_member (gpointer member,
            gpointer self)
{
  g_autoptr (GRefString) holder = g_ref_string_new_intern (member);

  ask (self, holder, g_variant_new ("as", NULL), MAX_AGE);
}

/* Counts the questions of the rounds before that all exports have answered, and asks those that have not. */
void
norpc_nats_questions_settle (NorpcNatsLiveness *self)
{
  g_autoptr (GHashTable) silent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) list = NULL;

  for (GList *l = self->questions.head; l != NULL; l = l->next)
    {
      Question *question = l->data;
      g_autoptr (GPtrArray) others = NULL;

      if (question->holder != NULL || question->replies == NULL || question->is_settled)
        continue;

      others = norpc_nats_members_list_others (self->members, question->answered);
      for (guint i = 0; i < others->len; i++)
        g_hash_table_add (silent, g_strdup (others->pdata[i]));
      if (others->len == 0 && g_hash_table_size (question->answered) > 0)
        settle_question (question);
    }
  list = g_hash_table_get_keys (silent);
  g_list_foreach (list, ask_member, self);
}

void
norpc_nats_questions_clear (NorpcNatsLiveness *self)
{
  g_queue_clear_full (&self->questions, (GDestroyNotify) question_free);
}
