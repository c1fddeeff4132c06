/* inspector-command-line.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "inspector-command-line.h"

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

/* Returns the paths (owned) of the sockets in a folder at which processes listen, or NULL if @error is set. */
GPtrArray *
inspector_list_processes (const char  *folder,
                          GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  GPtrArray *sockets;
  const char *name;

  if (dir == NULL)
    return NULL;

  sockets = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_alive (path))
        g_ptr_array_add (sockets, g_canonicalize_filename (path, NULL));
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
  g_autofree char *paths = NULL;

  if (!g_file_test (place, G_FILE_TEST_IS_DIR))
    return g_path_is_absolute (place) || strchr (place, ':') != NULL ? g_strdup (place)
                                                                      : g_canonicalize_filename (place, NULL);

  sockets = inspector_list_processes (place, error);
  if (sockets == NULL)
    return NULL;
  if (sockets->len == 1)
    return g_strdup (sockets->pdata[0]);

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

/* Returns the place (owned) of the process if the command line names none, or NULL. */
char *
inspector_get_default_place (void)
{
  const char *place = g_getenv ("NORPC_INSPECT");
  g_autofree char *folder = g_build_filename (g_get_user_runtime_dir (), "norpc", NULL);

  if (place != NULL && *place != '\0')
    return g_strdup (place);

  return g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder) : NULL;
}

/* Returns an inspector (owned) of the process at a place (nullable), or NULL if @error is set. */
NorpcInspector *
inspector_connect (const char  *place,
                   GError     **error)
{
  g_autofree char *found = place != NULL ? g_strdup (place) : inspector_get_default_place ();
  g_autofree char *address = NULL;

  if (found == NULL || *found == '\0')
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "no process is named: expected its socket, its folder or its D-Bus address, or NORPC_INSPECT "
                           "as the process has it");
      return NULL;
    }

  address = inspector_find_address (found, error);

  return address != NULL ? norpc_inspector_new_for_address (address, NULL, error) : NULL;
}

/* Prints the message of @error after the name of the program. Returns the exit status. */
int
inspector_print_error (const GError *error)
{
  g_printerr ("%s: %s\n", g_get_prgname (), error->message);

  return error->domain == G_OPTION_ERROR ? 2 : 1;
}

/* Parses the options of @context, and --version. Returns FALSE if that is all there is to do, with the exit status in
 * @status.
 */
gboolean
inspector_parse_command_line (GOptionContext   *context,
                              int              *argc,
                              char           ***argv,
                              int              *status)
{
  gboolean print_version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &print_version, "Print the version", NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      *status = inspector_print_error (error);
      return FALSE;
    }
  if (print_version)
    {
      g_print ("%s\n", NORPC_VERSION);
      *status = 0;
    }

  return !print_version;
}
