/* norpc-attempt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-attempt-private.h"
#include "norpc-deadlock-private.h"

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

  g_weak_ref_clear (&self->layer);
  norpc_call_unref (self->outer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The thread that ends the client's call. If it was not by us, that is because
 * nobody waits any more.
 */
static void
outer_ended (NorpcCallWatch *watch,
             NorpcCall      *outer)
{
  NorpcAttempt *self = (NorpcAttempt *) watch;
  g_autoptr (NorpcLayer) layer = g_weak_ref_get (&self->layer);
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

  if (layer != NULL)
    self->funcs->client_ended (layer, self);
  norpc_attempt_unref (self);
}

/* Any thread: takes over @call, which has come to @layer. @size is that of a struct that begins with the
 * attempt. Returns an owned one, or NULL if the call has ended.
 */
gpointer
norpc_attempt_new (gsize                    size,
                   NorpcLayer              *layer,
                   NorpcCall               *call,
                   const NorpcAttemptFuncs *funcs)
{
  NorpcAttempt *self = g_malloc0 (size);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->funcs = funcs;
  g_weak_ref_init (&self->layer, layer);
  self->outer = call;

  norpc_attempt_ref (self);
  if (norpc_call_add_watch (call, &self->outer_watch, outer_ended))
    return self;

  norpc_attempt_unref (self);
  norpc_attempt_unref (self);

  return NULL;
}

/* The thread that ends the call behind the layer. */
static void
inner_ended (NorpcCallWatch *watch,
             NorpcCall      *inner)
{
  NorpcAttempt *self = (NorpcAttempt *) ((char *) watch - G_STRUCT_OFFSET (NorpcAttempt, inner_watch));
  g_autoptr (NorpcLayer) layer = g_weak_ref_get (&self->layer);
  g_autoptr (NorpcReply) reply = NULL;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  reply = g_steal_pointer (&self->inner);
  g_mutex_unlock (&self->lock);

  if (!ended && layer != NULL)
    self->funcs->attempt_ended (layer, self, inner);
  else if (!ended)
    norpc_attempt_answer (self, inner);
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

  if (inner->waiting_thread != NULL)
    norpc_deadlock_substitute (self->outer, inner);

  norpc_attempt_ref (self);
  if (!norpc_call_add_watch (inner, &self->inner_watch, inner_ended))
    norpc_attempt_unref (self);
  norpc_layer_pass_on (layer, inner);
}

/* The thread that ended @inner: its answer is that to the client's call. */
void
norpc_attempt_answer (NorpcAttempt *self,
                      NorpcCall    *inner)
{
  GValue *results;

  if (inner->error != NULL)
    {
      norpc_call_take_error (self->outer, g_error_copy (inner->error));
      return;
    }

  results = norpc_call_begin_reply (self->outer, inner->interface_info, inner->method);
  if (results == NULL)
    return;

  /* They move, so that they are released on the side of the client. */
  for (guint i = 0; i < inner->n_results; i++)
    {
      GValue *result = &inner->values[inner->n_args + i];

      g_value_unset (&results[i]);
      results[i] = *result;
      *result = (GValue) G_VALUE_INIT;
    }
  norpc_call_deliver (self->outer);
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
