/* stress-counts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "stress.h"

/* Atomic, all of them. */
static struct
{
  int made;
  int gone;
} counts[STRESS_N_COUNTS];

static const char * const names[STRESS_N_COUNTS] = {
  "calls", "calls of services", "arguments", "results", "services", "starts", "servers",
  "channels", "proxies", "layers", "replies to filters", "items", "streams", "works on streams",
  "contents of streams",
};

/* Any thread. */
void
stress_count_made (StressCount count)
{
  g_atomic_int_inc (&counts[count].made);
}

/* Any thread. A call may end before the function of a filter has it. */
void
stress_count_gone (StressCount count)
{
  int gone = g_atomic_int_add (&counts[count].gone, 1) + 1;

  if (count != STRESS_REPLIES)
    g_assert_cmpint (gone, <=, g_atomic_int_get (&counts[count].made));
}

static void
object_gone_cb (gpointer  data,
                GObject  *object)
{
  stress_count_gone (GPOINTER_TO_UINT (data));
}

void
stress_watch (gpointer    object,
              StressCount count)
{
  stress_count_made (count);
  g_object_weak_ref (object, object_gone_cb, GUINT_TO_POINTER (count));
}

gboolean
stress_is_gone (StressCount count)
{
  return g_atomic_int_get (&counts[count].gone) == g_atomic_int_get (&counts[count].made);
}

gboolean
stress_all_gone (void)
{
  for (guint i = 0; i < STRESS_N_COUNTS; i++)
    if (!stress_is_gone (i))
      return FALSE;

  return TRUE;
}

/* A number that changes as long as anything goes on. */
int
stress_get_steps (void)
{
  guint steps = 0;

  for (guint i = 0; i < STRESS_N_COUNTS; i++)
    steps += (guint) g_atomic_int_get (&counts[i].made) + (guint) g_atomic_int_get (&counts[i].gone);

  return (int) steps;
}

void
stress_print (void)
{
  for (guint i = 0; i < STRESS_N_COUNTS; i++)
    g_printerr ("stress: %s: %d made, %d gone\n", names[i],
                g_atomic_int_get (&counts[i].made), g_atomic_int_get (&counts[i].gone));
}
