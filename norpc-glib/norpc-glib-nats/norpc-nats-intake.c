/* norpc-nats-intake.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-error-private.h"
#include "norpc-nats-intake-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-request-private.h"

/* A client asks for fewer calls with one message. The answer is made in the thread in which all messages arrive. */
#define MAX_ASKED_CALLS 1000

#define GONE "the service is not available any more"

/* An item of the queue: a request that is to be handled, or cancelled. */
typedef struct
{
  NorpcNatsRequest *request; /* (owned) */
  gboolean          cancel;
} Item;

/* Runs in the context of the export. */
static void
handle_item (gpointer data,
             gpointer serving)
{
  Item *item = data;
  NorpcNatsRequest *request = item->request;
  gboolean ended;

  g_mutex_lock (&((NorpcNatsServing *) serving)->lock);
  ended = ((NorpcNatsServing *) serving)->queue == NULL;
  g_mutex_unlock (&((NorpcNatsServing *) serving)->lock);

  request->is_rejected = ended && !item->cancel;
  if (item->cancel)
    g_cancellable_cancel (request->cancellable);
  else if (ended)
    norpc_nats_request_reject (request, NORPC_ERROR_CLOSED, "was rejected: " GONE);
  else
    norpc_nats_request_handle (request);
  norpc_nats_request_unref (request);
  g_free (item);
}

/* From here on, messages are taken. */
void
norpc_nats_intake_begin (NorpcNatsServing *self)
{
  self->queue = norpc_nats_queue_new (self->context, "NorpcNatsExport", handle_item, norpc_nats_serving_ref (self),
                                      norpc_nats_serving_unref);
}

/* Called with the lock held. */
static void
push_item_locked (NorpcNatsServing *self,
                  NorpcNatsRequest *request,
                  gboolean          cancel)
{
  Item *item = g_new (Item, 1);

  item->request = norpc_nats_request_ref (request);
  item->cancel = cancel;
  norpc_nats_queue_push (self->queue, item);
}

/* Two requests with one subject for their replies cannot be told apart. */
static gboolean
add_request_locked (NorpcNatsServing *self,
                    NorpcNatsRequest *request)
{
  const char *reply = natsMsg_GetReply (request->message);

  if (reply != NULL && g_hash_table_contains (self->requests, reply))
    return FALSE;

  if (reply != NULL)
    g_hash_table_insert (self->requests, (gpointer) reply, request);
  request->is_counted = TRUE;
  self->n_requests++;

  return TRUE;
}

void
norpc_nats_intake_request (natsMsg  *message,
                           gpointer  data)
{
  NorpcNatsServed *served = data;
  NorpcNatsServing *self = served->serving;
  NorpcNatsRequest *request = norpc_nats_request_new (served, message);
  const char *problem = NULL;
  NorpcError code = NORPC_ERROR_BUSY;

  g_mutex_lock (&self->lock);
  if (self->queue == NULL)
    {
      code = NORPC_ERROR_CLOSED;
      problem = "was rejected: " GONE;
    }
  else if (self->n_requests >= self->capacity)
    problem = "was rejected: too many calls wait for their replies";
  else if (!add_request_locked (self, request))
    problem = "was rejected: another call has the same subject for its reply";
  else
    push_item_locked (self, request, FALSE);
  g_mutex_unlock (&self->lock);

  if (problem != NULL)
    norpc_nats_request_reject_new (request, code, problem);
  norpc_nats_request_unref (request);
}

/* A cancellation counts once, so that there are no more of them than requests. */
void
norpc_nats_intake_cancel (natsMsg  *message,
                          gpointer  data)
{
  NorpcNatsServing *self = data;
  g_autofree char *reply = g_strndup (natsMsg_GetData (message), (gsize) natsMsg_GetDataLength (message));
  NorpcNatsRequest *request;

  natsMsg_Destroy (message);
  g_mutex_lock (&self->lock);
  request = g_hash_table_lookup (self->requests, reply);
  if (request != NULL && self->queue != NULL && !request->is_cancelled)
    {
      request->is_cancelled = TRUE;
      push_item_locked (self, request, TRUE);
    }
  g_mutex_unlock (&self->lock);
}

/* Returns which of some requests are here (floating), with the identifier of the export. */
static GVariant *
list_held (NorpcNatsServing *self,
           GVariant         *replies)
{
  GVariantBuilder held;
  GVariantIter iter;
  const char *reply;

  g_variant_builder_init (&held, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_iter_init (&iter, replies);
  g_mutex_lock (&self->lock);
  while (g_variant_iter_next (&iter, "&s", &reply))
    if (g_hash_table_contains (self->requests, reply))
      g_variant_builder_add (&held, "s", reply);
  g_mutex_unlock (&self->lock);

  return g_variant_new ("(sas)", self->id, &held);
}

/* Returns the answer (owned) to a question, or NULL if there is no memory for it. */
static natsMsg *
make_held_answer (NorpcNatsServing *self,
                  natsMsg          *question)
{
  const char *subject = natsMsg_GetReply (question);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) replies = norpc_nats_message_dup_body (question, "as", &error);
  g_autoptr (GVariant) held = NULL;

  if (replies != NULL && g_variant_n_children (replies) > MAX_ASKED_CALLS)
    error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "expected at most %d calls", MAX_ASKED_CALLS);
  if (error != NULL)
    return norpc_nats_error_new_message (subject, NULL, error);

  held = g_variant_ref_sink (list_held (self, replies));

  return norpc_nats_message_new (subject, NULL, held, NULL);
}

/* A client asks which of its calls are here. The answer says what is here now. */
void
norpc_nats_intake_question (natsMsg  *message,
                            gpointer  data)
{
  NorpcNatsServing *self = data;
  natsMsg *answer = natsMsg_GetReply (message) != NULL ? make_held_answer (self, message) : NULL;

  if (answer != NULL)
    norpc_nats_serving_answer_question (self, answer);
  natsMsg_Destroy (message);
}

void
norpc_nats_intake_end (NorpcNatsServing *self)
{
  NorpcNatsQueue *queue;

  g_mutex_lock (&self->lock);
  queue = g_steal_pointer (&self->queue);
  g_mutex_unlock (&self->lock);

  if (queue != NULL)
    norpc_nats_queue_free (queue);
}

void
norpc_nats_intake_abandon (NorpcNatsServing *self)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_nats_request_unref);
  GHashTableIter iter;
  gpointer request;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    g_ptr_array_add (list, norpc_nats_request_ref (request));
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < list->len; i++)
    {
      norpc_nats_request_reject (list->pdata[i], NORPC_ERROR_CLOSED, "was interrupted: " GONE);
      g_cancellable_cancel (((NorpcNatsRequest *) list->pdata[i])->cancellable);
    }
}
