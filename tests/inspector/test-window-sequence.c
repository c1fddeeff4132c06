/* test-window-sequence.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The sequence diagram in the window of an inspector. */

#include "inspector-sequence.h"
#include "window-fixture.h"

typedef struct
{
  GtkAdjustment *adjustment;
  double         upper;
} Scrolled;

static gboolean
is_longer (gpointer data)
{
  Scrolled *scrolled = data;

  return gtk_adjustment_get_upper (scrolled->adjustment) > scrolled->upper;
}

static gboolean
is_at_end (gpointer data)
{
  GtkAdjustment *adjustment = data;

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - 1;
}

static gboolean
count_frame_cb (GtkWidget     *widget,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  guint *n = user_data;

  (*n)++;

  return *n < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
has_three (gpointer data)
{
  return *(guint *) data == 3;
}

/* Waits until widgets have the sizes that they want. */
static void
wait_for_frames (GtkWidget *widget)
{
  guint n = 0;

  gtk_widget_add_tick_callback (widget, count_frame_cb, &n, NULL);
  windowed_iterate_until (has_three, &n);
}

/* The events that are read do not move away. */
static void
test_sequence_scrolled (Windowed      *self,
                        gconstpointer  unused)
{
  Scrolled scrolled = { 0 };
  GtkWidget *sequence;

  windowed_show_page (self, "sequence");
  sequence = windowed_find_widget (GTK_WIDGET (self->window), INSPECTOR_TYPE_SEQUENCE, NULL);
  scrolled.adjustment = gtk_scrolled_window_get_vadjustment (
    GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (sequence, GTK_TYPE_SCROLLED_WINDOW)));
  scrolled.upper = 2000;
  for (guint i = 0; i < 50; i++)
    windowed_call_get (self->proxy, "a");
  windowed_iterate_until (is_longer, &scrolled);
  windowed_iterate_until (is_at_end, scrolled.adjustment);

  gtk_adjustment_set_value (scrolled.adjustment, 10);
  scrolled.upper = gtk_adjustment_get_upper (scrolled.adjustment);
  windowed_call_get (self->proxy, "slow");
  windowed_show_page (self, "lints");
  windowed_wait_for_label (self, "blocking-handler");
  windowed_show_page (self, "sequence");
  wait_for_frames (sequence);
  g_assert_cmpfloat (gtk_adjustment_get_upper (scrolled.adjustment), ==, scrolled.upper);
  g_assert_cmpfloat (gtk_adjustment_get_value (scrolled.adjustment), ==, 10);

  /* It follows again. */
  gtk_adjustment_set_value (scrolled.adjustment, scrolled.upper);
  windowed_iterate_until (is_longer, &scrolled);
  windowed_iterate_until (is_at_end, scrolled.adjustment);
}

/* Blue arrows to the service, and an arc in green. */
static gboolean
has_sequence (gpointer data)
{
  return windowed_count_pixels (data, 53, 132, 227) > 100 && windowed_count_pixels (data, 38, 162, 105) > 100;
}

static void
test_sequence (Windowed      *self,
               gconstpointer  unused)
{
  gboolean done = FALSE;

  windowed_show_page (self, "sequence");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, windowed_unlocked_cb, &done);
  windowed_call_get (self->relay_proxy, "b");
  windowed_call_get (self->proxy, "a");
  windowed_answer_kept (self);
  windowed_call_get (self->relay_proxy, "slow");
  windowed_iterate_until (windowed_is_true, &done);
  g_assert_false (store_store_proxy_call_clear_sync (self->proxy, NULL, NULL));
  windowed_iterate_until (has_sequence, self);
  windowed_save_picture (self, "sequence");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  TEST_WINDOWED ("sequence-scrolled", test_sequence_scrolled);
  TEST_WINDOWED ("sequence", test_sequence);

  return g_test_run ();
}
