/* norpc-wait-queue-places.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The places of calls in a wait queue: of those that wait, and of those that were passed on. */

#include "call/norpc-call-private.h"
#include "norpc-wait-queue-parts-private.h"

/* A call's place: it is there until the call has ended, and the thread that ends the call
 * frees it.
 */
typedef struct
{
  NorpcCompletionHook  hook; /* the first */
  NorpcWaitQueue *wait_queue; /* (owned) */
  GQueue         *queue; /* (nullable) [lock]: where it waits */
  GList           link;  /* [lock] */
  NorpcCall      *call;  /* (owned) (nullable) [lock]: as long as it waits */
  gboolean        passed; /* [lock] */
} Place;

/* With the lock held: takes a place out of where it waits. Returns its call (owned). */
static NorpcCall *
leave_locked (Place *place)
{
  g_queue_unlink (place->queue, &place->link);
  place->queue = NULL;

  return g_steal_pointer (&place->call);
}

/* The thread that ends the call. The service's half of one that was held is dropped before
 * the client has its reply: so the arguments end with the client's half.
 */
static void
call_ended (NorpcCompletionHook *hook,
            NorpcCall           *call G_GNUC_UNUSED)
{
  Place *place = (Place *) hook;
  NorpcWaitQueue *self = place->wait_queue;
  NorpcCall *held = NULL;
  gboolean makes_room;

  g_mutex_lock (&self->lock);
  makes_room = place->queue == &self->held || place->passed;
  if (place->queue != NULL)
    held = leave_locked (place);
  else if (place->passed)
    self->n_passed--;
  makes_room = makes_room && self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  g_free (place);
  g_clear_pointer (&held, norpc_call_unref);

  if (makes_room)
    norpc_wait_queue_drain (self);
  norpc_wait_queue_unref (self);
}

/* With the lock held: gives @call a place. FALSE if it has ended. */
static Place *
add_place_locked (NorpcWaitQueue *self,
                  NorpcCall      *call)
{
  Place *place = g_new0 (Place, 1);

  place->wait_queue = self;
  place->link.data = place;

  /* A thread that ends the call meanwhile waits for the lock. */
  if (norpc_call_add_completion_hook (call, &place->hook, call_ended))
    {
      norpc_wait_queue_ref (self);
      return place;
    }

  g_free (place);

  return NULL;
}

/* With the lock held: takes over @call, as the first or the last of those that wait in
 * @queue. FALSE if it has ended: then it is still the caller's.
 */
gboolean
norpc_wait_queue_push_locked (NorpcWaitQueue *self,
                              GQueue         *queue,
                              NorpcCall      *call,
                              gboolean        first)
{
  Place *place = add_place_locked (self, call);

  if (place == NULL)
    return FALSE;

  place->call = call;
  place->queue = queue;
  if (first)
    g_queue_push_head_link (queue, &place->link);
  else
    g_queue_push_tail_link (queue, &place->link);

  return TRUE;
}

/* With the lock held: counts @call, which passes, if that is wanted. FALSE if it has
 * ended.
 */
gboolean
norpc_wait_queue_count_locked (NorpcWaitQueue *self,
                               NorpcCall      *call)
{
  Place *place;

  if (!self->funcs->counts_passed)
    return TRUE;

  place = add_place_locked (self, call);
  if (place == NULL)
    return FALSE;

  place->passed = TRUE;
  self->n_passed++;

  return TRUE;
}

/* With the lock held: takes the first of those that are held, which passes (owned), or
 * NULL.
 */
NorpcCall *
norpc_wait_queue_pop_locked (NorpcWaitQueue *self,
                             NorpcLayer     *layer)
{
  Place *place = self->held.head != NULL ? self->held.head->data : NULL;

  if (place == NULL || !self->funcs->admit (layer, self->n_passed, TRUE))
    return NULL;

  place->passed = self->funcs->counts_passed;
  if (place->passed)
    self->n_passed++;

  return leave_locked (place);
}

/* With the lock held: takes the probes that are to be answered (owned): one for each free
 * place, or all if no call is on its way that might free one.
 */
GPtrArray *
norpc_wait_queue_take_probes_locked (NorpcWaitQueue *self,
                                     NorpcLayer     *layer)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint room = self->funcs->get_room (layer, self->n_passed, self->held.length);
  gboolean idle = self->n_passed + self->held.length == 0;
  gboolean all = room > 0 && idle && self->funcs->get_time == NULL;

  while (self->probes.head != NULL && (all || probes->len < room))
    g_ptr_array_add (probes, leave_locked (self->probes.head->data));
  if (probes->len > 0 && self->funcs->promise != NULL)
    self->funcs->promise (layer, probes->len);

  return probes;
}

/* With the lock held: adds the calls of @queue, held by norpc_call_ref_memory (). */
void
norpc_wait_queue_list_locked (GPtrArray *calls,
                              GQueue    *queue)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      Place *place = link->data;

      norpc_call_ref_memory (place->call);
      g_ptr_array_add (calls, place->call);
    }
}
