/* test-interleavings-lists.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists that a client keeps while the thread of their service ends. GLib accesses the main context when
 * the last reference to one of its sources is released; if another thread frees the context at the same
 * time, that is memory which is in use for something else. So the client must not release such a
 * reference. The linker puts the function named __wrap_… in the place of GLib's.
 */

#include "library-fixture.h"

void __real_g_source_unref (GSource *source);

/* Visible, because GObject calls g_source_unref (), too. */
__attribute__ ((visibility ("default"))) void __wrap_g_source_unref (GSource *source);

static GThread *client; /* (unowned), set before there are other threads */
static guint n_released; /* by the client */

void
__wrap_g_source_unref (GSource *source)
{
  if (g_thread_self () == client && g_strcmp0 (g_source_get_name (source), "norpc lists") == 0)
    n_released++;
  __real_g_source_unref (source);
}

/* Releases all that the client has of the service's lists. */
static void
release (LibraryFixture *fixture,
         GListModel     *model)
{
  g_object_unref (model);
  g_clear_object (&fixture->proxy);
  iterate ();
  g_assert_cmpuint (n_released, ==, 0);
}

static void
test_stopped (LibraryFixture *fixture,
              gconstpointer   unused)
{
  GListModel *songs;
  g_autoptr (GError) error = NULL;

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  songs = get_songs (fixture);
  titles_assert (songs, "1 2");
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  release (fixture, songs);
}

/* A change is on its way when the service stops. */
static void
test_stopped_after_change (LibraryFixture *fixture,
                           gconstpointer   unused)
{
  GListModel *songs = get_songs (fixture);
  g_autoptr (GError) error = NULL;

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  release (fixture, songs);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  client = g_thread_self ();

  LIBRARY_TEST ("/interleavings-lists/stopped", test_stopped);
  LIBRARY_TEST ("/interleavings-lists/stopped-after-change", test_stopped_after_change);

  return g_test_run ();
}
