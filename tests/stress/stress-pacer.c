/* stress-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The pacer of rate limits, on a virtual clock, which also stops or jumps:
 * no more than the burst pass at once, whatever was missed; in the long run no more than
 * the rate; and one whose time has come passes. */

#include "layers/norpc-pacer-private.h"

#include "stress.h"

#define N_PACERS 20
#define N_STEPS 200

/* How late a thread may be so that the pace makes up for it, in microseconds. */
#define LATENESS 1000

/* In microseconds: none, short ones, and one that is longer than everything else. */
static gint64
pick_step (GRand *rand)
{
  switch (g_rand_int_range (rand, 0, 8))
    {
    case 0:
      return 0;

    case 1:
      return (gint64) g_rand_int_range (rand, 0, 60) * G_USEC_PER_SEC;

    default:
      return g_rand_int_range (rand, 0, 20000);
    }
}

/* One that was held passes before others. Returns how many have passed. */
static guint
pass_all (NorpcPacer *pacer,
          gint64      now,
          guint      *n_waiting,
          guint       n_new)
{
  guint n_passed = 0;

  while (*n_waiting > 0 && norpc_pacer_pass (pacer, now, TRUE))
    {
      (*n_waiting)--;
      n_passed++;
    }
  for (; n_new > 0; n_new--)
    if (*n_waiting == 0 && norpc_pacer_pass (pacer, now, FALSE))
      n_passed++;
    else
      (*n_waiting)++;

  return n_passed;
}

static void
check_pacer (GRand *rand)
{
  NorpcPacer pacer = {
    .n = g_rand_int_range (rand, 1, 100),
    .period = g_rand_int_range (rand, 1, 1000),
    .burst = g_rand_int_range (rand, 1, 10),
  };
  double interval = pacer.period * 1000.0 / pacer.n;
  gint64 begin = 0, now = g_rand_int_range (rand, 1, 1000000);
  guint n_waiting = 0, n_now = 0, n_since = 0;

  for (guint i = 0; i < N_STEPS; i++)
    {
      gint64 step = i > 0 && n_waiting > 0 && g_rand_boolean (rand)
                      ? MAX (norpc_pacer_get_due (&pacer) - now, 0) : pick_step (rand);
      gboolean due = n_waiting > 0 && now + step >= norpc_pacer_get_due (&pacer);
      guint n;

      now += step;
      n_now = step == 0 ? n_now : 0;
      n = pass_all (&pacer, now, &n_waiting, g_rand_int_range (rand, 0, 15));
      n_now += n;
      if (n_since == 0)
        begin = now;
      n_since += n;

      g_assert_true (n > 0 || !due);
      g_assert_cmpuint (n_now, <=, pacer.burst);
      g_assert_cmpfloat (n_since, <=, pacer.burst + (now - begin + LATENESS) / interval + 1e-6);
    }
}

void
stress_pacer_check (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < N_PACERS; i++)
    check_pacer (rand);
}
