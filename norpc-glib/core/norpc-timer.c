/* norpc-timer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-clock-private.h"
#include "norpc-log-private.h"
#include "norpc-timer-private.h"

/* Protects all static variables in this file, and the fields of timers. While it is held, only
 * NorpcTimerFuncs.take runs, which does nothing but take references.
 */
static GMutex timers_lock;
static GCond timers_changed;      /* a timer has become the earliest */
static GCond timers_settled;      /* the timers' thread waits, or a job has ended */
static GPtrArray *timers;         /* (owned) (nullable): a binary heap of unowned NorpcTimer */
static gboolean timers_are_served; /* whether the timers' thread runs */
static gboolean timers_fire;       /* whether the timers' thread does anything but wait */

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

  if (first == NULL || first->time > norpc_clock_now ())
    return NULL;

  remove_locked (first);
  *funcs = first->funcs;

  return first->funcs->take (first->owner);
}

/* Runs in the timers' thread, with the lock held, until a timer may be due. */
static void
wait_locked (void)
{
  timers_fire = FALSE;
  g_cond_broadcast (&timers_settled);

  if (timers->len == 0)
    g_cond_wait (&timers_changed, &timers_lock);
  else
    g_cond_wait_until (&timers_changed, &timers_lock, norpc_clock_get_wake_time (get_timer_at (1)->time));

  timers_fire = TRUE;
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
      else
        {
          wait_locked ();
        }
    }

  return NULL;
}

/* Runs in a thread of the pool, because log handlers are application code. */
static void
warn (gpointer message)
{
  norpc_warning ("Failed to start the thread for timers; calls do not time out until it starts: %s", (char *) message);
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
  timers_fire = timers_are_served;
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

/* Thread-safe. Called when the time has been stopped, advanced or resumed. */
void
norpc_timer_note_time (void)
{
  g_mutex_lock (&timers_lock);
  g_cond_signal (&timers_changed);
  g_mutex_unlock (&timers_lock);
}

/* Thread-safe. Called when a job has ended. */
void
norpc_timer_note_job (void)
{
  g_mutex_lock (&timers_lock);
  g_cond_broadcast (&timers_settled);
  g_mutex_unlock (&timers_lock);
}

/* Called with the lock held. Returns the time of the first timer, or G_MAXINT64. */
static gint64
get_first_time_locked (void)
{
  return timers != NULL && timers->len > 0 ? get_timer_at (1)->time : G_MAXINT64;
}

/* Thread-safe. Gets the time of the first timer, or G_MAXINT64 if there is none. */
gint64
norpc_timer_get_first_time (void)
{
  gint64 time;

  g_mutex_lock (&timers_lock);
  time = get_first_time_locked ();
  g_mutex_unlock (&timers_lock);

  return time;
}

/* Called with the lock held, while the time is stopped. Returns TRUE if nothing happens until the
 * time advances, or another thread does something: all timers that are due have fired, and the
 * jobs that they have started have ended.
 */
static gboolean
is_settled_locked (void)
{
  return !timers_fire && get_first_time_locked () > norpc_clock_now () &&
         !norpc_background_has_jobs ();
}

/* Thread-safe. Called while the time is stopped. Waits until all that is due has happened. Returns
 * FALSE if that takes longer than @limit, in the monotonic time of the system.
 */
gboolean
norpc_timer_settle (gint64 limit)
{
  gboolean in_time = TRUE, settled;

  g_mutex_lock (&timers_lock);
  while (!(settled = is_settled_locked ()) && in_time)
    in_time = g_cond_wait_until (&timers_settled, &timers_lock, limit);
  g_mutex_unlock (&timers_lock);

  return settled;
}
