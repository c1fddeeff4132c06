/* norpc-timer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-timer-private.h"

/* Protects all static variables in this file, and the fields of timers. While it is held, only
 * NorpcTimerFuncs.take runs, which does nothing but take references.
 */
static GMutex timers_lock;
static GCond timers_changed;      /* a timer has become the earliest */
static GPtrArray *timers;         /* (owned) (nullable): a binary heap of unowned NorpcTimer */
static gboolean timers_are_served; /* whether the timers' thread runs */

/* Indexes start at 1, and 0 means that a timer is not in the heap. The parent of index n is n
 * / 2.
 */
static NorpcTimer *
get_timer_at (guint index)
{
  return timers->pdata[index - 1];
}

static void
set_timer_at (guint       index,
              NorpcTimer *timer)
{
  timers->pdata[index - 1] = timer;
  timer->index = index;
}

static void
move_up_locked (guint       index,
                NorpcTimer *timer)
{
  while (index > 1 && get_timer_at (index / 2)->time > timer->time)
    {
      set_timer_at (index, get_timer_at (index / 2));
      index /= 2;
    }

  set_timer_at (index, timer);
}

static void
move_down_locked (guint       index,
                  NorpcTimer *timer)
{
  guint child;

  while ((child = index * 2) <= timers->len)
    {
      if (child < timers->len && get_timer_at (child + 1)->time < get_timer_at (child)->time)
        child++;
      if (get_timer_at (child)->time >= timer->time)
        break;

      set_timer_at (index, get_timer_at (child));
      index = child;
    }

  set_timer_at (index, timer);
}

static void
remove_locked (NorpcTimer *self)
{
  guint index = self->index;
  NorpcTimer *last = g_ptr_array_steal_index (timers, timers->len - 1);

  self->index = 0;
  if (last == self)
    return;

  if (index > 1 && get_timer_at (index / 2)->time > last->time)
    move_up_locked (index, last);
  else
    move_down_locked (index, last);
}

/* Runs in the timers' thread, with the lock held. Takes the first timer that is due, or
 * returns NULL.
 */
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

/* Runs in the timers' thread, which never ends. */
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

/* Runs in a thread of the pool, because log handlers are application code. */
static void
warn (gpointer message)
{
  g_warning ("Failed to start the thread for timers; calls do not time out until it starts: %s", (char *) message);
  g_free (message);
}

/* Called with the lock held. If no thread can be started now, the next timer tries again.
 * Returns the text of a warning (owned) on the first failure, otherwise NULL.
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

/* Thread-safe. Starts the timers' thread early, so that calls pending in layers still time
 * out, and norpc_background_push () still retries, if no further thread can be started later.
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

/* Thread-safe. Makes the timer fire at @time, a monotonic time, in place of any earlier
 * setting.
 */
void
norpc_timer_start (NorpcTimer *self,
                   gint64      time)
{
  char *message;

  g_mutex_lock (&timers_lock);
  message = ensure_thread_locked ();
  if (self->index != 0)
    remove_locked (self);
  self->time = time;
  g_ptr_array_add (timers, self);
  move_up_locked (timers->len, self);
  if (self->index == 1)
    g_cond_signal (&timers_changed);
  g_mutex_unlock (&timers_lock);

  if (message != NULL)
    norpc_background_push (warn, message);
}

/* Thread-safe. Returns TRUE if the timer was running; it does not fire then. If it returns
 * FALSE, the timer may be firing.
 */
gboolean
norpc_timer_stop (NorpcTimer *self)
{
  gboolean running;

  g_mutex_lock (&timers_lock);
  running = self->index != 0;
  if (running)
    remove_locked (self);
  g_mutex_unlock (&timers_lock);

  return running;
}
