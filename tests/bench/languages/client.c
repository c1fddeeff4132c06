/* client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* client SECONDS: measures calls from C, of a service in C. */

#include <stdio.h>
#include <stdlib.h>

#include "echo-service.h"

typedef struct
{
  BenchEchoProxy *echo;     /* (owned) */
  GMainLoop      *loop;     /* (owned) */
  gint64          end;
  guint           n_calls;
} Bench;

static void
said_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Bench *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = bench_echo_proxy_call_say_finish (BENCH_ECHO_PROXY (object), result, &error);

  g_assert_no_error (error);
  self->n_calls++;
  if (g_get_monotonic_time () < self->end)
    bench_echo_proxy_call_say (self->echo, "text", NULL, said_cb, self);
  else
    g_main_loop_quit (self->loop);
}

static void
call_async (Bench *self)
{
  bench_echo_proxy_call_say (self->echo, "text", NULL, said_cb, self);
  g_main_loop_run (self->loop);
}

static void
call_sync (Bench *self)
{
  while (g_get_monotonic_time () < self->end)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = bench_echo_proxy_call_say_sync (self->echo, "text", NULL, &error);

      g_assert_no_error (error);
      self->n_calls++;
    }
}

static void
measure (Bench      *self,
         const char *row,
         void      (*func) (Bench *self),
         double      seconds)
{
  gint64 start = g_get_monotonic_time ();

  self->n_calls = 0;
  self->end = start + (gint64) (seconds * G_USEC_PER_SEC);
  func (self);
  printf ("c.%s %.2f µs\n", row, (g_get_monotonic_time () - start) / (double) self->n_calls);
}

int
main (int   argc,
      char *argv[])
{
  double seconds = argc > 1 ? atof (argv[1]) : 1;
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcServer) server = norpc_serve (bench_new_echo_in_c (), &error);
  Bench self = { NULL, NULL, 0, 0 };

  g_assert_no_error (error);
  self.echo = bench_echo_proxy_new (norpc_server_get_endpoint (server));
  self.loop = g_main_loop_new (NULL, FALSE);
  measure (&self, "async", call_async, seconds);
  measure (&self, "sync", call_sync, seconds);
  g_object_unref (self.echo);
  g_main_loop_unref (self.loop);

  return 0;
}
