/* descriptors-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "descriptors-fixture.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

guint
descriptors_count (Descriptors *self)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  struct stat file, other;
  const char *name;
  guint n = 0;

  g_assert_cmpint (fstat (self->file, &file), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      /* By its path: other threads close descriptors meanwhile, which are not for this one to use. */
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);

      if (stat (path, &other) == 0 && other.st_dev == file.st_dev && other.st_ino == file.st_ino)
        n++;
    }
  g_assert_cmpuint (n, >=, 1);

  return n - 1;
}

void
descriptors_set_up (Descriptors *self,
                    DBusFixture *fixture)
{
  g_autofree char *path = NULL;

  *self = (Descriptors) { { g_object_ref (fixture->proxy), wire_wire_proxy_new (fixture->served_endpoint) } };
  self->options = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  self->file = g_file_open_tmp (NULL, &path, NULL);
  g_assert_cmpint (self->file, >=, 0);
  g_unlink (path);
}

void
descriptors_wait_closed (Descriptors *self)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while ((self->n_pending > 0 || descriptors_count (self) > 0) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_cmpuint (self->n_pending, ==, 0);
  g_assert_cmpuint (descriptors_count (self), ==, 0);
}

void
descriptors_tear_down (Descriptors *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->proxies); i++)
    g_object_unref (self->proxies[i]);
  g_variant_unref (self->options);
  close (self->file);
}
