/* norpc-channel-turns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* At most one open call for each client: while a call of a client is open, its next calls wait for
 * their turns, and calls of other clients overtake them.
 *
 * A call that waits for its turn has been dequeued, but still has its slot, as if it were in the
 * queue.
 */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

/* A client that has an open call, or one that is being handled. */
typedef struct
{
  NorpcCall *call;     /* (unowned), a reference to memory: that the worker took off the channel */
  gboolean   handled;  /* the worker is not done with it */
  guint      n_open;   /* how many times it, or an attempt at it, is counted as open */
  GQueue     waiting;  /* of owned NorpcCall */
} Turn;

struct _NorpcChannelTurns
{
  GMutex      lock;  /* no other lock is taken while it is held */
  GHashTable *turns; /* (owned) [lock]: of clients and owned Turn */
  GQueue      ready; /* [lock]: of owned NorpcCall: whose clients have no open call, or that are to
                        be dequeued nevertheless */
  gboolean    enabled; /* [lock] */
};

static void
turn_free (gpointer data)
{
  Turn *self = data;

  g_clear_pointer (&self->call, norpc_call_unref_memory);
  g_assert (self->waiting.length == 0);
  g_free (self);
}

/* Thread-safe. Returns NULL unless turns have been enabled. */
static NorpcChannelTurns *
get_turns (NorpcChannel *self)
{
  return g_atomic_pointer_get (&self->turns);
}

void
norpc_channel_turns_free (NorpcChannelTurns *self)
{
  g_assert (self->ready.length == 0);

  g_hash_table_unref (self->turns);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static NorpcChannelTurns *
turns_new (void)
{
  NorpcChannelTurns *self = g_new0 (NorpcChannelTurns, 1);

  g_mutex_init (&self->lock);
  self->turns = g_hash_table_new_full (NULL, NULL, NULL, turn_free);

  return self;
}

/* Called with the lock held. Makes all calls that wait ready, whatever their clients have open. */
static void
make_all_ready_locked (NorpcChannelTurns *self)
{
  GHashTableIter iter;
  gpointer turn;

  g_hash_table_iter_init (&iter, self->turns);
  while (g_hash_table_iter_next (&iter, NULL, &turn))
    while (((Turn *) turn)->waiting.length > 0)
      g_queue_push_tail (&self->ready, g_queue_pop_head (&((Turn *) turn)->waiting));
}

/* Thread-safe. Returns TRUE if each client has at most one open call. */
gboolean
norpc_channel_has_turns (NorpcChannel *self)
{
  NorpcChannelTurns *turns = get_turns (self);
  gboolean enabled;

  if (turns == NULL)
    return FALSE;

  g_mutex_lock (&turns->lock);
  enabled = turns->enabled;
  g_mutex_unlock (&turns->lock);

  return enabled;
}

/* Thread-safe. */
void
norpc_channel_enable_turns (NorpcChannel *self,
                            gboolean      enable)
{
  NorpcChannelTurns *turns = get_turns (self);

  if (turns == NULL)
    {
      turns = turns_new ();
      if (!g_atomic_pointer_compare_and_exchange (&self->turns, NULL, turns))
        norpc_channel_turns_free (turns);
      turns = get_turns (self);
    }

  g_mutex_lock (&turns->lock);
  turns->enabled = enable;
  if (!enable)
    make_all_ready_locked (turns);
  g_mutex_unlock (&turns->lock);

  norpc_channel_wake_up (self);
}

/* Runs in the service's context. Returns TRUE if @call (owned), which has just been dequeued, is
 * to be served now. Otherwise it waits for its turn.
 */
gboolean
norpc_channel_begin_turn (NorpcChannel *self,
                          NorpcCall    *call)
{
  NorpcChannelTurns *turns = get_turns (self);
  Turn *turn;
  gboolean now = TRUE;

  if (turns == NULL || call->client == 0)
    return TRUE;

  g_mutex_lock (&turns->lock);
  turn = g_hash_table_lookup (turns->turns, GUINT_TO_POINTER (call->client));
  if (turns->enabled && turn != NULL)
    {
      now = FALSE;
      g_queue_push_tail (&turn->waiting, call);
      g_atomic_int_inc (&norpc_channel_get_lane (self, call)->deferred);
    }
  else if (turns->enabled)
    {
      turn = g_new0 (Turn, 1);
      norpc_call_ref_memory (call);
      turn->call = call;
      turn->handled = TRUE;
      g_hash_table_insert (turns->turns, GUINT_TO_POINTER (call->client), turn);
    }
  g_mutex_unlock (&turns->lock);

  return now;
}

/* Runs in the service's context. Dequeues a call that has waited for its turn, which has begun.
 * Returns it (owned), or NULL. If @any is TRUE, no call waits from now on.
 */
NorpcCall *
norpc_channel_take_ready (NorpcChannel *self,
                          gboolean      any)
{
  NorpcChannelTurns *turns = get_turns (self);
  NorpcCall *call;

  if (turns == NULL)
    return NULL;

  g_mutex_lock (&turns->lock);
  if (any)
    {
      turns->enabled = FALSE;
      make_all_ready_locked (turns);
    }
  call = g_queue_pop_head (&turns->ready);
  g_mutex_unlock (&turns->lock);

  if (call != NULL)
    g_atomic_int_add (&norpc_channel_get_lane (self, call)->deferred, -1);

  return call;
}

/* Thread-safe. */
gboolean
norpc_channel_has_ready (NorpcChannel *self)
{
  NorpcChannelTurns *turns = get_turns (self);
  gboolean ready;

  if (turns == NULL)
    return FALSE;

  g_mutex_lock (&turns->lock);
  ready = turns->ready.length > 0;
  g_mutex_unlock (&turns->lock);

  return ready;
}

/* Thread-safe. Gets the number of calls that have been dequeued and wait for their turns. */
guint
norpc_channel_get_n_deferred (NorpcChannel *self)
{
  guint n = 0;

  for (guint i = 0; i < NORPC_N_LANES; i++)
    n += (guint) g_atomic_int_get (&self->lanes[i].deferred);

  return n;
}

/* Thread-safe. Adds the calls that wait to @calls, with references to their memory. */
void
norpc_channel_list_deferred (NorpcChannel *self,
                             GPtrArray    *calls)
{
  NorpcChannelTurns *turns = get_turns (self);
  guint first = calls->len;
  GHashTableIter iter;
  gpointer turn;

  if (turns == NULL)
    return;

  g_mutex_lock (&turns->lock);
  for (GList *link = turns->ready.head; link != NULL; link = link->next)
    g_ptr_array_add (calls, link->data);
  g_hash_table_iter_init (&iter, turns->turns);
  while (g_hash_table_iter_next (&iter, NULL, &turn))
    for (GList *link = ((Turn *) turn)->waiting.head; link != NULL; link = link->next)
      g_ptr_array_add (calls, link->data);
  for (guint i = first; i < calls->len; i++)
    norpc_call_ref_memory (calls->pdata[i]);
  g_mutex_unlock (&turns->lock);
}

/* Returns the call that the worker took off the channel, and that @call is an attempt at. */
static NorpcCall *
get_outermost (NorpcChannel *self,
               NorpcCall    *call)
{
  while (call->outer != NULL && call->outer->released_at == &self->call_queue)
    call = call->outer;

  return call;
}

/* Called with the lock held. Returns NULL if @call has no turn. */
static Turn *
find_turn_locked (NorpcChannelTurns *self,
                  NorpcCall         *call)
{
  Turn *turn = call->client != 0 ? g_hash_table_lookup (self->turns, GUINT_TO_POINTER (call->client)) : NULL;

  return turn != NULL && turn->call == call ? turn : NULL;
}

/* Called with the lock held. Ends the turn if nothing works on the call any more. Returns TRUE if
 * another call of the client is ready then.
 */
static gboolean
end_turn_locked (NorpcChannelTurns *self,
                 Turn              *turn)
{
  NorpcCall *next;

  if (turn->handled || turn->n_open > 0)
    return FALSE;

  next = g_queue_pop_head (&turn->waiting);
  if (next == NULL)
    {
      g_hash_table_remove (self->turns, GUINT_TO_POINTER (turn->call->client));
      return FALSE;
    }

  norpc_call_unref_memory (turn->call);
  norpc_call_ref_memory (next);
  turn->call = next;
  turn->handled = TRUE;
  g_queue_push_tail (&self->ready, next);

  return TRUE;
}

/* Thread-safe. Counts how often @call, or the call that it is an attempt at, is open. */
void
norpc_channel_count_turn (NorpcChannel *self,
                          NorpcCall    *call,
                          int           change)
{
  NorpcChannelTurns *turns = get_turns (self);
  gboolean ready = FALSE;
  Turn *turn;

  if (turns == NULL)
    return;

  g_mutex_lock (&turns->lock);
  turn = find_turn_locked (turns, get_outermost (self, call));
  if (turn != NULL)
    {
      turn->n_open += change;
      ready = end_turn_locked (turns, turn);
    }
  g_mutex_unlock (&turns->lock);

  if (ready)
    norpc_channel_wake_up (self);
}

/* Runs in the service's context, when the worker is done with @call, which may be open. */
void
norpc_channel_end_turn (NorpcChannel *self,
                        NorpcCall    *call)
{
  NorpcChannelTurns *turns = get_turns (self);
  Turn *turn;

  if (turns == NULL)
    return;

  g_mutex_lock (&turns->lock);
  turn = find_turn_locked (turns, call);
  if (turn != NULL)
    {
      turn->handled = FALSE;
      end_turn_locked (turns, turn);
    }
  g_mutex_unlock (&turns->lock);
}
