/* test-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layers/norpc-pacer-private.h"

/* Ten in a second, so each has a tenth. */
#define START (5 * G_USEC_PER_SEC)
#define EACH  (G_USEC_PER_SEC / 10)

static NorpcPacer
pacer_new (guint burst)
{
  return (NorpcPacer) { .n = 10, .period = 1000, .burst = burst };
}

/* Each passes at its time, and not a microsecond before it. */
static void
test_evenly (void)
{
  NorpcPacer pacer = pacer_new (1);

  for (guint i = 0; i < 25; i++)
    {
      gint64 time = START + i * EACH;

      g_assert_false (i > 0 && norpc_pacer_pass (&pacer, time - 1, FALSE));
      g_assert_true (norpc_pacer_pass (&pacer, time, FALSE));
      g_assert_cmpuint (norpc_pacer_get_n (&pacer, time), ==, 0);
      g_assert_cmpuint (norpc_pacer_get_n (&pacer, time + EACH), ==, 1);
    }
}

/* Periods that no number of microseconds divides, and none that is too long. */
static void
test_exact (void)
{
  NorpcPacer pacer = { .n = 3, .period = 1, .burst = 3000 };

  for (guint i = 0; i < 3000; i++)
    g_assert_true (norpc_pacer_pass (&pacer, START, FALSE));
  g_assert_false (norpc_pacer_pass (&pacer, START, FALSE));
  g_assert_false (norpc_pacer_pass (&pacer, START + 332, FALSE));
  g_assert_true (norpc_pacer_pass (&pacer, START + 334, FALSE));

  pacer = (NorpcPacer) { .n = 1, .period = G_MAXINT, .burst = G_MAXINT };
  g_assert_cmpuint (norpc_pacer_get_n (&pacer, START), ==, G_MAXINT);
  pacer.burst = 1;
  g_assert_true (norpc_pacer_pass (&pacer, START, FALSE));
  g_assert_cmpint (norpc_pacer_get_due (&pacer), >, START + (gint64) G_MAXINT * 998);
}

/* Time is lost in which none passed, whether because none came or because of a stall: so
 * never more than the burst pass at once.
 */
static void
test_stall (void)
{
  for (guint burst = 1; burst <= 4; burst++)
    {
      NorpcPacer pacer = pacer_new (burst);
      gint64 later = START + 50 * EACH;
      guint n = 0;

      while (norpc_pacer_pass (&pacer, START, TRUE))
        n++;
      g_assert_cmpuint (n, ==, burst);
      g_assert_cmpuint (norpc_pacer_get_n (&pacer, later), ==, burst);
      for (n = 0; norpc_pacer_pass (&pacer, later, TRUE); n++)
        ;
      g_assert_cmpuint (n, ==, burst);
      g_assert_cmpint (norpc_pacer_get_due (&pacer), >=, later + EACH - 1000);
    }
}

/* A thread is woken up a bit late for each that was held: up to a millisecond of that is
 * made up for, and that is not at once.
 */
static void
test_late (void)
{
  NorpcPacer pacer = { .n = 10, .period = 1, .burst = 1 }; /* a tenth of a millisecond each */
  gint64 now = START;
  guint n = 0;

  norpc_pacer_pass (&pacer, START, TRUE);
  while (now < START + G_USEC_PER_SEC)
    {
      now = norpc_pacer_get_due (&pacer) + 70;
      g_assert_true (norpc_pacer_pass (&pacer, now, TRUE));
      g_assert_cmpint (norpc_pacer_get_due (&pacer), >=, now + 50);
      n++;
    }
  /* 70 us late for each, but half a tenth earlier each time: 120 us apart at the least. */
  g_assert_cmpuint (n, >, 8000);
  g_assert_cmpuint (n, <=, 10000);

  /* One who was not held does not come early. */
  g_assert_false (norpc_pacer_pass (&pacer, norpc_pacer_get_due (&pacer) - 1, FALSE));
}

/* Where there is time to catch up, the pace is right on average. */
static void
test_average (void)
{
  NorpcPacer pacer = pacer_new (1);
  gint64 now = START;

  norpc_pacer_pass (&pacer, now, TRUE);
  for (guint i = 0; i < 100; i++)
    {
      now = norpc_pacer_get_due (&pacer) + i % 900;
      g_assert_true (norpc_pacer_pass (&pacer, now, TRUE));
    }
  g_assert_cmpint (ABS (now - (START + 100 * EACH)), <, 1000);
}

static void
test_burst (void)
{
  NorpcPacer pacer = pacer_new (4);

  g_assert_cmpuint (norpc_pacer_get_n (&pacer, START), ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_true (norpc_pacer_pass (&pacer, START, FALSE));
  g_assert_false (norpc_pacer_pass (&pacer, START, FALSE));
  g_assert_true (norpc_pacer_pass (&pacer, START + EACH, FALSE));
  g_assert_false (norpc_pacer_pass (&pacer, START + EACH, FALSE));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pacer/evenly", test_evenly);
  g_test_add_func ("/pacer/exact", test_exact);
  g_test_add_func ("/pacer/stall", test_stall);
  g_test_add_func ("/pacer/late", test_late);
  g_test_add_func ("/pacer/average", test_average);
  g_test_add_func ("/pacer/burst", test_burst);

  return g_test_run ();
}
