/* monitor-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The commands that print a list. */

#include "monitor-commands.h"

#define MAX_LISTS 10 /* of events in one turn: about twice as many as the process keeps */

/* Returns TRUE if the entry is of the service that was chosen. */
gboolean
monitor_wants (Monitor  *self,
               GVariant *dict)
{
  return self->service == 0 || inspector_get_uint (dict, "service") == self->service;
}

/* Returns the entries (owned) of a list (owned, nullable) that are wanted, or NULL. */
static GPtrArray *
choose (Monitor  *self,
        GVariant *list)
{
  g_autoptr (GVariant) taken = list;
  GPtrArray *chosen;

  if (taken == NULL)
    return NULL;

  chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  for (gsize i = 0; i < g_variant_n_children (taken); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (taken, i);

      if (monitor_wants (self, dict))
        g_ptr_array_add (chosen, g_steal_pointer (&dict));
    }

  return chosen;
}

/* Calls that were sent before are not known. */
static void
print_nothing (Monitor    *self,
               const char *what)
{
  g_autofree char *time = inspector_format_time ((gint64) (self->watched * 1e9));

  if (self->watched > 0)
    g_print ("no %s, among the calls of the last %s; --watch=SECONDS records them for longer\n", what, time);
  else
    g_print ("no %s; calls are recorded from now on, and --watch=SECONDS waits for some\n", what);
}

static void
print_call (GVariant *call)
{
  g_autofree char *age = inspector_format_time (inspector_get_int64 (call, "age"));
  g_autofree char *left = NULL;
  gint64 time_left;

  if (g_variant_lookup (call, "time-left", "x", &time_left))
    {
      g_autofree char *time = inspector_format_time (time_left);

      left = g_strconcat (", ", time, " left", NULL);
    }

  g_print ("#%" G_GUINT64_FORMAT " service %u  %s.%s (%s)  %s for %s%s, from %s\n", inspector_get_uint64 (call, "call"),
           inspector_get_uint (call, "service"), inspector_get_string (call, "interface"),
           inspector_get_string (call, "method"), inspector_get_string (call, "args"),
           inspector_get_string (call, "stage"), age, left != NULL ? left : "", inspector_get_string (call, "client"));
}

gboolean
monitor_print_calls (Monitor  *self,
                     GError  **error)
{
  g_autoptr (GPtrArray) calls = choose (self, norpc_inspector_list_calls (self->inspector, NULL, error));

  if (calls == NULL)
    return FALSE;

  for (guint i = 0; i < calls->len; i++)
    print_call (calls->pdata[i]);
  if (calls->len == 0)
    print_nothing (self, "calls in flight");

  return TRUE;
}

static void
print_event (GVariant *event)
{
  const char *kind = inspector_get_string (event, "kind");
  g_autofree char *detail = NULL;

  if (g_str_equal (kind, "sent"))
    detail = g_strdup_printf (" (%s), from %s", inspector_get_string (event, "args"),
                              inspector_get_string (event, "client"));
  else if (g_str_equal (kind, "completed"))
    detail = g_strdup_printf (": %s", inspector_get_string (event, "outcome"));

  g_print ("%.6f #%" G_GUINT64_FORMAT " service %u  %s  %s.%s%s\n",
           (double) inspector_get_int64 (event, "time") / 1e9, inspector_get_uint64 (event, "call"),
           inspector_get_uint (event, "service"), kind, inspector_get_string (event, "interface"),
           inspector_get_string (event, "method"), detail != NULL ? detail : "");
}

/* Prints how many events the process has dropped before they were listed. */
static void
print_lost (Monitor  *self,
            GVariant *first)
{
  guint64 serial = inspector_get_uint64 (first, "serial");

  if (self->has_events && serial > self->last_event + 1)
    g_print ("%" G_GUINT64_FORMAT " events were lost, because the process keeps only the last ones; a shorter --interval "
             "helps\n", serial - self->last_event - 1);
}

/* Prints the next events. Sets @n to their number. */
static gboolean
print_next_events (Monitor  *self,
                   gsize    *n,
                   GError  **error)
{
  g_autoptr (GVariant) events = norpc_inspector_list_events (self->inspector, self->last_event, NULL, error);

  if (events == NULL)
    return FALSE;

  *n = g_variant_n_children (events);
  for (gsize i = 0; i < *n; i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);

      if (i == 0)
        print_lost (self, event);
      self->last_event = inspector_get_uint64 (event, "serial");
      if (monitor_wants (self, event))
        print_event (event);
    }
  self->has_events = TRUE;

  return TRUE;
}

/* Prints the events since the last time. If there are new ones again and again, it stops at some time. */
gboolean
monitor_print_events (Monitor  *self,
                      GError  **error)
{
  gsize n = 1;

  for (guint i = 0; n > 0 && i < MAX_LISTS; i++)
    if (!print_next_events (self, &n, error))
      return FALSE;

  return TRUE;
}

gboolean
monitor_print_lints (Monitor  *self,
                     GError  **error)
{
  g_autoptr (GPtrArray) lints = choose (self, norpc_inspector_list_lints (self->inspector, NULL, error));

  if (lints == NULL)
    return FALSE;

  for (guint i = 0; i < lints->len; i++)
    {
      GVariant *lint = lints->pdata[i];
      const char *method = inspector_get_string (lint, "method");

      g_print ("%s: ", inspector_get_string (lint, "name"));
      if (inspector_get_uint (lint, "service") != 0)
        g_print ("service %u: ", inspector_get_uint (lint, "service"));
      if (*method != '\0')
        g_print ("%s.%s: ", inspector_get_string (lint, "interface"), method);
      g_print ("%s [%" G_GUINT64_FORMAT " times]\n", inspector_get_string (lint, "text"),
               inspector_get_uint64 (lint, "count"));
    }
  if (lints->len == 0)
    print_nothing (self, "lints");

  return TRUE;
}

static void
print_rate (GVariant *method)
{
  static const char * const percentiles[] = { "median", "p90", "p99", "max" };

  g_print ("%-8u %10.1f %10" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT,
           inspector_get_uint (method, "service"), inspector_get_double (method, "rate"),
           inspector_get_uint64 (method, "calls"), inspector_get_uint64 (method, "failed"),
           inspector_get_uint64 (method, "in-flight"));
  for (guint i = 0; i < G_N_ELEMENTS (percentiles); i++)
    {
      gint64 time = inspector_get_int64 (method, percentiles[i]);
      g_autofree char *text = time > 0 ? inspector_format_time (time) : g_strdup ("-");
      int width = 11 + (int) (strlen (text) - (gsize) g_utf8_strlen (text, -1));

      g_print (" %*s", width, text);
    }
  g_print ("  %s.%s\n", inspector_get_string (method, "interface"), inspector_get_string (method, "method"));
}

/* Prints the rates since the last time. */
gboolean
monitor_print_rates (Monitor  *self,
                     GError  **error)
{
  g_autoptr (GPtrArray) methods = choose (self, norpc_inspector_list_methods (self->inspector, NULL, error));

  if (methods == NULL)
    return FALSE;

  g_print ("%-8s %10s %10s %8s %8s %11s %11s %11s %11s  %s\n", "service", "calls/s", "calls", "failed", "flying",
           "median", "90%", "99%", "max", "method");
  for (guint i = 0; i < methods->len; i++)
    print_rate (methods->pdata[i]);

  return TRUE;
}
