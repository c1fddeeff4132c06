/* test-nats-numbers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GLib prepares itself when it reads the first number of a process. A thread that waits for that meanwhile finds an error
 * number that has nothing to do with its own number. Here, the preparation leaves such an error number. Each number is read
 * first in a process of its own.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmodule.h>
#include <norpc-glib-nats/norpc-glib-nats.h>

#include "norpc-nats-error-private.h"
#include "norpc-nats-message-private.h"

static int n_prepared;

/* GLib calls this function in place of that of the C library. */
G_MODULE_EXPORT locale_t
newlocale (int         mask,
           const char *locale,
           locale_t    base)
{
  locale_t (*original) (int, const char *, locale_t) = dlsym (RTLD_NEXT, "newlocale");
  locale_t made = original (mask, locale, base);

  n_prepared++;
  errno = EAGAIN;

  return made;
}

/* Returns a message (owned) with one header. */
static natsMsg *
new_message (const char *header,
             const char *value)
{
  natsMsg *message = norpc_nats_message_new_text ("numbers", "");

  g_assert_true (norpc_nats_message_set_header (message, header, value));

  return message;
}

static void
read_timeout (void)
{
  natsMsg *message = new_message (NORPC_NATS_HEADER_TIMEOUT, "1500");
  g_autoptr (GError) error = NULL;
  guint milliseconds;

  g_assert_true (norpc_nats_message_get_timeout (message, &milliseconds, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (milliseconds, ==, 1500);
  natsMsg_Destroy (message);
}

static void
read_error (void)
{
  g_autofree char *value = g_strdup_printf ("%s/-3", g_quark_to_string (NORPC_ERROR));
  natsMsg *message = new_message ("Norpc-Error", value);
  g_autoptr (GError) error = norpc_nats_error_from (message, NULL);

  g_assert_error (error, NORPC_ERROR, -3);
  natsMsg_Destroy (message);
}

/* Nothing listens at this port. */
static void
read_port (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_sync ("nats://127.0.0.1:1", NULL, &error);

  g_assert_null (connection);
  g_assert_null (strstr (error->message, "not a valid URL"));
}

/* libnats has no threads before the fork. */
static gboolean
succeeds_first (void (*read_number) (void))
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      nats_Open (-1);
      read_number ();
      _exit (n_prepared > 0 ? 0 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);

  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

/* GLib's own functions for tests read numbers. */
int
main (void)
{
  static const struct
  {
    const char *name;
    void      (*read_number) (void);
  } numbers[] = { { "timeout", read_timeout }, { "error", read_error }, { "port", read_port } };

  g_print ("1..%u\n", (guint) G_N_ELEMENTS (numbers));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_print ("%s %u /nats-numbers/%s\n", succeeds_first (numbers[i].read_number) ? "ok" : "not ok", i + 1, numbers[i].name);

  return 0;
}
