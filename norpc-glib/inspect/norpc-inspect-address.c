/* norpc-inspect-address.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for program_invocation_short_name */
#endif

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "norpc-inspect-address-private.h"

/* Returns the D-Bus address (owned) for an address, which may be the path of a socket. */
char *
norpc_inspect_address_to_dbus (const char *address)
{
  g_autofree char *escaped = NULL;

  if (!g_path_is_absolute (address))
    return g_strdup (address);

  escaped = g_dbus_address_escape_value (address);

  return g_strconcat ("unix:path=", escaped, NULL);
}

/* Returns a name (owned) for the socket of this process. A program need not have set its name. */
static char *
make_socket_name (void)
{
  const char *program = g_get_prgname ();
  g_autofree char *base = NULL;

#ifdef __GLIBC__
  if (program == NULL)
    program = program_invocation_short_name;
#endif
  base = g_path_get_basename (program != NULL ? program : "app");

  return g_strdup_printf ("%s-%d", base, (int) getpid ());
}

/* The system would cut a longer path, and GLib does not say so. */
static gboolean
check_path_length (const char  *path,
                   GError     **error)
{
  gsize max = sizeof (((struct sockaddr_un *) NULL)->sun_path) - 1;

  if (strlen (path) <= max)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
               "the path of the socket, '%s', is longer than the %" G_GSIZE_FORMAT " bytes that the system allows", path, max);

  return FALSE;
}

/* Returns the D-Bus address (owned) of this process for the value of the environment variable: a folder, or a D-Bus
 * address. Creates the folder. Returns NULL if @error is set.
 */
char *
norpc_inspect_address_for_process (const char  *value,
                                   GError     **error)
{
  g_autofree char *name = make_socket_name ();
  g_autofree char *path = NULL;

  if (!g_path_is_absolute (value))
    {
      if (!g_str_has_prefix (value, "unix:"))
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     "expected the path of a folder, or an address such as 'unix:path=/run/user/1000/app', got '%s'",
                     value);
      return g_str_has_prefix (value, "unix:") ? g_strdup (value) : NULL;
    }

  path = g_build_filename (value, name, NULL);
  if (!check_path_length (path, error))
    return NULL;

  if (g_mkdir_with_parents (value, 0700) != 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code), "failed to create the folder '%s': %s", value,
                   g_strerror (code));
      return NULL;
    }

  return norpc_inspect_address_to_dbus (path);
}

/* Returns TRUE if a process listens at @path. */
static gboolean
is_in_use (const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection =
    g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

/* Returns the path (owned) of the socket at an address, or NULL if it has none. */
static char *
get_path (const char *dbus_address)
{
  const char *escaped = dbus_address + strlen ("unix:path=");

  if (!g_str_has_prefix (dbus_address, "unix:path="))
    return NULL;

  return g_uri_unescape_segment (escaped, escaped + strcspn (escaped, ",;"), NULL);
}

/* Removes the socket of a process that has ended, if there is one. Returns FALSE if another process listens there, and
 * sets @error.
 */
gboolean
norpc_inspect_address_clear (const char  *dbus_address,
                             GError     **error)
{
  g_autofree char *path = get_path (dbus_address);
  GStatBuf status;

  if (path == NULL || g_lstat (path, &status) != 0 || !S_ISSOCK (status.st_mode) || status.st_uid != getuid ())
    return TRUE;
  if (is_in_use (path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "another process can be inspected at '%s'", path);
      return FALSE;
    }

  g_unlink (path);

  return TRUE;
}

/* The socket of this process, written before its handler of exit () is there. */
static struct
{
  char  *path; /* (owned): as long as the process */
  pid_t  process;
  dev_t  device;
  ino_t  inode;
} own_socket;

/* Runs in the thread that calls exit (), while other threads run on. The path may be that of another socket by now, and
 * the process a child that was forked from the one with the socket.
 */
static void
remove_own_socket (void)
{
  struct stat status;

  if (getpid () == own_socket.process && lstat (own_socket.path, &status) == 0 &&
      status.st_dev == own_socket.device && status.st_ino == own_socket.inode)
    unlink (own_socket.path);
}

/* Called once, when this process listens at an address. A process that is killed leaves the socket behind. */
void
norpc_inspect_address_remove_at_exit (const char *dbus_address)
{
  struct stat status;

  own_socket.path = get_path (dbus_address);
  if (own_socket.path == NULL || lstat (own_socket.path, &status) != 0)
    return;

  own_socket.process = getpid ();
  own_socket.device = status.st_dev;
  own_socket.inode = status.st_ino;
  atexit (remove_own_socket);
}
