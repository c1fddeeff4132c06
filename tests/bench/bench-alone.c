/* bench-alone.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Floors within one thread: a GTask alone, which is returned in its own context from a source of
 * that context and calls its callback; a GSignal alone, which objects emit for one handler each; and
 * copying a mebibyte.
 */

#include <string.h>

#include "bench-source.h"
#include "bench.h"

#define N_BYTES (1024 * 1024)

typedef struct
{
  GSource    source;
  GPtrArray *tasks;    /* (owned): of owned GTask, to be returned */
  GPtrArray *returned; /* (owned): those that are being returned */
} TaskSource;

static gboolean
task_source_prepare (GSource *source,
                     int     *timeout)
{
  *timeout = -1;

  return ((TaskSource *) source)->tasks->len > 0;
}

static gboolean
task_source_check (GSource *source)
{
  return ((TaskSource *) source)->tasks->len > 0;
}

/* A task that a callback makes waits for the next dispatch: GTask would defer its callback. */
static gboolean
task_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  TaskSource *self = (TaskSource *) source;
  GPtrArray *tasks = self->tasks;

  self->tasks = self->returned;
  self->returned = tasks;
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
  g_ptr_array_set_size (tasks, 0);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs task_source_funcs = {
  task_source_prepare,
  task_source_check,
  task_source_dispatch,
  NULL,
  NULL,
  NULL
};

static gpointer
task_start (const BenchSetup *setup,
            const char       *work)
{
  GSource *source = g_source_new (&task_source_funcs, sizeof (TaskSource));
  TaskSource *self = (TaskSource *) source;

  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->returned = g_ptr_array_new_with_free_func (g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());

  return self;
}

static void
task_stop (gpointer service)
{
  TaskSource *self = service;

  g_source_destroy (&self->source);
  g_ptr_array_unref (self->tasks);
  g_ptr_array_unref (self->returned);
  g_source_unref (&self->source);
}

static void
task_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data, g_task_propagate_boolean (G_TASK (result), NULL));
}

static void
task_async (gpointer     client,
            BenchWindow *window)
{
  TaskSource *self = client;

  g_ptr_array_add (self->tasks, g_task_new (NULL, NULL, task_cb, window));
}

typedef struct
{
  GPtrArray *objects; /* (owned): of owned EventsSource */
  guint      n_received;
} Emitters;

static void
ticked_cb (EventsSource *source,
           guint         number,
           Emitters     *self)
{
  self->n_received++;
}

static gpointer
signal_start (const BenchSetup *setup,
              const char       *work)
{
  Emitters *self = g_new0 (Emitters, 1);

  self->objects = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < setup->n_proxies; i++)
    {
      GObject *object = bench_source_new ();

      g_signal_connect (object, "ticked", G_CALLBACK (ticked_cb), self);
      g_ptr_array_add (self->objects, object);
    }

  return self;
}

static void
signal_stop (gpointer service)
{
  Emitters *self = service;

  g_ptr_array_unref (self->objects);
  g_free (self);
}

/* The fastest way to emit: g_signal_emit () collects the arguments anew each time. */
static void
signal_loop (gpointer         service,
             const BenchLoad *load,
             guint            n_calls)
{
  Emitters *self = service;
  guint id = g_signal_lookup ("ticked", EVENTS_TYPE_SOURCE);
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };

  self->n_received = 0;
  g_value_init (&values[1], G_TYPE_UINT);
  for (guint i = 0; i < n_calls; i++)
    {
      g_value_set_uint (&values[1], i);
      for (guint j = 0; j < self->objects->len; j++)
        {
          g_value_init_from_instance (&values[0], self->objects->pdata[j]);
          g_signal_emitv (values, id, 0, NULL);
          g_value_unset (&values[0]);
        }
    }
  if (self->n_received != n_calls * self->objects->len)
    g_error ("%u emissions were received", self->n_received);
}

typedef struct
{
  char *from; /* (owned) */
  char *to;   /* (owned) */
} Copy;

static gpointer
copy_start (const BenchSetup *setup,
            const char       *work)
{
  Copy *self = g_new0 (Copy, 1);

  self->from = g_malloc (N_BYTES);
  self->to = g_malloc0 (N_BYTES);
  memset (self->from, 'x', N_BYTES);

  return self;
}

static void
copy_stop (gpointer service)
{
  Copy *self = service;

  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

static gboolean
copy_sync (gpointer client)
{
  Copy *self = client;

  self->from[0]++;
  memcpy (self->to, self->from, N_BYTES);

  return self->to[0] == self->from[0];
}

const BenchContender bench_floor_task = {
  .name = "floor.task",
  .start = task_start,
  .stop = task_stop,
  .async = task_async,
};

const BenchContender bench_floor_signal = {
  .name = "floor.signal",
  .start = signal_start,
  .stop = signal_stop,
  .loop = signal_loop,
};

const BenchContender bench_floor_memcpy = {
  .name = "floor.memcpy1mib",
  .start = copy_start,
  .stop = copy_stop,
  .sync = copy_sync,
};
