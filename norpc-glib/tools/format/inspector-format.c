/* inspector-format.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "inspector-format.h"

/* Returns the value (unowned) of a key, or "" if there is none, because the other process has another version. */
const char *
inspector_get_string (GVariant   *dict,
                      const char *key)
{
  const char *value = "";

  g_variant_lookup (dict, key, "&s", &value);

  return value;
}

guint
inspector_get_uint (GVariant   *dict,
                    const char *key)
{
  guint value = 0;

  g_variant_lookup (dict, key, "u", &value);

  return value;
}

guint64
inspector_get_uint64 (GVariant   *dict,
                      const char *key)
{
  guint64 value = 0;

  g_variant_lookup (dict, key, "t", &value);

  return value;
}

gint64
inspector_get_int64 (GVariant   *dict,
                     const char *key)
{
  gint64 value = 0;

  g_variant_lookup (dict, key, "x", &value);

  return value;
}

double
inspector_get_double (GVariant   *dict,
                      const char *key)
{
  double value = 0;

  g_variant_lookup (dict, key, "d", &value);

  return value;
}

gboolean
inspector_get_boolean (GVariant   *dict,
                       const char *key)
{
  gboolean value = FALSE;

  g_variant_lookup (dict, key, "b", &value);

  return value;
}

/* Returns a text (owned), such as "1.2 ms". */
char *
inspector_format_time (gint64 nanoseconds)
{
  if (nanoseconds < 0)
    {
      g_autofree char *positive = inspector_format_time (-nanoseconds);

      return g_strconcat ("-", positive, NULL);
    }
  if (nanoseconds < 1000)
    return g_strdup_printf ("%d ns", (int) nanoseconds);
  if (nanoseconds < 1000000)
    return g_strdup_printf ("%.1f µs", (double) nanoseconds / 1e3);
  if (nanoseconds < 1000000000)
    return g_strdup_printf ("%.1f ms", (double) nanoseconds / 1e6);

  return g_strdup_printf ("%.1f s", (double) nanoseconds / 1e9);
}

/* Returns the name of a service (owned): its interfaces, without what other interfaces of services begin with, or
 * its type.
 */
char *
inspector_format_service (GVariant *service)
{
  g_auto (GStrv) interfaces = NULL;

  if (!g_variant_lookup (service, "interfaces", "^as", &interfaces) || interfaces[0] == NULL)
    return g_strdup (inspector_get_string (service, "type"));

  for (guint i = 0; interfaces[i] != NULL; i++)
    {
      const char *dot = strrchr (interfaces[i], '.');
      char *name = g_strdup (dot != NULL ? dot + 1 : interfaces[i]);

      g_free (interfaces[i]);
      interfaces[i] = name;
    }

  return g_strjoinv (", ", interfaces);
}

/* Returns the dictionary (owned) of a service, or NULL. */
GVariant *
inspector_find_service (GVariant *services,
                        guint     number)
{
  for (gsize i = 0; i < g_variant_n_children (services); i++)
    {
      g_autoptr (GVariant) service = g_variant_get_child_value (services, i);

      if (inspector_get_uint (service, "service") == number)
        return g_steal_pointer (&service);
    }

  return NULL;
}
