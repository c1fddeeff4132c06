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
  "channels", "proxies", "layers",
};

/* Any thread. */
void
stress_count_made (StressCount count)
{
  g_atomic_int_inc (&counts[count].made);
}

/* Any thread. */
void
stress_count_gone (StressCount count)
{
  int gone = g_atomic_int_add (&counts[count].gone, 1) + 1;

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

/* Bytes that are counted. A second release of them would be seen as memory
 * that is used after it was freed, and by the count. */
typedef struct
{
  guint64     number;
  StressFate *fate; /* (owned) (nullable): of arguments */
} Data;

/* Any thread. The service's half of a call has gone, if these are its arguments. */
static void
data_free (gpointer user_data)
{
  Data *data = user_data;

  stress_count_gone (data->fate != NULL ? STRESS_ARGUMENTS : STRESS_RESULTS);
  if (data->fate != NULL)
    g_atomic_int_inc (&data->fate->n_gone);
  g_clear_pointer (&data->fate, stress_fate_unref);
  data->number = G_MAXUINT64;
  g_free (data);
}

GBytes *
stress_bytes_new (StressFate *fate,
                  guint64     number)
{
  Data *data = g_new (Data, 1);

  data->number = number;
  data->fate = fate != NULL ? stress_fate_ref (fate) : NULL;
  stress_count_made (fate != NULL ? STRESS_ARGUMENTS : STRESS_RESULTS);
  if (fate != NULL)
    g_atomic_int_inc (&fate->n_made);

  return g_bytes_new_with_free_func (&data->number, sizeof data->number, data_free, data);
}

gboolean
stress_bytes_are (GBytes  *bytes,
                  guint64  number)
{
  gsize size;
  const guint64 *data = g_bytes_get_data (bytes, &size);

  return size == sizeof *data && *data == number;
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
