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

/* Neither a consumer that has not slept yet nor one that is given nothing to do for long polls. */
static void
test_long_sleep (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;

  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);

  norpc_spin_end (&spin, TRUE);
  norpc_spin_sleep (&spin);
  spin.slept_at -= NORPC_SPIN_LONG_SLEEP;
  norpc_spin_wake (&spin, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
}

/* Sets the clock of the consumer so that it has slept for so long, however busy the machine is. */
static void
sleep_for (NorpcSpin *spin,
           gint64     microseconds,
           gboolean   ready)
{
  norpc_spin_sleep (spin);
  g_assert_cmpint (spin->slept_at, >, 0);
  spin->slept_at = g_get_monotonic_time () - microseconds;
  norpc_spin_wake (spin, ready);
  g_assert_cmpint (spin->slept_at, ==, 0);
}

/* A consumer that has slept shortly tries it once. One that has not slept, or that has woken up for
 * something else, does not.
 */
static void
test_short_sleep (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;
  guint n_tries = 0;

  /* The machine may be too busy now and then. */
  do
    sleep_for (&spin, NORPC_SPIN_REAL_SLEEP, TRUE);
  while (spin.credit == 0 && ++n_tries < 1000);
  g_assert_cmpuint (count_in_vain (&spin, 2), ==, 1);

  sleep_for (&spin, -NORPC_SPIN_LONG_SLEEP, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
  sleep_for (&spin, NORPC_SPIN_REAL_SLEEP, FALSE);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
  sleep_for (&spin, NORPC_SPIN_SHORT_SLEEP, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
}

/* Waking up without having slept changes nothing. */
static void
test_no_sleep (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;

  norpc_spin_wake (&spin, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);

  norpc_spin_end (&spin, TRUE);
  norpc_spin_wake (&spin, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, NORPC_SPIN_CREDIT), ==, NORPC_SPIN_CREDIT);
}

/* A consumer without credit still tries now and then. */
static void
test_without_credit (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;
  guint n_polled = count_in_vain (&spin, N_SLEEPS);

  g_assert_cmpuint (n_polled, >=, N_SLEEPS / 100);
  g_assert_cmpuint (n_polled, <=, N_SLEEPS / 20);
}

/* One success is enough for all of the credit. */
static void
test_success (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;

  norpc_spin_end (&spin, TRUE);
  g_assert_cmpuint (count_in_vain (&spin, NORPC_SPIN_CREDIT), ==, NORPC_SPIN_CREDIT);
  g_assert_cmpuint (count_in_vain (&spin, 1), ==, 0);
}

/* Becomes true when more than half of the time has passed. */
static gboolean
is_late (gpointer data)
{
  guint *n_polls = data;

  if (++*n_polls == NORPC_SPIN_POLLS)
    g_usleep (600);

  return *n_polls > NORPC_SPIN_POLLS;
}

/* Polling that takes as long as a wake-up does not pay. */
static void
test_late (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;
  guint n_polls = 0;

  norpc_set_spin_time (1000);
  norpc_spin_end (&spin, TRUE);
  if (norpc_spin_until (&spin, is_late, &n_polls))
    g_assert_cmpuint (n_polls, ==, NORPC_SPIN_POLLS + 1);
  norpc_set_spin_time (20);

  g_assert_cmpuint (count_in_vain (&spin, NORPC_SPIN_CREDIT), ==, NORPC_SPIN_CREDIT - 1);
}

static void
test_time (void)
{
  NorpcSpin spin = NORPC_SPIN_INIT;
  gint64 before = g_get_monotonic_time (), until;

  norpc_set_spin_time (300);
  norpc_spin_end (&spin, TRUE);
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

  g_test_add_func ("/spin/long-sleep", test_long_sleep);
  g_test_add_func ("/spin/short-sleep", test_short_sleep);
  g_test_add_func ("/spin/no-sleep", test_no_sleep);
  g_test_add_func ("/spin/without-credit", test_without_credit);
  g_test_add_func ("/spin/success", test_success);
  g_test_add_func ("/spin/late", test_late);
  g_test_add_func ("/spin/time", test_time);

  return g_test_run ();
}
