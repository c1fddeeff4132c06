/* norpc-inquiry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-readiness-private.h"
#include "core/norpc-error.h"
#include "norpc-inquiry-private.h"

struct _NorpcInquiries
{
  gatomicrefcount ref_count; /* one for the balance, one for each inquiry */

  GMutex lock;
  GQueue waiting; /* of Inquiry [lock] */
};

/* A waiting probe. */
typedef struct
{
  NorpcCompletionHook  hook; /* must be first: of the probe */
  gatomicrefcount ref_count; /* one until the probe completes, and one for each question */
  NorpcInquiries *inquiries; /* (owned) */
  NorpcCall      *probe;     /* (owned) */

  GList      link;    /* [lock] */
  gboolean   ended;   /* [lock]: the probe has completed */
  gboolean   decided;    /* [lock]: the answer to the probe is known */
  guint      n_asked; /* [lock]: the number of unanswered questions */
  GPtrArray *replies; /* (owned) [lock]: of owned NorpcReply, to the unanswered questions */
} Inquiry;

/* A probe of the layer's own, sent to one of the endpoints. */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  Inquiry       *inquiry; /* (owned) */
} Question;

NorpcInquiries *
norpc_inquiries_new (void)
{
  NorpcInquiries *self = g_new0 (NorpcInquiries, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);

  return self;
}

void
norpc_inquiries_unref (NorpcInquiries *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
inquiry_unref (Inquiry *inquiry)
{
  if (!g_atomic_ref_count_dec (&inquiry->ref_count))
    return;

  norpc_call_unref (inquiry->probe);
  g_ptr_array_unref (inquiry->replies);
  norpc_inquiries_unref (inquiry->inquiries);
  g_free (inquiry);
}

/* Runs in the thread that completes the probe. Cancels the unanswered questions. */
static void
probe_ended (NorpcCompletionHook *hook,
             NorpcCall           *probe G_GNUC_UNUSED)
{
  Inquiry *inquiry = (Inquiry *) hook;
  NorpcInquiries *self = inquiry->inquiries;
  g_autoptr (GPtrArray) replies = NULL;

  g_mutex_lock (&self->lock);
  inquiry->ended = TRUE;
  g_queue_unlink (&self->waiting, &inquiry->link);
  replies = inquiry->replies;
  inquiry->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_reply_unref);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < replies->len; i++)
    norpc_call_cancel (norpc_reply_get_call (replies->pdata[i]),
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                            "Another endpoint was ready first"));
  inquiry_unref (inquiry);
}

/* Thread-safe. Notes the answer to a question: @error, or NULL if the endpoint is ready. */
static void
note_answer (Inquiry      *inquiry,
             const GError *error)
{
  NorpcInquiries *self = inquiry->inquiries;
  gboolean decisive;

  g_mutex_lock (&self->lock);
  inquiry->n_asked--;
  decisive = !inquiry->decided && (error == NULL || inquiry->n_asked == 0);
  inquiry->decided = inquiry->decided || decisive;
  g_mutex_unlock (&self->lock);

  if (decisive && error == NULL)
    norpc_call_return_values (inquiry->probe, 0, NULL);
  else if (decisive)
    norpc_call_return_gerror (inquiry->probe, error);
}

/* Runs in the thread that answers the question. */
static void
question_answered (NorpcCompletionHook *hook,
                   NorpcCall           *call)
{
  Question *question = (Question *) hook;
  Inquiry *inquiry = question->inquiry;
  NorpcReply *reply = NULL;
  guint index;

  g_free (question);

  g_mutex_lock (&inquiry->inquiries->lock);
  if (g_ptr_array_find (inquiry->replies, norpc_call_get_reply (call), &index))
    reply = g_ptr_array_steal_index_fast (inquiry->replies, index);
  g_mutex_unlock (&inquiry->inquiries->lock);

  note_answer (inquiry, call->error);
  g_clear_pointer (&reply, norpc_reply_unref);
  inquiry_unref (inquiry);
}

/* Thread-safe. */
static void
ask (Inquiry       *inquiry,
     NorpcEndpoint *endpoint)
{
  g_autoptr (NorpcCall) call = norpc_probe_new ();
  Question *question = g_new0 (Question, 1);
  gboolean ended;

  g_mutex_lock (&inquiry->inquiries->lock);
  ended = inquiry->ended;
  if (!ended)
    {
      inquiry->n_asked++;
      g_ptr_array_add (inquiry->replies, norpc_reply_ref (norpc_call_get_reply (call)));
    }
  g_mutex_unlock (&inquiry->inquiries->lock);

  if (ended)
    {
      g_free (question);
      return;
    }

  g_atomic_ref_count_inc (&inquiry->ref_count);
  question->inquiry = inquiry;
  if (!norpc_call_add_completion_hook (call, &question->hook, question_answered))
    question_answered (&question->hook, call);
  else
    norpc_endpoint_await_ready (endpoint, call);
}

/* Thread-safe. Answers @probe once any of @members is ready. @members must not be empty. */
void
norpc_inquiries_add (NorpcInquiries *self,
                     NorpcCall      *probe,
                     NorpcMembers   *members)
{
  g_autoptr (GError) closed = g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED,
                                           "All endpoints are closed");
  Inquiry *inquiry = g_new0 (Inquiry, 1);
  gboolean waits;

  g_atomic_ref_count_init (&inquiry->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  inquiry->inquiries = self;
  inquiry->probe = norpc_call_ref (probe);
  inquiry->link.data = inquiry;
  inquiry->n_asked = 1; /* until all endpoints have been asked */
  inquiry->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_reply_unref);

  /* A thread that completes the probe meanwhile waits for the lock. */
  g_mutex_lock (&self->lock);
  waits = norpc_call_add_completion_hook (probe, &inquiry->hook, probe_ended);
  if (waits)
    {
      g_atomic_ref_count_inc (&inquiry->ref_count);
      g_queue_push_tail_link (&self->waiting, &inquiry->link);
    }
  g_mutex_unlock (&self->lock);

  if (waits)
    {
      for (guint i = 0; i < members->n; i++)
        ask (inquiry, members->at[i]->endpoint);
      note_answer (inquiry, closed);
    }
  inquiry_unref (inquiry);
}

/* Called with the lock held. Returns the waiting inquiries (owned). */
static GPtrArray *
copy_waiting_locked (NorpcInquiries *self)
{
  GPtrArray *waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) inquiry_unref);

  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Inquiry *inquiry = link->data;

      g_atomic_ref_count_inc (&inquiry->ref_count);
      g_ptr_array_add (waiting, inquiry);
    }

  return waiting;
}

/* Thread-safe. Asks @endpoint, which is new, for all waiting probes, too. */
void
norpc_inquiries_ask (NorpcInquiries *self,
                     NorpcEndpoint  *endpoint)
{
  g_autoptr (GPtrArray) waiting = NULL;

  g_mutex_lock (&self->lock);
  waiting = copy_waiting_locked (self);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < waiting->len; i++)
    ask (waiting->pdata[i], endpoint);
}

/* Called in the thread that disposes of the balance. */
void
norpc_inquiries_close (NorpcInquiries *self)
{
  g_autoptr (GPtrArray) waiting = NULL;

  g_mutex_lock (&self->lock);
  waiting = copy_waiting_locked (self);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < waiting->len; i++)
    norpc_call_reject (((Inquiry *) waiting->pdata[i])->probe, NORPC_ERROR_CLOSED,
                       "was rejected: its layer was disposed of");
}
