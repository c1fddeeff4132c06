/* stress-flow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A stream that a client has opened: how it begins, what may come of it, and its end, which comes
 * once. All of it is in the client's thread. */

#include "call/norpc-call-private.h"
#include "events/norpc-stream-private.h"

#include "stress-streams.h"

/* A stream that the client reads late, or to which it writes late, keeps its slots in layers and in
 * the service, so that the client may wait for itself. Such a stream has a deadline. Others have to
 * go on by themselves. */
gboolean
stress_flow_may_be_endless (StressRoute *route)
{
  StressFate *fate = stress_group_get_single (route->group);

  return fate != NULL && NORPC_IS_CHANNEL (route->endpoint) && !fate->turns && !fate->layered &&
         fate->max_open == 0 &&
         (fate->place == STRESS_OWN_THREAD || fate->place == STRESS_GIVEN_CONTEXT);
}

/* Fills in all but the stream. */
void
stress_flow_begin (StressFlow   *self,
                   StressClient *client,
                   StressLane   *lane)
{
  StressManner manner = g_rand_int_range (client->rand, 0, 3) == 0
                          ? (StressManner) g_rand_int_range (client->rand, 0, STRESS_RELAY)
                          : STRESS_AT_ONCE;
  StressFacts *facts;

  self->request = stress_request_new (client, lane, manner);
  self->request->by_proxy = TRUE;
  facts = &self->request->facts;
  facts->streams = TRUE;
  if (facts->timeout == 0 && !stress_flow_may_be_endless (lane->route))
    facts->timeout = g_rand_int_range (client->rand, 5, 30);
  self->endless = facts->timeout == 0;
  self->passed_on = lane->route->server != NULL && lane->route->group->fates[0]->front != NULL;
  self->n_items = g_rand_int_range (client->rand, 0, 12);
  self->leave = g_rand_int_range (client->rand, 0, STRESS_N_LEAVES);
  self->n_own = G_MAXUINT;
  if (g_rand_int_range (client->rand, 0, 4) == 0)
    self->n_own = g_rand_int_range (client->rand, 1, 10);
}

void
stress_flow_opened (StressFlow *self,
                    gpointer    stream)
{
  StressClient *client = self->request->client;

  self->stream = stream;
  stress_watch (stream, STRESS_STREAMS);
  client->n_open++;
  if (self->endless)
    client->n_endless++;
}

/* A client that waits for the outcome from the beginning is called back as soon as the reply has
 * arrived. A call that it cancels in a callback after that is not in flight any more. */
static void
check_reply (StressFlow *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self->stream);

  if (!self->early || self->replied || !priv->replied)
    return;

  self->replied = TRUE;
  /* Results are taken for a callback. */
  if (priv->reply == NULL || norpc_reply_get_error (priv->reply) == NULL)
    stress_request_check_not_cancelled (self->request);
}

/* At the beginning of what is called back. */
void
stress_flow_check_place (StressFlow *self)
{
  StressClient *client = self->request->client;

  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);
  if (self->stream != NULL)
    check_reply (self);
}

/* The client is going to block. A service in its own context waits for it then. */
void
stress_flow_allow_deadlock (StressFlow *self)
{
  StressRequest *request = self->request;
  StressGroup *group = request->lane->route->group;

  request->facts.may_deadlock = stress_group_is_at (group, STRESS_CLIENT_CONTEXT) ||
                                stress_group_is_at (group, STRESS_DIRECT);
}

/* The end of the items and the outcome are one, unless the stream is cancelled between them. */
static void
check_ends (StressFlow *self)
{
  const GError *end = self->end, *outcome = self->outcome;

  if (!self->ended || !self->has_outcome ||
      g_error_matches (outcome, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (self->request->facts.closed && g_error_matches (end, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if ((end == NULL) != (outcome == NULL) ||
      (end != NULL && !g_error_matches (end, outcome->domain, outcome->code)))
    g_error ("stream %" G_GUINT64_FORMAT ": the items ended with '%s', and the outcome is '%s'",
             self->request->facts.sequence, end != NULL ? end->message : "the end",
             outcome != NULL ? outcome->message : "success");
}

/* A client that blocks notices the deadline, long before its own time is up. */
void
stress_flow_check_time (StressFlow   *self,
                        const GError *error)
{
  StressFacts *facts = &self->request->facts;

  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT))
    g_assert_cmpint (g_get_monotonic_time (), <, facts->sent_time + 20 * G_USEC_PER_SEC);
}

/* No more items come. */
void
stress_flow_end_items (StressFlow   *self,
                       const GError *error)
{
  g_assert_false (self->ended);
  self->ended = TRUE;
  if (error != NULL)
    self->end = g_error_copy (error);
  check_ends (self);
}

/* The outcome has come. Unless it has been waited for from the beginning, it is taken later than it
 * has arrived. */
void
stress_flow_end (StressFlow   *self,
                 guint64       echoed,
                 GBytes       *echoed_data,
                 guint64       stamp,
                 const GError *error)
{
  StressRequest *request = self->request;
  StressFate *fate = stress_group_get_single (request->lane->route->group);

  stress_request_note_end (request);
  stress_request_check_callback (request);
  if (error == NULL && self->early)
    stress_request_note_stamp (request, stamp);
  else if (error == NULL && stamp != 0 && fate != NULL)
    stress_client_note_late_stamp (request->client, fate->number, stamp);
  stress_facts_check (&request->facts, echoed, echoed_data, error);

  self->has_outcome = TRUE;
  if (error != NULL)
    self->outcome = g_error_copy (error);
  check_ends (self);
}

/* A stream that is closed in another thread. */
typedef struct
{
  StressFlow  *flow;   /* (unowned): waits for it */
  NorpcStream *stream; /* (unowned) */
  void       (*closed) (gpointer flow);
} Closing;

/* The client's thread. */
static gboolean
closed_cb (gpointer user_data)
{
  g_autofree Closing *closing = user_data;

  closing->flow->n_waits--;
  closing->closed (closing->flow);

  return G_SOURCE_REMOVE;
}

/* The worker's thread. */
static void
close_elsewhere (gpointer data,
                 gpointer context)
{
  Closing *closing = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  norpc_stream_close (closing->stream);
  g_source_set_callback (source, closed_cb, closing, NULL);
  g_source_attach (source, context);
  g_main_context_unref (context);
}

static void
push_close (StressFlow *self)
{
  Closing *closing = g_new (Closing, 1);

  *closing = (Closing) { self, self->stream, self->check_end };
  self->n_waits++;
  stress_worker_push (close_elsewhere, closing, g_main_context_ref (self->request->client->context));
}

/* The client's thread, after the callback in which the client has dropped the stream. */
static gboolean
dropped_cb (gpointer user_data)
{
  StressClient *client = stress_get_current_client ();
  NorpcCall *call = user_data;

  g_assert_cmpint (g_atomic_int_get (&call->state), !=, NORPC_CALL_OPEN);
  norpc_call_unref_memory (call);
  client->n_open--;
  stress_client_pending (client, -1);

  return G_SOURCE_REMOVE;
}

/* The last reference goes at once, or with the result of a read. */
static void
drop (StressFlow *self)
{
  StressClient *client = self->request->client;
  g_autoptr (GSource) source = g_idle_source_new ();
  NorpcCall *call = norpc_stream_get_private (self->stream)->call;

  norpc_call_ref_memory (call);
  g_clear_object (&self->stream);
  client->n_open++;
  stress_client_pending (client, 1);
  g_source_set_callback (source, dropped_cb, call, NULL);
  g_source_attach (source, client->context);
}

/* The client leaves the stream, once. Returns FALSE if the stream has gone. */
gboolean
stress_flow_leave (StressFlow *self)
{
  StressRequest *request = self->request;

  self->n_own = G_MAXUINT;
  if (self->leave == STRESS_DROP && self->n_waits == 0)
    {
      drop (self);
      return FALSE;
    }

  if (self->leave == STRESS_CANCEL && request->own_cancellable)
    {
      g_cancellable_cancel (request->facts.cancellable);
      return TRUE;
    }

  request->facts.closed = TRUE;
  if (self->leave == STRESS_CLOSE_ELSEWHERE)
    push_close (self);
  else
    norpc_stream_close (self->stream);

  return TRUE;
}

gboolean
stress_flow_is_over (StressFlow *self)
{
  return self->n_waits == 0 && (self->has_outcome || self->stream == NULL);
}

void
stress_flow_clear (StressFlow *self)
{
  StressClient *client = self->request->client;

  client->n_open--;
  if (self->endless)
    client->n_endless--;
  g_clear_object (&self->stream);
  g_clear_error (&self->end);
  g_clear_error (&self->outcome);
  stress_request_free (self->request);
}
