/* test-nats-liveness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Questions for calls that have no reply. The test answers them in the place of an export. */

#include <norpc-glib/norpc-glib.h>

#include "link-tools.h"
#include "nats-process.h"
#include "norpc-nats-liveness-private.h"
#include "norpc-nats-message-private.h"

#define PREFIX "test.liveness"
#define EXPORT "export"
#define OTHER "other"

/* More calls than twelve questions ask for. */
#define N_CALLS 3300

/* How many denials in succession make a lost call. */
#define MAX_ASKED 12

/* After how many questions a call is lost that no export claims: a reply of 1 MiB may be on the way. */
#define MAX_UNCLAIMED (MAX_ASKED + 4)

/* So many bytes are one question more. */
#define QUESTION_SIZE (256 * 1024)
#define N_REPLIES 4

/* Seconds that a test waits. */
#define TIME_LIMIT 30

typedef struct _Fixture Fixture;

typedef struct
{
  NorpcNatsWatched watched; /* must be first */
  Fixture         *fixture;
  char            *reply;   /* (owned) */
} Call;

struct _Fixture
{
  NatsProcess       *nats;
  NorpcNatsLink     *link;
  NorpcNatsInbox    *inbox;
  NorpcNatsLiveness *liveness;
  natsConnection    *raw;
  natsSubscription  *questions;
  Call               calls[N_CALLS];
  guint              n_calls;
  int                n_gone;    /* atomic */
  int                last_gone; /* atomic: the number of a call */
};

static void
gone (NorpcNatsWatched *watched)
{
  Fixture *self = ((Call *) watched)->fixture;

  g_atomic_int_set (&self->last_gone, (int) ((Call *) watched - self->calls));
  g_atomic_int_inc (&self->n_gone);
}

/* Runs in the thread of the link. */
static void
add_calls (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < self->n_calls; i++)
    norpc_nats_liveness_add (self->liveness, &self->calls[i].watched);
}

/* Runs in the thread of the link. */
static void
note_replies (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < N_REPLIES; i++)
    norpc_nats_liveness_note_reply (self->liveness, QUESTION_SIZE);
}

/* Runs in the thread of the link. */
static void
remove_calls (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < self->n_calls; i++)
    norpc_nats_liveness_remove (self->liveness, &self->calls[i].watched);
}

static void
set_up (Fixture       *self,
        gconstpointer  n_calls)
{
  self->nats = nats_process_new ();
  self->link = link_connect_to (nats_process_get_url (self->nats));
  self->inbox = link_add_inbox (self->link);
  self->liveness = norpc_nats_liveness_new (self->link, self->inbox, PREFIX);

  g_assert_cmpint (natsConnection_ConnectTo (&self->raw, nats_process_get_url (self->nats)), ==, NATS_OK);
  g_assert_cmpint (natsConnection_SubscribeSync (&self->questions, self->raw, PREFIX ".$norpc.>"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->raw), ==, NATS_OK);

  self->n_calls = GPOINTER_TO_UINT (n_calls);
  for (guint i = 0; i < N_CALLS; i++)
    {
      Call *call = &self->calls[i];

      call->fixture = self;
      call->reply = g_strdup_printf ("call.%u", i);
      call->watched.gone = gone;
      call->watched.reply = call->reply;
    }
  link_run (self->link, add_calls, self);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  link_run (self->link, remove_calls, self);
  for (guint i = 0; i < N_CALLS; i++)
    g_free (self->calls[i].reply);
  natsSubscription_Destroy (self->questions);
  natsConnection_Destroy (self->raw);
  norpc_nats_liveness_end (self->liveness);
  norpc_nats_link_unref (self->link);
  nats_process_free (self->nats);
}

/* Claims all calls of a question except for one. Returns how many it asks for. */
static guint
answer (Fixture    *self,
        natsMsg    *question,
        const char *denied)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) replies = norpc_nats_message_dup_body (question, "as", &error);
  g_autoptr (GVariant) body = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *reply;
  natsMsg *message;

  g_assert_no_error (error);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  g_variant_iter_init (&iter, replies);
  while (g_variant_iter_next (&iter, "&s", &reply))
    if (g_strcmp0 (reply, denied) != 0)
      g_variant_builder_add (&builder, "s", reply);
  body = g_variant_ref_sink (g_variant_new ("(sas)", EXPORT, &builder));
  message = norpc_nats_message_new (natsMsg_GetReply (question), NULL, body, &error);
  g_assert_no_error (error);
  g_assert_cmpint (natsConnection_PublishMsg (self->raw, message), ==, NATS_OK);
  natsMsg_Destroy (message);

  return (guint) g_variant_n_children (replies);
}

/* Returns a question (owned). */
static natsMsg *
wait_question (Fixture *self)
{
  natsMsg *question;

  g_assert_cmpint (natsSubscription_NextMsg (&question, self->questions, 30000), ==, NATS_OK);

  return question;
}

/* Answers the questions for all calls once. Each call is in one of them. */
static void
answer_round (Fixture *self)
{
  for (guint n_asked = 0; n_asked < self->n_calls;)
    {
      natsMsg *question = wait_question (self);

      n_asked += answer (self, question, NULL);
      natsMsg_Destroy (question);
    }
}

/* An answer says nothing about calls that its question has not asked for. */
static void
test_many (Fixture       *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < 4; i++)
    {
      answer_round (self);
      g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, 0);
    }
}

/* An export that has claimed a call, and then denies it, has lost it. */
static void
test_denied (Fixture       *self,
             gconstpointer  unused)
{
  guint n_denials = 0;

  answer_round (self);
  while (n_denials < MAX_ASKED)
    {
      natsMsg *question = wait_question (self);

      g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, 0);
      if (g_str_has_suffix (natsMsg_GetSubject (question), "." EXPORT))
        n_denials++;
      answer (self, question, self->calls[1].reply);
      natsMsg_Destroy (question);
    }
  wait_for_number (&self->n_gone, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->last_gone), ==, 1);
}

/* Once the export has gone, NATS answers in its place. */
static void
test_gone (Fixture       *self,
           gconstpointer  unused)
{
  answer_round (self);
  g_assert_cmpint (natsSubscription_Unsubscribe (self->questions), ==, NATS_OK);
  wait_for_number (&self->n_gone, (int) self->n_calls, TIME_LIMIT);
  link_run (self->link, do_nothing, NULL);
  g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, (int) self->n_calls);
}

/* The same without an export that has claimed a call. */
static void
test_never_claimed (Fixture       *self,
                    gconstpointer  unused)
{
  g_assert_cmpint (natsSubscription_Unsubscribe (self->questions), ==, NATS_OK);
  wait_for_number (&self->n_gone, (int) self->n_calls, TIME_LIMIT);
}

/* Runs in the thread of the link. */
static void
add_last_call (gpointer data)
{
  Fixture *self = data;

  norpc_nats_liveness_add (self->liveness, &self->calls[self->n_calls - 1].watched);
}

/* Returns once the calls have been claimed: the export is asked for them. */
static void
wait_claimed (Fixture *self)
{
  gboolean is_claimed = FALSE;

  while (!is_claimed)
    {
      natsMsg *question = wait_question (self);

      is_claimed = g_str_has_suffix (natsMsg_GetSubject (question), "." EXPORT);
      natsMsg_Destroy (question);
    }
}

/* Returns TRUE if a question goes to all exports, and asks for calls. */
static gboolean
asks_all (natsMsg *question)
{
  g_autoptr (GVariant) replies = norpc_nats_message_dup_body (question, "as", NULL);

  return g_str_equal (natsMsg_GetSubject (question), PREFIX ".$norpc.held") && g_variant_n_children (replies) > 0;
}

/* Returns how many such questions there are before so many calls are lost. Nothing answers them. */
static guint
count_questions (Fixture *self,
                 int      n_lost)
{
  natsMsg *question;
  guint n = 0;

  wait_for_number (&self->n_gone, n_lost, TIME_LIMIT);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->raw), ==, NATS_OK);
  while (natsSubscription_NextMsg (&question, self->questions, 0) == NATS_OK)
    {
      if (asks_all (question))
        n++;
      natsMsg_Destroy (question);
    }

  return n;
}

/* Questions wait behind the message of a call, and behind those of calls that were sent before. Answers wait behind
 * replies.
 */
static void
test_large (Fixture       *self,
            gconstpointer  unused)
{
  link_run (self->link, remove_calls, self);
  self->calls[0].watched.size = 2 * QUESTION_SIZE;
  self->calls[1].watched.size = QUESTION_SIZE;
  link_run (self->link, add_calls, self);
  link_run (self->link, note_replies, self);
  g_assert_cmpuint (count_questions (self, 2), ==, MAX_UNCLAIMED + 3 + N_REPLIES);
  g_assert_cmpint (g_atomic_int_get (&self->last_gone), ==, 1);
}

/* A message is not on the way any more if its call is claimed, or has ended. */
static void
test_arrived (Fixture       *self,
              gconstpointer  unused)
{
  link_run (self->link, remove_calls, self);
  self->calls[0].watched.size = 8 * QUESTION_SIZE;
  link_run (self->link, add_calls, self);
  link_run (self->link, remove_calls, self);
  link_run (self->link, add_calls, self);
  answer_round (self);
  wait_claimed (self);
  self->n_calls++;
  link_run (self->link, add_last_call, self);
  g_assert_cmpuint (count_questions (self, 1), ==, MAX_UNCLAIMED);
}

/* An answer that comes late claims the call, too. */
static void
test_late (Fixture       *self,
           gconstpointer  unused)
{
  natsMsg *first = wait_question (self);

  for (guint i = 1; i < MAX_UNCLAIMED; i++)
    natsMsg_Destroy (wait_question (self));
  answer (self, first, NULL);
  natsMsg_Destroy (first);
  wait_claimed (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, 0);
}

/* An export has none of the calls. */
static void
deny (Fixture    *self,
      natsMsg    *question,
      const char *export)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new ("(sas)", export, NULL));
  g_autoptr (GError) error = NULL;
  natsMsg *message = norpc_nats_message_new (natsMsg_GetReply (question), NULL, body, &error);

  g_assert_no_error (error);
  g_assert_cmpint (natsConnection_PublishMsg (self->raw, message), ==, NATS_OK);
  natsMsg_Destroy (message);
}

/* Only gets the questions to all exports. */
static void
subscribe_to_questions_to_all (Fixture *self)
{
  natsSubscription_Destroy (self->questions);
  g_assert_cmpint (natsConnection_SubscribeSync (&self->questions, self->raw, PREFIX ".$norpc.held"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->raw), ==, NATS_OK);
}

/* Answers @n questions for one export, and the first @n_both of them for another one, too, unless calls are lost before. */
static void
deny_many (Fixture *self,
           guint    n_both,
           guint    n)
{
  guint n_answered = 0;

  while (n_answered < n && g_atomic_int_get (&self->n_gone) == 0)
    {
      natsMsg *question;

      if (natsSubscription_NextMsg (&question, self->questions, 100) != NATS_OK)
        continue;

      deny (self, question, EXPORT);
      if (n_answered++ < n_both)
        deny (self, question, OTHER);
      natsMsg_Destroy (question);
    }
}

/* A call that all others deny was that of an export that has gone. */
static void
test_one_gone (Fixture       *self,
               gconstpointer  unused)
{
  subscribe_to_questions_to_all (self);
  deny_many (self, 1, MAX_ASKED / 2);
  g_assert_cmpint (g_atomic_int_get (&self->n_gone), >, 0);
  wait_for_number (&self->n_gone, (int) self->n_calls, TIME_LIMIT);
}

/* One that says nothing, and is there, may have the call. */
static void
test_one_silent (Fixture       *self,
                 gconstpointer  unused)
{
  natsSubscription *silent;

  subscribe_to_questions_to_all (self);
  g_assert_cmpint (natsConnection_SubscribeSync (&silent, self->raw, PREFIX ".$norpc.held." OTHER), ==, NATS_OK);
  deny_many (self, 1, MAX_ASKED);
  g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, 0);
  natsSubscription_Destroy (silent);
}

/* As long as none has gone, the call may be on its way. */
static void
test_none_gone (Fixture       *self,
                gconstpointer  unused)
{
  subscribe_to_questions_to_all (self);
  deny_many (self, MAX_ASKED, MAX_ASKED);
  g_assert_cmpint (g_atomic_int_get (&self->n_gone), ==, 0);
}

#define TEST(path, n_calls, func) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (n_calls), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!nats_process_is_installed ())
    {
      g_print ("1..0 # SKIP nats-server is not installed\n");
      return 0;
    }

  TEST ("/nats/liveness/many", N_CALLS, test_many);
  TEST ("/nats/liveness/denied", 3, test_denied);
  TEST ("/nats/liveness/gone", N_CALLS, test_gone);
  TEST ("/nats/liveness/one-gone", 3, test_one_gone);
  TEST ("/nats/liveness/one-silent", 3, test_one_silent);
  TEST ("/nats/liveness/none-gone", 3, test_none_gone);
  TEST ("/nats/liveness/never-claimed", N_CALLS, test_never_claimed);
  TEST ("/nats/liveness/large", 2, test_large);
  TEST ("/nats/liveness/arrived", 1, test_arrived);
  TEST ("/nats/liveness/late", 1, test_late);

  return g_test_run ();
}
