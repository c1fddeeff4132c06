/* stress-data.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The arguments and results of calls: bytes that are counted, and that know in which
 * threads they may end. A second release of them would be seen as memory that is used
 * after it was freed, and by the count.
 *
 * What a handler has had, and what has been in the queue of a service, ends where the
 * service lives; other arguments may end with the client, too, or in the pool. Results end
 * with the client, or in the pool if it has given an attempt up. Nothing ends in a thread that happens to cancel a call, nor in that of
 * the timers.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-background-private.h"

#include "stress.h"

typedef struct
{
  guint64      number;    /* the first: these are the bytes */
  StressGroup *group;     /* (owned) (nullable): of arguments: the services that may get them */
  int          n_counted; /* of these */
  StressOrigin origin;
  gboolean     kept;      /* also by the client */
  gboolean     carried;   /* also by layers that pass it on in the worker's thread */
  NorpcCall   *call;      /* (nullable), held: whose argument it is */
  GThread     *maker;     /* (unowned) (nullable): of a result that may end where it was made */
  int          handled;   /* atomic: a handler has had it */
  int          handling;  /* atomic: and has it still */
  int          elsewhere; /* atomic: and gave it to the worker */
  int          later;     /* atomic: and gave it to a source of its context */
} Data;

static GThread *main_thread; /* (unowned): ends contexts that nobody runs any more */

void
stress_data_set_main_thread (void)
{
  main_thread = g_thread_self ();
}

/* Whether a service is going, or never came, so that its thread is not known. */
static gboolean
has_uncertain_thread (StressGroup *group)
{
  for (int i = 0; i < g_atomic_int_get (&group->n_fates); i++)
    if (g_atomic_int_get (&group->fates[i]->ending) &&
        g_atomic_pointer_get (&group->fates[i]->thread) == NULL)
      return TRUE;

  return FALSE;
}

static gboolean
any_is_ending (StressGroup *group)
{
  for (int i = 0; i < g_atomic_int_get (&group->n_fates); i++)
    if (g_atomic_int_get (&group->fates[i]->ending))
      return TRUE;

  return FALSE;
}

/* A layer that keeps the call while it passes it on may be the last to drop it. */
static gboolean
may_end_with_client (Data *self)
{
  gboolean queued = self->call != NULL &&
                    g_atomic_int_get (&self->call->slot) != NORPC_SLOT_NONE;

  return self->carried ||
         (!queued && (self->origin.retried || !g_atomic_int_get (&self->handled)));
}

static gboolean
argument_may_end_here (Data *self)
{
  GThread *thread = g_thread_self ();

  if (stress_group_has_thread (self->group, thread) || thread == self->origin.front)
    return TRUE;
  if ((self->carried || g_atomic_int_get (&self->elsewhere)) && stress_worker_is_current ())
    return TRUE;
  /* Data of sources goes with their context, which nobody runs any more. */
  if (g_atomic_int_get (&self->later) && any_is_ending (self->group))
    return TRUE;
  if (thread == self->origin.thread)
    return self->kept || may_end_with_client (self);
  if (norpc_background_is_current ())
    return may_end_with_client (self) || any_is_ending (self->group);
  if (thread == main_thread)
    return any_is_ending (self->group);

  return has_uncertain_thread (self->group) && stress_get_current_client () == NULL &&
         !stress_worker_is_current ();
}

static gboolean
result_may_end_here (Data *self)
{
  GThread *thread = g_thread_self ();

  return thread == self->origin.thread || thread == self->maker || thread == self->origin.front ||
         (self->origin.retried && norpc_background_is_current ());
}

static void
check_end (Data *self)
{
  if (self->group != NULL ? argument_may_end_here (self) : result_may_end_here (self))
    return;

  g_error ("the %s of call %" G_GUINT64_FORMAT " ended in thread %p (%s), not that of its %s: "
           "client's %p, handled %d, elsewhere %d, retried %d, place %d",
           self->group != NULL ? "argument" : "result", self->number, (gpointer) g_thread_self (),
           stress_describe_thread (), self->group != NULL ? "client or service" : "client",
           (gpointer) self->origin.thread, g_atomic_int_get (&self->handled),
           g_atomic_int_get (&self->elsewhere), self->origin.retried,
           self->call != NULL ? g_atomic_int_get (&self->call->slot) : -1);
}

/* Any thread. The service's half of a call has gone, if these are its arguments. */
static void
data_free (gpointer user_data)
{
  Data *self = user_data;

  check_end (self);

  stress_count_gone (self->group != NULL ? STRESS_ARGUMENTS : STRESS_RESULTS);
  if (self->group != NULL)
    g_atomic_int_add (&self->group->n_arguments, -1);
  for (int i = 0; i < self->n_counted; i++)
    g_atomic_int_inc (&self->group->fates[i]->n_gone);
  g_clear_pointer (&self->group, stress_group_unref);
  g_clear_pointer (&self->call, norpc_call_unref_memory);
  self->number = G_MAXUINT64;
  g_free (self);
}

static GBytes *
bytes_new (Data *data)
{
  return g_bytes_new_with_free_func (&data->number, sizeof data->number, data_free, data);
}

/* The client's thread. Returns an argument of a call to any of @group. @traits: of the
 * layers on its way; @kept: the client keeps it a bit longer than it takes to call. */
GBytes *
stress_argument_new (StressGroup        *group,
                     guint64             number,
                     const StressTraits *traits,
                     gboolean            kept)
{
  Data *self = g_new0 (Data, 1);

  self->number = number;
  self->group = stress_group_ref (group);
  self->origin = (StressOrigin) { g_thread_self (), traits->retries, NULL };
  if (stress_group_get_single (group) != NULL)
    self->origin.front = g_atomic_pointer_get (&stress_group_get_single (group)->front);
  self->carried = traits->carries;
  self->kept = kept;
  g_atomic_int_inc (&group->n_arguments);
  self->n_counted = g_atomic_int_get (&group->n_fates);
  for (int i = 0; i < self->n_counted; i++)
    g_atomic_int_inc (&group->fates[i]->n_made);
  stress_count_made (STRESS_ARGUMENTS);

  return bytes_new (self);
}

static Data *
get_data (GBytes *bytes)
{
  return (Data *) g_bytes_get_data (bytes, NULL);
}

/* The client's thread: @call alone is going to have the argument. */
void
stress_argument_watch (GBytes    *bytes,
                       NorpcCall *call)
{
  norpc_call_ref_memory (call);
  get_data (bytes)->call = call;
}

/* The service's context: its handler has the argument. */
void
stress_argument_handled (GBytes       *bytes,
                         StressManner  manner,
                         StressOrigin *origin)
{
  Data *self = get_data (bytes);

  g_atomic_int_set (&self->handled, TRUE);
  g_atomic_int_set (&self->handling, TRUE);
  if (manner == STRESS_ELSEWHERE)
    g_atomic_int_set (&self->elsewhere, TRUE);
  if (manner == STRESS_LATER)
    g_atomic_int_set (&self->later, TRUE);
  *origin = self->origin;
}

/* The service's context: the handler that has the argument is going to return. */
void
stress_argument_done (GBytes *bytes)
{
  g_atomic_int_set (&get_data (bytes)->handling, FALSE);
}

/* Any thread, which has the argument. */
gboolean
stress_argument_is_handled_now (GBytes *bytes)
{
  return g_atomic_int_get (&get_data (bytes)->handling);
}

/* The thread that answers. @shared: it keeps the result a bit longer than it takes to answer. */
GBytes *
stress_result_new (guint64             number,
                   const StressOrigin *origin,
                   gboolean            shared)
{
  Data *self = g_new0 (Data, 1);

  self->number = number;
  self->origin = *origin;
  self->maker = shared ? g_thread_self () : NULL;
  stress_count_made (STRESS_RESULTS);

  return bytes_new (self);
}

gboolean
stress_bytes_are (GBytes  *bytes,
                  guint64  number)
{
  gsize size;
  const guint64 *data = g_bytes_get_data (bytes, &size);

  return size == sizeof *data && *data == number;
}
