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

/* Returns TRUE if a process listens at the socket, which may have been left behind. */
static gboolean
is_alive (const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection =
    g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Returns the paths (owned) of the sockets in a folder at which processes listen. */
static GPtrArray *
list_sockets (GDir       *dir,
              const char *folder)
{
  GPtrArray *sockets = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_alive (path))
        g_ptr_array_add (sockets, g_steal_pointer (&path));
    }
  g_ptr_array_sort (sockets, compare_paths);

  return sockets;
}

/* Returns the address (owned) of the process at a place: an address or a socket, or a folder with one. Returns NULL
 * if @error is set.
 */
char *
inspector_find_address (const char  *place,
                        GError     **error)
{
  g_autoptr (GPtrArray) sockets = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autofree char *paths = NULL;

  if (!g_file_test (place, G_FILE_TEST_IS_DIR))
    return g_path_is_absolute (place) || strchr (place, ':') != NULL ? g_strdup (place)
                                                                      : g_canonicalize_filename (place, NULL);

  dir = g_dir_open (place, 0, error);
  if (dir == NULL)
    return NULL;

  sockets = list_sockets (dir, place);
  if (sockets->len == 1)
    return g_canonicalize_filename (sockets->pdata[0], NULL);

  g_ptr_array_add (sockets, NULL);
  paths = g_strjoinv ("\n  ", (char **) sockets->pdata);
  if (sockets->len == 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no process can be inspected in '%s'; start one with "
                 "NORPC_INSPECT set to this folder", place);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "several processes can be inspected in '%s'; "
                 "choose one of\n  %s", place, paths);

  return NULL;
}
