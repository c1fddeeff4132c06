/* test-marks.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

/* Marks for Sysprof: a child runs as Sysprof would run it. Each of its threads
 * asks for a ring buffer to write to, and what is in those in the end is read.
 */

#include <gio/gunixconnection.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sysprof-capture.h>
#include <unistd.h>

#include "fixture.h"

#define CONTROL_FD 3
#define REQUEST "CreatRing"
#define BODY_SIZE (128 * 1024)

/* The header of a ring, in a page of its own. */
typedef struct
{
  guint32 head; /* what was read: nothing, here */
  guint32 tail; /* what was written */
  guint32 offset;
  guint32 size;
} RingHeader;

static const char *program; /* (unowned): this one */

/* The child. */
static void
make_calls (void)
{
  Fixture fixture = { 0 };

  fixture_set_up (&fixture, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_drop_sync (fixture.proxy, NULL, NULL));
  fixture_tear_down (&fixture, NULL);
}

/* Returns an owned subprocess that has @control. */
static GSubprocess *
start_child (int control)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *number = g_strdup_printf ("%d", CONTROL_FD);
  g_autoptr (GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_take_fd (launcher, control, CONTROL_FD);
  g_subprocess_launcher_setenv (launcher, "SYSPROF_CONTROL_FD", number, TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "--child", NULL);
  g_assert_no_error (error);

  return child;
}

/* Returns the ring, which stays mapped. */
static const RingHeader *
make_ring (GUnixConnection *connection)
{
  gsize page_size = (gsize) sysconf (_SC_PAGESIZE);
  int fd = memfd_create ("ring", MFD_CLOEXEC);
  g_autoptr (GError) error = NULL;
  RingHeader *ring;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t) (page_size + BODY_SIZE)), ==, 0);
  ring = mmap (NULL, page_size + BODY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (ring != MAP_FAILED);
  *ring = (RingHeader) { .offset = (guint32) page_size, .size = BODY_SIZE };

  g_unix_connection_send_fd (connection, fd, NULL, &error);
  g_assert_no_error (error);
  close (fd);

  return ring;
}

/* Returns the rings that the child has written to, when it has ended. */
static GPtrArray *
run_child (void)
{
  GPtrArray *rings = g_ptr_array_new ();
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  char request[sizeof REQUEST];
  gsize n_read;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  child = start_child (ends[1]);
  socket = g_socket_new_from_fd (ends[0], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);

  while (g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                  request, sizeof request, &n_read, NULL, &error) &&
         n_read > 0)
    {
      g_assert_cmpmem (request, n_read, REQUEST, sizeof REQUEST);
      g_ptr_array_add (rings, (gpointer) make_ring (G_UNIX_CONNECTION (connection)));
    }
  g_assert_no_error (error);
  g_subprocess_wait_check (child, NULL, &error);
  g_assert_no_error (error);

  return rings;
}

/* How many marks there are of what, and the last of them. */
static guint
count_marks (GPtrArray  *rings,
             const char *name,
             const char *message,
             gint64     *begin,
             gint64     *end)
{
  guint n = 0;

  for (guint i = 0; i < rings->len; i++)
    {
      const RingHeader *ring = rings->pdata[i];
      const SysprofCaptureFrame *frame;

      for (guint32 position = 0; position < ring->tail; position += frame->len)
        {
          const char *body = (const char *) ring + ring->offset;
          const SysprofCaptureMark *mark = (gconstpointer) (body + position);

          frame = &mark->frame;
          if (frame->type == SYSPROF_CAPTURE_FRAME_MARK && g_str_equal (mark->group, "norpc") &&
              g_str_equal (mark->name, name) && g_str_equal (mark->message, message))
            {
              *begin = frame->time;
              *end = frame->time + mark->duration;
              n++;
            }
        }
    }

  return n;
}

static void
test_marks (void)
{
  const char *noop = "org.example.Probe.Noop", *drop = "org.example.Probe.Drop";
  gint64 before = g_get_monotonic_time () * 1000, after, begin, middle, begin_handling, end;
  g_autoptr (GPtrArray) rings = run_child ();

  after = (g_get_monotonic_time () + 1) * 1000;

  g_assert_cmpuint (rings->len, >=, 2);
  g_assert_cmpuint (count_marks (rings, "waiting", noop, &begin, &middle), ==, 1);
  g_assert_cmpuint (count_marks (rings, "handling", noop, &begin_handling, &end), ==, 1);
  g_assert_cmpint (before, <, begin);
  g_assert_cmpint (begin, <=, middle);
  g_assert_cmpint (middle, ==, begin_handling);
  g_assert_cmpint (begin_handling, <, end);
  g_assert_cmpint (end, <, after);

  g_assert_cmpuint (count_marks (rings, "waiting", drop, &begin, &middle), ==, 1);
  g_assert_cmpuint (count_marks (rings, "handling", drop, &begin_handling, &end), ==, 1);
  g_assert_cmpint (begin_handling, ==, middle);

  for (guint i = 0; i < rings->len; i++)
    munmap (rings->pdata[i], (gsize) sysconf (_SC_PAGESIZE) + BODY_SIZE);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 2 && g_str_equal (argv[1], "--child"))
    {
      make_calls ();
      return 0;
    }

  program = argv[0];
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/marks", test_marks);

  return g_test_run ();
}
