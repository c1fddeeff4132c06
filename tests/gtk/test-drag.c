/* test-drag.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A scale that is bound in both directions to a property of a service in another thread never jumps
 * while it is dragged. Each test records all values that the adjustment of the scale takes: each
 * move adds one value, and nothing else adds any.
 */

#include "pointer.h"
#include "window-fixture.h"

typedef struct
{
  JobWindow *window;
  GArray    *values; /* (owned): double, all that the adjustment has taken */
} Drag;

static void
value_changed_cb (GtkAdjustment *adjustment,
                  Drag          *drag)
{
  double value = gtk_adjustment_get_value (adjustment);

  g_array_append_val (drag->values, value);
}

static void
drag_begin (Drag      *drag,
            JobWindow *window)
{
  drag->window = window;
  drag->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_signal_connect (window->speed, "value-changed", G_CALLBACK (value_changed_cb), drag);
}

/* Waits until the service has handled everything, and ends its work. The adjustment has taken one
 * value for each of @n_moves, and the service has the last one.
 */
static void
drag_end (Drag  *drag,
          guint  n_moves)
{
  JobWindow *window = drag->window;
  double last = g_array_index (drag->values, double, n_moves - 1);
  g_autoptr (GArray) speeds = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (job_job_proxy_call_work_sync (window->proxy, 1, 1, NULL, &error));
  g_assert_no_error (error);
  window_iterate ();
  g_assert_cmpuint (drag->values->len, ==, n_moves);
  g_assert_cmpfloat (gtk_adjustment_get_value (window->speed), ==, last);
  speeds = job_service_dup_speeds (window->service);
  g_assert_cmpfloat (g_array_index (speeds, double, speeds->len - 1), ==, last);

  g_signal_handlers_disconnect_by_data (window->speed, drag);
  g_array_unref (drag->values);
}

/* A script has three kinds of steps: the client moves the scale, which writes the speed; the client
 * calls the service to report; the service passes the gate. The order of events is certain, because
 * each step ends when the service waits at the gate or has nothing to do.
 */
typedef struct
{
  Drag     drag;
  void   (*move) (gpointer data); /* moves the scale once */
  gpointer data;

  guint    n_moves;
  GString *queue;      /* (owned): moves and reports that the service has not begun to handle */
  guint    n_arrived;  /* moves and reports that have arrived at the gate */
  gboolean is_at_gate; /* the service waits there */
} Script;

#define MOVE   'm'
#define REPORT 'r'
#define PASS   'p'

static void
begin_next (Script *self)
{
  if (self->is_at_gate || self->queue->len == 0)
    return;

  g_string_erase (self->queue, 0, 1);
  job_service_await (self->drag.window->service, ++self->n_arrived);
  self->is_at_gate = TRUE;
}

/* A write supersedes one that the service has not begun to handle. */
static void
enqueue (Script *self,
         char    step)
{
  const char *superseded = step == MOVE ? strchr (self->queue->str, MOVE) : NULL;

  if (superseded != NULL)
    g_string_erase (self->queue, superseded - self->queue->str, 1);
  g_string_append_c (self->queue, step);
  begin_next (self);
}

static void
move (Script *self)
{
  self->move (self->data);
  self->n_moves++;
  enqueue (self, MOVE);
}

/* When the service handles the report, it tells the values of all properties. */
static void
report (Script *self)
{
  g_autofree char *status = g_strdup_printf ("after %u", self->n_arrived);

  job_job_proxy_call_report (self->drag.window->proxy, status, NULL, NULL, NULL);
  enqueue (self, REPORT);
}

/* The service has sent its answer when the next call arrives at the gate. The client handles the
 * answer.
 */
static void
pass (Script *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->is_at_gate)
    return;

  self->is_at_gate = FALSE;
  job_service_let_one_in (self->drag.window->service);
  if (self->queue->len > 0)
    begin_next (self);
  else if (!job_job_proxy_call_ping_sync (self->drag.window->proxy, NULL, &error))
    g_assert_no_error (error);
  window_iterate ();
}

static void
do_step (Script *self,
         char    step)
{
  if (step == MOVE)
    move (self);
  else if (step == REPORT)
    report (self);
  else
    pass (self);

  g_assert_cmpuint (self->drag.values->len, ==, self->n_moves);
}

static void
script_begin (Script     *self,
              JobWindow  *window,
              void      (*func) (gpointer data),
              gpointer    data)
{
  *self = (Script) { .move = func, .data = data, .queue = g_string_new (NULL) };
  job_service_close_gate (window->service);
  drag_begin (&self->drag, window);
}

static void
script_end (Script *self)
{
  drag_end (&self->drag, self->n_moves);
  g_string_free (self->queue, TRUE);
}

static void
run_script (JobWindow   *window,
            const char  *steps,
            void       (*func) (gpointer data),
            gpointer     data)
{
  Script script;

  g_test_message ("%s", steps);
  script_begin (&script, window, func, data);
  for (const char *step = steps; *step != '\0'; step++)
    do_step (&script, *step);
  while (script.is_at_gate)
    do_step (&script, PASS);
  script_end (&script);
}

/* Moves the scale as GtkRange does when its slider is moved. */
static void
change_value (gpointer data)
{
  JobWindow *window = data;
  gboolean handled;
  double value = gtk_adjustment_get_value (window->speed) + 37;

  if (value > 100)
    value -= 101;
  g_signal_emit_by_name (window->scale, "change-value", GTK_SCROLL_JUMP, value, &handled);
  g_assert_cmpfloat (gtk_adjustment_get_value (window->speed), ==, value);
}

#define N_STEPS 5

/* Runs all scripts of N_STEPS steps, after a move. */
static void
test_all_orders (JobWindow     *window,
                 gconstpointer  unused)
{
  static const char steps[] = { MOVE, REPORT, PASS };
  guint n_scripts = 1;

  for (guint i = 0; i < N_STEPS; i++)
    n_scripts *= G_N_ELEMENTS (steps);

  for (guint number = 0; number < n_scripts; number++)
    {
      char script[] = "m....." ;
      guint rest = number;

      for (guint i = 1; i <= N_STEPS; i++, rest /= G_N_ELEMENTS (steps))
        script[i] = steps[rest % G_N_ELEMENTS (steps)];
      run_script (window, script, change_value, window);
    }
}

/* The scale keeps the values of its user until the service has confirmed the last one. Then it has
 * the value of the service.
 */
static void
test_limit (JobWindow     *window,
            gconstpointer  unused)
{
  Script script;

  job_service_set_max_speed (window->service, 50);
  script_begin (&script, window, change_value, window);
  do_step (&script, MOVE);
  do_step (&script, MOVE);
  do_step (&script, PASS);
  g_assert_cmpfloat (gtk_adjustment_get_value (window->speed), ==, 74);

  pass (&script);
  g_assert_cmpfloat (gtk_adjustment_get_value (window->speed), ==, 50);
  script.n_moves++;
  script_end (&script);
}

/* A pointer that holds the slider of a scale. */
typedef struct
{
  JobWindow *window;
  Pointer   *pointer; /* (owned) */
  double     x;
  double     y;
  double     value;   /* before the last move */
} Grip;

static gboolean
is_dragging (gpointer data)
{
  Grip *self = data;

  return gtk_widget_get_state_flags (GTK_WIDGET (self->window->scale)) & GTK_STATE_FLAG_ACTIVE;
}

static gboolean
has_moved (gpointer data)
{
  Grip *self = data;

  return gtk_adjustment_get_value (self->window->speed) != self->value;
}

static void
grip_begin (Grip      *self,
            JobWindow *window)
{
  GtkRange *range = GTK_RANGE (window->scale);
  GdkRectangle trough;
  int start, end;

  gtk_range_get_slider_range (range, &start, &end);
  gtk_range_get_range_rect (range, &trough);
  self->window = window;
  self->pointer = pointer_new ();
  self->x = (start + end) / 2.0;
  self->y = trough.y + trough.height / 2.0;
  pointer_move (self->pointer, GTK_WIDGET (range), self->x, self->y);
  pointer_press (self->pointer);
  window_wait_until (is_dragging, self);
}

/* Moves the slider to the right, and waits until the scale has a new value. */
static void
grip_move (gpointer data)
{
  Grip *self = data;

  self->value = gtk_adjustment_get_value (self->window->speed);
  self->x += 7;
  pointer_move (self->pointer, GTK_WIDGET (self->window->scale), self->x, self->y);
  window_wait_until (has_moved, self);
  g_assert_cmpfloat (gtk_adjustment_get_value (self->window->speed), >, self->value);
}

static gboolean
is_released (gpointer data)
{
  return !is_dragging (data);
}

static void
grip_end (Grip *self)
{
  pointer_release (self->pointer);
  window_wait_until (is_released, self);
  pointer_free (self->pointer);
}

/* The service confirms a move only after the pointer has moved on. */
static void
test_slow_service (JobWindow     *window,
                   gconstpointer  unused)
{
  Grip grip;

  grip_begin (&grip, window);
  run_script (window, "mmpmmrmppmrpmmmpprmpmmpprrmmpmp", grip_move, &grip);
  grip_end (&grip);
}

/* The service confirms each move at once, and tells the values of all properties all the time. */
static void
test_busy_service (JobWindow     *window,
                   gconstpointer  unused)
{
  const guint n_moves = 40;
  Grip grip;
  Drag drag;

  job_job_proxy_call_work (window->proxy, G_MAXUINT, G_MAXUINT, NULL, NULL, NULL);
  grip_begin (&grip, window);
  drag_begin (&drag, window);
  for (guint i = 0; i < n_moves; i++)
    grip_move (&grip);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (window->bar), >, 0);
  grip_end (&grip);
  drag_end (&drag, n_moves);
}

/* The service handles moves while the client makes others, without running its main context. */
static void
test_bursts (JobWindow     *window,
             gconstpointer  unused)
{
  const guint n_bursts = 1000;
  const guint n_moves = 5;
  Drag drag;

  job_job_proxy_call_work (window->proxy, G_MAXUINT, G_MAXUINT, NULL, NULL, NULL);
  drag_begin (&drag, window);
  for (guint i = 0; i < n_bursts; i++)
    {
      for (guint j = 0; j < n_moves; j++)
        change_value (window);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (drag.values->len, ==, (i + 1) * n_moves);
    }
  drag_end (&drag, n_bursts * n_moves);
}

/* A long press would make GtkRange change values in smaller steps. On a slow machine, any press is
 * long.
 */
static void
set_up (JobWindow     *window,
        gconstpointer  unused)
{
  g_object_set (gtk_settings_get_default (), "gtk-long-press-time", G_MAXINT, NULL);
  window_set_up (window, unused);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();

#define TEST(path, func) g_test_add (path, JobWindow, NULL, set_up, func, window_tear_down)
  TEST ("/drag/all-orders", test_all_orders);
  TEST ("/drag/limit", test_limit);
  TEST ("/drag/slow-service", test_slow_service);
  TEST ("/drag/busy-service", test_busy_service);
  TEST ("/drag/bursts", test_bursts);

  return g_test_run ();
}
