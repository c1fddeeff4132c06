/* norpc-timer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-timer-private.h"

/* The lock protects all that is static here, and the timers' own fields. Only
 * reference counts are touched while it is held, by NorpcTimerFuncs.take.
 */
static GMutex timers_lock;
static GCond timers_changed;      /* an earlier one came first */
static GPtrArray *timers;         /* (owned) (nullable): a binary heap of unowned NorpcTimer */
static gboolean timers_are_served; /* their thread runs */

/* Places count from 1: 0 stands for no place, and the parent of place n is n / 2. */
static NorpcTimer *
get_timer_at (guint place)
{
  return timers->pdata[place - 1];
}

static void
set_timer_at (guint       place,
              NorpcTimer *timer)
{
  timers->pdata[place - 1] = timer;
  timer->place = place;
}

static void
move_up_locked (guint       place,
                NorpcTimer *timer)
{
  while (place > 1 && get_timer_at (place / 2)->time > timer->time)
    {
      set_timer_at (place, get_timer_at (place / 2));
      place /= 2;
    }

  set_timer_at (place, timer);
}

static void
move_down_locked (guint       place,
                  NorpcTimer *timer)
{
  guint child;

  while ((child = place * 2) <= timers->len)
    {
      if (child < timers->len && get_timer_at (child + 1)->time < get_timer_at (child)->time)
        child++;
      if (get_timer_at (child)->time >= timer->time)
        break;

      set_timer_at (place, get_timer_at (child));
      place = child;
    }

  set_timer_at (place, timer);
}

static void
remove_locked (NorpcTimer *self)
{
  guint place = self->place;
  NorpcTimer *last = g_ptr_array_steal_index (timers, timers->len - 1);

  self->place = 0;
  if (last == self)
    return;

  if (place > 1 && get_timer_at (place / 2)->time > last->time)
    move_up_locked (place, last);
  else
    move_down_locked (place, last);
}

/* The timers' thread, with the lock held: takes the first whose time has come, or NULL. */
static gpointer
take_due_locked (const NorpcTimerFuncs **funcs)
{
  NorpcTimer *first = timers->len > 0 ? get_timer_at (1) : NULL;

  if (first == NULL || first->time > g_get_monotonic_time ())
    return NULL;

  remove_locked (first);
  *funcs = first->funcs;

  return first->funcs->take (first->owner);
}

/* The timers' thread, which never ends. */
static gpointer
serve_timers (gpointer data G_GNUC_UNUSED)
{
  g_mutex_lock (&timers_lock);
  while (TRUE)
    {
      const NorpcTimerFuncs *funcs;
      gpointer taken = take_due_locked (&funcs);

      if (taken != NULL)
        {
          g_mutex_unlock (&timers_lock);
          funcs->fire (taken);
          g_mutex_lock (&timers_lock);
        }
      else if (timers->len > 0)
        {
          g_cond_wait_until (&timers_changed, &timers_lock, get_timer_at (1)->time);
        }
      else
        {
          g_cond_wait (&timers_changed, &timers_lock);
        }
    }

  return NULL;
}

/* A thread of the pool, once there is one: what takes warnings is foreign. */
static void
warn (gpointer message)
{
  g_warning ("No thread for timers, so that time limits were not kept: %s", (char *) message);
  g_free (message);
}

/* With the lock held. Where no thread can be had now, the next timer tries again. Returns
 * the message of a warning (owned), the first time.
 */
static char *
ensure_thread_locked (void)
{
  static gboolean has_failed = FALSE;
  g_autoptr (GThread) thread = NULL;
  g_autoptr (GError) error = NULL;

  if (timers_are_served)
    return NULL;

  if (timers == NULL)
    timers = g_ptr_array_new ();

  thread = g_thread_try_new ("norpc timers", serve_timers, NULL, &error);
  timers_are_served = thread != NULL;
  if (thread != NULL || has_failed)
    return NULL;

  has_failed = TRUE;

  return g_strdup (error->message);
}

/* Thread-safe. Starts the timers' thread early: if there is no other thread to be had later,
 * calls that layers hold still end in time, and norpc_background_push () tries again.
 */
void
norpc_timer_prepare (void)
{
  char *message;

  g_mutex_lock (&timers_lock);
  message = ensure_thread_locked ();
  g_mutex_unlock (&timers_lock);

  if (message != NULL)
    norpc_background_push (warn, message);
}

void
norpc_timer_init (NorpcTimer            *self,
                  const NorpcTimerFuncs *funcs,
                  gpointer               owner)
{
  *self = (NorpcTimer) { .funcs = funcs, .owner = owner };
}

/* Any thread: fires at @time, in monotonic time, and not when it was to fire before. */
void
norpc_timer_start (NorpcTimer *self,
                   gint64      time)
{
  char *message;

  g_mutex_lock (&timers_lock);
  message = ensure_thread_locked ();
  if (self->place != 0)
    remove_locked (self);
  self->time = time;
  g_ptr_array_add (timers, self);
  move_up_locked (timers->len, self);
  if (self->place == 1)
    g_cond_signal (&timers_changed);
  g_mutex_unlock (&timers_lock);

  if (message != NULL)
    norpc_background_push (warn, message);
}

/* Any thread. TRUE if it was running: then it does not fire. If not, it may be firing. */
gboolean
norpc_timer_stop (NorpcTimer *self)
{
  gboolean running;

  g_mutex_lock (&timers_lock);
  running = self->place != 0;
  if (running)
    remove_locked (self);
  g_mutex_unlock (&timers_lock);

  return running;
}
