/* race.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong programs, one for each argument: ThreadSanitizer must find the race in
 * each, although tsan-glib.c is preloaded. */

#include <gio/gio.h>

typedef struct
{
  int number;
  GMutex mutex;
  GMutex other_mutex;
  GAsyncQueue *queue;
  GMainContext *context;
} Shared;

static Shared shared;

/* More than once: ThreadSanitizer can miss two accesses of the same instant. */
static void
touch (volatile int *number)
{
  for (int i = 0; i < 100; i++)
    *number += 1;
}

static gpointer
bare_thread (gpointer data)
{
  touch (&shared.number);
  return data;
}

static void
race_no_lock (void)
{
  GThread *thread = g_thread_new ("race", bare_thread, NULL);

  touch (&shared.number);
  g_thread_join (thread);
}

static gpointer
other_mutex_thread (gpointer data)
{
  g_mutex_lock (&shared.other_mutex);
  touch (&shared.number);
  g_mutex_unlock (&shared.other_mutex);
  return data;
}

static void
race_two_locks (void)
{
  GThread *thread = g_thread_new ("race", other_mutex_thread, NULL);

  g_mutex_lock (&shared.mutex);
  touch (&shared.number);
  g_mutex_unlock (&shared.mutex);
  g_thread_join (thread);
}

static gpointer
pop_thread (gpointer data)
{
  int *message = g_async_queue_pop (shared.queue);

  touch (message);
  return data;
}

static void
race_write_after_push (void)
{
  GThread *thread;
  int message = 0;

  shared.queue = g_async_queue_new ();
  thread = g_thread_new ("race", pop_thread, NULL);
  g_async_queue_push (shared.queue, &message);
  touch (&message);
  g_thread_join (thread);
}

static gboolean
number_cb (gpointer data)
{
  touch (&shared.number);
  return G_SOURCE_REMOVE;
}

static gpointer
iterate_thread (gpointer data)
{
  while (!g_main_context_iteration (shared.context, TRUE))
    ;
  return data;
}

static void
race_write_after_attach (void)
{
  GSource *source = g_idle_source_new ();
  GThread *thread;

  shared.context = g_main_context_new ();
  thread = g_thread_new ("race", iterate_thread, NULL);
  g_source_set_callback (source, number_cb, NULL, NULL);
  g_source_attach (source, shared.context);
  touch (&shared.number);
  g_thread_join (thread);
  g_source_unref (source);
}

static gpointer
unref_thread (gpointer data)
{
  int *content = g_object_get_data (data, "content");

  g_object_unref (data);
  touch (content); /* dropping a reference that is not the last gives no right to it */
  return NULL;
}

static void
race_use_after_unref (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  int *content = g_new0 (int, 1);
  GThread *thread;

  g_object_set_data (object, "content", content);
  g_object_ref (object);
  thread = g_thread_new ("race", unref_thread, g_object_ref (object));
  touch (content);
  g_object_unref (object);
  g_thread_join (thread);
  g_object_unref (object);
  g_free (content);
}

static gpointer
free_thread (gpointer data)
{
  g_usleep (2000); /* after the other has touched it, which nothing ensures */
  g_free (data);
  return NULL;
}

static void
race_free (void)
{
  int *memory = g_new0 (int, 16);
  GThread *thread = g_thread_new ("race", free_thread, memory);

  touch (&memory[3]);
  g_thread_join (thread);
}

static const struct
{
  const char *name;
  void (*func) (void);
} races[] = {
  { "no-lock", race_no_lock },
  { "two-locks", race_two_locks },
  { "write-after-push", race_write_after_push },
  { "write-after-attach", race_write_after_attach },
  { "use-after-unref", race_use_after_unref },
  { "free", race_free },
};

int
main (int   argc,
      char *argv[])
{
  for (guint i = 0; i < G_N_ELEMENTS (races); i++)
    if (argc < 2)
      g_print ("%s\n", races[i].name);
    else if (g_str_equal (argv[1], races[i].name))
      races[i].func ();
  return 0;
}
