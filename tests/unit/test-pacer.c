/* test-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-pacer-private.h"

/* Ten in a second, so each has a tenth. */
#define START (5 * G_USEC_PER_SEC)
#define EACH  (G_USEC_PER_SEC / 10)

static NorpcPacer
pacer_new (guint burst)
{
  NorpcPacer pacer = { .n = 10, .period = 1000, .burst = burst };

  norpc_pacer_settle (&pacer, START);

  return pacer;
}

static void
test_evenly (void)
{
  NorpcPacer pacer = pacer_new (1);

  for (guint i = 0; i < 25; i++)
    {
      g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + i * EACH);
      g_assert_cmpint (norpc_pacer_get_due (&pacer, 3), ==, START + (i + 3) * EACH);
      norpc_pacer_pass (&pacer, START + i * EACH);
      norpc_pacer_settle (&pacer, START + (i + 1) * EACH);
    }
}

/* Periods that no number of microseconds divides, and none that is too long. */
static void
test_exact (void)
{
  NorpcPacer pacer = { .n = 3, .period = 1, .burst = 1 };

  norpc_pacer_settle (&pacer, START);
  for (guint i = 0; i < 3000; i++)
    norpc_pacer_pass (&pacer, START);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + G_USEC_PER_SEC);

  pacer = (NorpcPacer) { .n = 1, .period = G_MAXINT, .burst = G_MAXINT };
  norpc_pacer_settle (&pacer, START);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), <, START);
  pacer.burst = 1;
  g_assert_cmpint (norpc_pacer_get_due (&pacer, G_MAXUINT), >, START);
}

/* Time is lost in which none came. */
static void
test_lost (void)
{
  NorpcPacer pacer = pacer_new (1);

  norpc_pacer_pass (&pacer, START);
  norpc_pacer_settle (&pacer, START + 5 * EACH);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + 5 * EACH);
}

/* Not that by which one was woken too late. */
static void
test_late (void)
{
  NorpcPacer pacer = pacer_new (1);

  norpc_pacer_pass (&pacer, START);
  norpc_pacer_pass (&pacer, START + EACH + EACH / 2);
  norpc_pacer_settle (&pacer, START + 2 * EACH + EACH / 2);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + 2 * EACH);
  norpc_pacer_settle (&pacer, START + 2 * EACH + EACH / 2 + 1);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + 2 * EACH + EACH / 2 + 1);
}

static void
test_burst (void)
{
  NorpcPacer pacer = pacer_new (4);

  g_assert_cmpint (norpc_pacer_get_due (&pacer, 3), ==, START);
  for (guint i = 0; i < 4; i++)
    norpc_pacer_pass (&pacer, START);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + EACH);
}

/* One that is promised to pass has as long to come as one takes. */
static void
test_promise (void)
{
  NorpcPacer pacer = pacer_new (1);

  norpc_pacer_promise (&pacer, START);
  norpc_pacer_settle (&pacer, START + EACH);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START);
  norpc_pacer_settle (&pacer, START + EACH + 1);
  g_assert_cmpint (norpc_pacer_get_due (&pacer, 0), ==, START + EACH + 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pacer/evenly", test_evenly);
  g_test_add_func ("/pacer/exact", test_exact);
  g_test_add_func ("/pacer/lost", test_lost);
  g_test_add_func ("/pacer/late", test_late);
  g_test_add_func ("/pacer/burst", test_burst);
  g_test_add_func ("/pacer/promise", test_promise);

  return g_test_run ();
}
