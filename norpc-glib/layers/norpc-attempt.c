/* norpc-attempt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-attempt-private.h"
#include "norpc-call-return-private.h"
#include "norpc-layer-private.h"

NorpcAttempt *
norpc_attempt_ref (NorpcAttempt *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_attempt_unref (NorpcAttempt *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  self->funcs->finalize (self);
  norpc_call_unref (self->outer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The thread that ends the client's call. If that was not the layer, nobody waits for the
 * attempt any more.
 */
static void
outer_ended (NorpcCallWatch *watch,
             NorpcCall      *outer)
{
  NorpcAttempt *self = (NorpcAttempt *) watch;
  NorpcReply *inner;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  inner = g_steal_pointer (&self->inner);
  g_mutex_unlock (&self->lock);

  if (inner != NULL)
    {
      norpc_call_give_up (norpc_reply_get_call (inner), norpc_call_copy_reason (outer));
      norpc_reply_unref (inner);
    }

  self->funcs->client_ended (self);
  norpc_attempt_unref (self);
}

/* Any thread: takes over @call, which has come to a layer. @size is that of a struct that
 * begins with the attempt. Returns an owned one.
 */
gpointer
norpc_attempt_new (gsize                    size,
                   NorpcCall               *call,
                   const NorpcAttemptFuncs *funcs)
{
  NorpcAttempt *self = g_malloc0 (size);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->funcs = funcs;
  self->outer = call;

  return self;
}

/* The same thread, when the rest of the struct has been filled in. FALSE if the client's
 * call has ended.
 */
gboolean
norpc_attempt_begin (NorpcAttempt *self)
{
  norpc_attempt_ref (self);
  if (norpc_call_add_watch (self->outer, &self->outer_watch, outer_ended))
    return TRUE;

  norpc_attempt_unref (self);

  return FALSE;
}

/* The thread that ends the call behind the layer. */
static void
inner_ended (NorpcCallWatch *watch,
             NorpcCall      *inner)
{
  NorpcAttempt *self = (NorpcAttempt *) ((char *) watch - G_STRUCT_OFFSET (NorpcAttempt, inner_watch));
  g_autoptr (NorpcReply) reply = NULL;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  reply = g_steal_pointer (&self->inner);
  g_mutex_unlock (&self->lock);

  if (!ended)
    self->funcs->attempt_ended (self, reply);
  else
    norpc_call_move_return_watches (inner, self->outer);
  norpc_attempt_unref (self);
}

/* Any thread, when no call is on its way: sends one, unless the client's has
 * ended. After the last one there can be no other: what moves has gone with it.
 */
void
norpc_attempt_send (NorpcAttempt *self,
                    NorpcLayer   *layer,
                    gboolean      is_last)
{
  NorpcCall *inner = is_last ? norpc_call_move (self->outer) : norpc_call_copy (self->outer);
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  if (!ended)
    self->inner = norpc_reply_ref (norpc_call_get_reply (inner));
  g_mutex_unlock (&self->lock);

  if (ended)
    {
      norpc_call_unref (inner);
      return;
    }

  norpc_attempt_ref (self);
  if (!norpc_call_add_watch (inner, &self->inner_watch, inner_ended))
    norpc_attempt_unref (self);
  norpc_layer_forward (layer, inner);
}

/* Any thread: takes the values out of @inner, so that they are released on the side of
 * the client.
 */
static void
move_results (NorpcCall *inner,
              NorpcCall *outer)
{
  GValue *results = norpc_call_begin_reply (outer, inner->interface_info, inner->method);

  if (results == NULL)
    return;

  for (guint i = 0; i < inner->n_results; i++)
    {
      GValue *result = &inner->values[inner->n_args + i];

      g_value_unset (&results[i]);
      results[i] = *result;
      *result = (GValue) G_VALUE_INIT;
    }
  norpc_call_deliver (outer);
}

/* Any thread, after the attempt has ended: @reply is that to the client's call. */
void
norpc_attempt_answer (NorpcAttempt *self,
                      NorpcReply   *reply)
{
  NorpcCall *inner = norpc_reply_get_call (reply);

  norpc_call_move_return_watches (inner, self->outer);
  if (inner->error != NULL)
    norpc_call_take_error (self->outer, g_error_copy (inner->error));
  else
    move_results (inner, self->outer);
}

gboolean
norpc_attempt_has_ended (NorpcAttempt *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);

  return ended;
}
