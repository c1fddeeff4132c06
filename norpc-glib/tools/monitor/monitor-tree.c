/* monitor-tree.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The command that prints services as a tree: threads, their services, and the interfaces and calls of these. */

#include "monitor-commands.h"

/* The lines of a tree, before they are printed: each knows whether another one follows on its level. */
typedef struct
{
  guint level;
  char *text; /* (owned) */
} Line;

static void
free_line (gpointer data)
{
  Line *line = data;

  g_free (line->text);
  g_free (line);
}

static void G_GNUC_PRINTF (3, 4)
add_line (GPtrArray  *lines,
          guint       level,
          const char *format,
          ...)
{
  Line *line = g_new0 (Line, 1);
  va_list args;

  line->level = level;
  va_start (args, format);
  line->text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (lines, line);
}

/* Returns TRUE if a line of @level follows after @index, before one of a lower level. */
static gboolean
is_followed (GPtrArray *lines,
             guint      index,
             guint      level)
{
  for (guint i = index + 1; i < lines->len; i++)
    {
      const Line *line = lines->pdata[i];

      if (line->level <= level)
        return line->level == level;
    }

  return FALSE;
}

static void
print_lines (GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = lines->pdata[i];

      for (guint level = 1; level < line->level; level++)
        g_print ("%s", is_followed (lines, i, level) ? "│   " : "    ");
      if (line->level > 0)
        g_print ("%s", is_followed (lines, i, line->level) ? "├── " : "└── ");
      g_print ("%s\n", line->text);
    }
}

/* Adds the interfaces of a service. */
static void
add_interfaces (GPtrArray *lines,
                GVariant  *service)
{
  g_autoptr (GVariant) methods = g_variant_lookup_value (service, "methods", G_VARIANT_TYPE ("a(sss)"));
  const char *last = "";

  for (gsize i = 0; methods != NULL && i < g_variant_n_children (methods); i++)
    {
      const char *interface, *method, *type;

      g_variant_get_child (methods, i, "(&s&s&s)", &interface, &method, &type);
      if (!g_str_equal (interface, last))
        add_line (lines, 2, "%s", interface);
      last = interface;
      add_line (lines, 3, "%s%s%s", method, *type != '\0' ? " " : "", type);
    }
}

/* Adds the calls of a service. */
static void
add_calls (GPtrArray *lines,
           GVariant  *calls,
           guint      service)
{
  gboolean is_first = TRUE;

  for (gsize i = 0; i < g_variant_n_children (calls); i++)
    {
      g_autoptr (GVariant) call = g_variant_get_child_value (calls, i);
      g_autofree char *age = inspector_format_time (inspector_get_int64 (call, "age"));

      if (inspector_get_uint (call, "service") != service)
        continue;
      if (is_first)
        add_line (lines, 2, "calls");
      is_first = FALSE;
      add_line (lines, 3, "#%" G_GUINT64_FORMAT " %s (%s)  %s for %s", inspector_get_uint64 (call, "call"),
                inspector_get_string (call, "method"), inspector_get_string (call, "args"),
                inspector_get_string (call, "stage"), age);
    }
}

static void
add_service (GPtrArray *lines,
             GVariant  *service,
             GVariant  *calls)
{
  add_line (lines, 1, "service %u: %s%s, %s, %u of %u waiting, %u open", inspector_get_uint (service, "service"),
            inspector_get_string (service, "type"), inspector_get_boolean (service, "exported") ? " (object)" : "",
            inspector_get_string (service, "phase"), inspector_get_uint (service, "waiting"),
            inspector_get_uint (service, "capacity"), inspector_get_uint (service, "open"));
  add_interfaces (lines, service);
  add_calls (lines, calls, inspector_get_uint (service, "service"));
}

/* Adds a thread and its services, if @first is the first service of it. */
static void
add_thread (Monitor   *self,
            GPtrArray *lines,
            GVariant  *services,
            gsize      first,
            GVariant  *calls)
{
  g_autoptr (GVariant) of_first = g_variant_get_child_value (services, first);
  guint64 context = inspector_get_uint64 (of_first, "context");
  gboolean has_services = FALSE;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    {
      g_autoptr (GVariant) service = g_variant_get_child_value (services, i);

      if (inspector_get_uint64 (service, "context") != context)
        continue;
      if (i < first)
        return;
      if (!monitor_wants (self, service))
        continue;
      if (!has_services)
        add_line (lines, 0, "thread %s", inspector_get_string (of_first, "thread"));
      has_services = TRUE;
      add_service (lines, service, calls);
    }
}

gboolean
monitor_print_tree (Monitor  *self,
                    GError  **error)
{
  g_autoptr (GVariant) services = norpc_inspector_list_services (self->inspector, NULL, error);
  g_autoptr (GVariant) calls = services != NULL ? norpc_inspector_list_calls (self->inspector, NULL, error) : NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_line);

  if (calls == NULL)
    return FALSE;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    add_thread (self, lines, services, i, calls);
  print_lines (lines);
  if (lines->len == 0)
    g_print ("no services\n");

  return TRUE;
}
