/* test-spin.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How often, and for how long, a consumer polls its queue before it sleeps. Too much
 * of it breaks nothing and only burns CPU time, so it is counted.
 */

#include "core/norpc-spin-private.h"
#include "core/norpc-spin.h"
#include "fixture.h"

#define N_SLEEPS 10000

/* Returns how many of so many sleeps polling comes before. It is in vain. */
static guint
count_in_vain (NorpcSpin *spin,
               guint      n_sleeps)
{
  guint n_polled = 0;
  gint64 until;

  for (guint i = 0; i < n_sleeps; i++)
    if (norpc_spin_begin (spin, &until))
      {
        n_polled++;
        norpc_spin_end (spin, FALSE);
      }

  return n_polled;
}

static void
test_credit (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;

  g_assert_cmpuint (count_in_vain (&spin, NORPC_SPIN_CREDIT), ==, NORPC_SPIN_CREDIT);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
}

/* A consumer without credit still tries now and then. */
static void
test_without_credit (void)
{
  NorpcSpin spin = { 0, 0 };
  guint n_polled = count_in_vain (&spin, N_SLEEPS);

  g_assert_cmpuint (n_polled, >=, N_SLEEPS / 100);
  g_assert_cmpuint (n_polled, <=, N_SLEEPS / 20);
}

/* One success is enough for all of the credit. */
static void
test_success (void)
{
  NorpcSpin spin = { 0, 0 };

  norpc_spin_end (&spin, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, NORPC_SPIN_CREDIT), ==, NORPC_SPIN_CREDIT);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
}

static void
test_time (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;
  gint64 before = g_get_monotonic_time (), until;

  norpc_set_spin_time (300);
  g_assert_true (norpc_spin_begin (&spin, &until));
  g_assert_cmpint (until, >=, before + 300);
  g_assert_cmpint (until, <=, g_get_monotonic_time () + 300);

  norpc_set_spin_time (0);
  g_assert_false (norpc_spin_begin (&spin, &until));

  norpc_set_spin_time (G_MAXUINT);
  g_assert_cmpuint (norpc_get_spin_time (), ==, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* Also where there is one processor. */
  norpc_set_spin_time (20);

  g_test_add_func ("/spin/credit", test_credit);
  g_test_add_func ("/spin/without-credit", test_without_credit);
  g_test_add_func ("/spin/success", test_success);
  g_test_add_func ("/spin/time", test_time);

  return g_test_run ();
}
