/* nats-process.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "nats-process.h"

struct _NatsProcess
{
  char        *program;    /* (owned) */
  GSocket     *reserved;   /* (owned): has the port, and does not listen */
  guint        port;
  char        *url;        /* (owned) */
  GPtrArray   *arguments;  /* (owned): of owned strings; ends with NULL */
  GSubprocess *subprocess; /* (owned) (nullable) */
};

/* Returns the path (owned) of the program, or NULL. */
static char *
find_program (void)
{
  char *path = g_find_program_in_path ("nats-server");

  if (path == NULL && g_file_test ("/usr/sbin/nats-server", G_FILE_TEST_IS_EXECUTABLE))
    path = g_strdup ("/usr/sbin/nats-server");

  return path;
}

gboolean
nats_process_is_installed (void)
{
  g_autofree char *path = find_program ();

  return path != NULL;
}

/* Runs in the new process. */
static void
die_with_parent (gpointer unused)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* Starts a process that does not survive a test that fails. */
GSubprocess *
spawn (GSubprocessFlags    flags,
       const char * const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *subprocess;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  subprocess = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);

  return subprocess;
}

/* While this socket is open, no other program is given its port, not even while the server does not run. The server can
 * listen on it nevertheless, because both set SO_REUSEADDR. */
static GSocket *
reserve_port (guint *port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *reserved = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (reserved, any_port, TRUE, &error);
  g_assert_no_error (error);
  address = g_socket_get_local_address (reserved, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  return reserved;
}

static gboolean
try_port (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
    g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) port, NULL, NULL);

  return connection != NULL;
}

/* Starts the server, again on the same port, and waits until it listens. */
void
nats_process_start (NatsProcess *self)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  self->subprocess = spawn (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                            (const char * const *) self->arguments->pdata);
  while (!try_port (self->port))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (10000);
    }
}

/* The options are those of the program. */
NatsProcess *
nats_process_new_full (const char *option,
                       ...)
{
  NatsProcess *self = g_new0 (NatsProcess, 1);
  va_list options;

  self->program = find_program ();
  self->reserved = reserve_port (&self->port);
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", self->port);
  self->arguments = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->arguments, g_strdup (self->program));
  g_ptr_array_add (self->arguments, g_strdup ("--addr=127.0.0.1"));
  g_ptr_array_add (self->arguments, g_strdup_printf ("--port=%u", self->port));
  va_start (options, option);
  for (; option != NULL; option = va_arg (options, const char *))
    g_ptr_array_add (self->arguments, g_strdup (option));
  va_end (options);
  g_ptr_array_add (self->arguments, NULL);
  nats_process_start (self);

  return self;
}

NatsProcess *
nats_process_new (void)
{
  return nats_process_new_full (NULL, NULL);
}

/* Returns once it is gone. */
void
nats_process_kill (NatsProcess *self)
{
  if (self->subprocess == NULL)
    return;

  g_subprocess_force_exit (self->subprocess);
  g_assert_true (g_subprocess_wait (self->subprocess, NULL, NULL));
  g_clear_object (&self->subprocess);
}

/* Messages to the server wait until it is resumed. */
void
nats_process_pause (NatsProcess *self)
{
  g_subprocess_send_signal (self->subprocess, SIGSTOP);
}

void
nats_process_resume (NatsProcess *self)
{
  g_subprocess_send_signal (self->subprocess, SIGCONT);
}

void
nats_process_free (NatsProcess *self)
{
  nats_process_kill (self);
  g_ptr_array_unref (self->arguments);
  g_object_unref (self->reserved);
  g_free (self->url);
  g_free (self->program);
  g_free (self);
}

const char *
nats_process_get_url (NatsProcess *self)
{
  return self->url;
}

guint
nats_process_get_port (NatsProcess *self)
{
  return self->port;
}
