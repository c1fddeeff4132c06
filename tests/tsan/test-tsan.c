/* test-tsan.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Correct programs, in which ThreadSanitizer must find no race. */

#include <gio/gio.h>

#define ROUNDS 2000

static GMutex mutex;
static GCond cond;
static int counter;
static int turn;

static gpointer
count_thread (gpointer data)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_mutex_lock (&mutex);
      counter++;
      g_mutex_unlock (&mutex);
    }
  return data;
}

static void
test_mutex (void)
{
  GThread *thread;

  counter = 0;
  thread = g_thread_new ("count", count_thread, NULL);
  count_thread (NULL);
  g_thread_join (thread);
  g_assert_cmpint (counter, ==, 2 * ROUNDS);
}

static void
take_turns (int mine)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_mutex_lock (&mutex);
      while (turn != mine)
        g_cond_wait (&cond, &mutex);
      counter++;
      turn = !mine;
      g_mutex_unlock (&mutex);
      g_cond_signal (&cond);
    }
}

static gpointer
turn_thread (gpointer data)
{
  take_turns (1);
  return data;
}

static void
test_cond (void)
{
  GThread *thread;

  counter = 0;
  thread = g_thread_new ("turn", turn_thread, NULL);
  take_turns (0);
  g_thread_join (thread);
  g_assert_cmpint (counter, ==, 2 * ROUNDS);
}

static gpointer
queue_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      int *message = g_async_queue_pop (queue);

      g_assert_cmpint (*message, ==, i);
      g_free (message);
    }
  return NULL;
}

static void
test_async_queue (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("queue", queue_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      int *message = g_new (int, 1);

      *message = i;
      g_async_queue_push (queue, message);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* An object of our own, with memory that its finaliser reads and frees. */

G_DECLARE_FINAL_TYPE (TestBox, test_box, TEST, BOX, GObject)

struct _TestBox
{
  GObject parent_instance;
  int *content;
};

G_DEFINE_TYPE (TestBox, test_box, G_TYPE_OBJECT)

static void
test_box_finalize (GObject *object)
{
  TestBox *self = (TestBox *) object;

  *self->content += 1;
  g_free (self->content);
  G_OBJECT_CLASS (test_box_parent_class)->finalize (object);
}

static void
test_box_class_init (TestBoxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_box_finalize;
}

static void
test_box_init (TestBox *self)
{
  self->content = g_new0 (int, 1);
}

static gpointer
box_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      TestBox *box = g_async_queue_pop (queue);

      g_assert_cmpint (box->content[0], >=, 0);
      g_object_unref (box);
    }
  return NULL;
}

static void
test_object (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("box", box_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      TestBox *box = g_object_new (test_box_get_type (), NULL);

      g_async_queue_push (queue, g_object_ref (box));
      g_assert_cmpint (box->content[0], >=, 0);
      g_object_unref (box);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* Two threads need a class at the same time. */

static gpointer
class_thread (gpointer data)
{
  GType (*get_type) (void) = data;

  for (int i = 0; i < 100; i++)
    g_object_unref (g_object_new (get_type (), NULL));
  return NULL;
}

typedef TestBox TestLateBox;
typedef TestBoxClass TestLateBoxClass;

static GType test_late_box_get_type (void);
G_DEFINE_TYPE (TestLateBox, test_late_box, G_TYPE_OBJECT)

static void
test_late_box_finalize (GObject *object)
{
  g_free (((TestLateBox *) object)->content);
  G_OBJECT_CLASS (test_late_box_parent_class)->finalize (object);
}

static void
test_late_box_class_init (TestLateBoxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_late_box_finalize;
}

static void
test_late_box_init (TestLateBox *self)
{
  self->content = g_new0 (int, 1);
}

static void
test_class (void)
{
  GThread *thread = g_thread_new ("class", class_thread, test_late_box_get_type);

  class_thread (test_late_box_get_type);
  g_thread_join (thread);
}

/* Memory that is counted by a gatomicrefcount. */

typedef struct
{
  gatomicrefcount ref_count;
  int content;
} Counted;

static void
counted_unref (Counted *counted)
{
  if (g_atomic_ref_count_dec (&counted->ref_count))
    {
      g_assert_cmpint (counted->content++, ==, 4);
      g_free (counted);
    }
}

static gpointer
counted_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      Counted *counted = g_async_queue_pop (queue);

      g_assert_cmpint (counted->content, ==, 4);
      counted_unref (counted);
    }
  return NULL;
}

static void
test_atomic_ref_count (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("counted", counted_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      Counted *counted = g_new0 (Counted, 1);

      g_atomic_ref_count_init (&counted->ref_count);
      g_atomic_ref_count_inc (&counted->ref_count);
      counted->content = 4;
      g_async_queue_push (queue, counted);
      g_assert_cmpint (counted->content, ==, 4);
      counted_unref (counted);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* The same as a box. */

static void
box_clear (gpointer data)
{
  int *content = data;

  g_assert_cmpint (*content, ==, 4);
  *content = 5;
}

/* Writes to memory of ours before it is freed, also where GLib frees it. */
static void
box_free (gpointer data)
{
  box_clear (data);
  g_free (data);
}

static gpointer
rc_box_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      int *box = g_async_queue_pop (queue);

      g_assert_cmpint (*box, ==, 4);
      g_atomic_rc_box_release_full (box, box_clear);
    }
  return NULL;
}

static void
test_atomic_rc_box (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("box", rc_box_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      int *box = g_atomic_rc_box_new0 (int);

      *box = 4;
      g_async_queue_push (queue, g_atomic_rc_box_acquire (box));
      g_assert_cmpint (*box, ==, 4);
      g_atomic_rc_box_release_full (box, box_clear);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

static gpointer
bytes_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      GBytes *bytes = g_async_queue_pop (queue);
      const char *content = g_bytes_get_data (bytes, NULL);

      g_assert_cmpint (content[3], ==, 'd');
      g_bytes_unref (bytes);
    }
  return NULL;
}

static void
test_bytes (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("bytes", bytes_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      GBytes *bytes = g_bytes_new_take (g_strdup ("abcd"), 4);
      const char *content = g_bytes_get_data (bytes, NULL);

      g_async_queue_push (queue, g_bytes_ref (bytes));
      g_assert_cmpint (content[3], ==, 'd');
      g_bytes_unref (bytes);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

static gpointer
ptr_array_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      GPtrArray *array = g_async_queue_pop (queue);
      const int *content = array->pdata[0];

      g_assert_cmpint (*content, ==, 4);
      g_ptr_array_unref (array);
    }
  return NULL;
}

static void
test_ptr_array (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("array", ptr_array_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      GPtrArray *array = g_ptr_array_new_with_free_func (box_free);
      int *content = g_new (int, 1);

      *content = 4;
      g_ptr_array_add (array, content);
      g_async_queue_push (queue, g_ptr_array_ref (array));
      g_assert_cmpint (*content, ==, 4);
      g_ptr_array_unref (array);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

static gpointer
hash_table_thread (gpointer data)
{
  GAsyncQueue *queue = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      GHashTable *table = g_async_queue_pop (queue);
      const int *content = g_hash_table_lookup (table, "content");

      g_assert_cmpint (*content, ==, 4);
      g_hash_table_unref (table);
    }
  return NULL;
}

static void
test_hash_table (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("table", hash_table_thread, queue);

  for (int i = 0; i < ROUNDS; i++)
    {
      GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, box_free);
      int *content = g_new (int, 1);

      *content = 4;
      g_hash_table_insert (table, (gpointer) "content", content);
      g_async_queue_push (queue, g_hash_table_ref (table));
      g_assert_cmpint (*content, ==, 4);
      g_hash_table_unref (table);
    }
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* A thread with a loop: sources, invoke, quit. */

typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  int seen;
} Loop;

static gpointer
loop_thread (gpointer data)
{
  Loop *loop = data;

  g_main_context_push_thread_default (loop->context);
  g_main_loop_run (loop->loop);
  g_main_context_pop_thread_default (loop->context);
  return NULL;
}

static gboolean
add_cb (gpointer data)
{
  int **message = data;

  *message[0] += *message[1];
  g_free (message[1]);
  g_free (message);
  return G_SOURCE_REMOVE;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
test_main_context (void)
{
  Loop loop = { g_main_context_new (), NULL, 0 };
  GThread *thread;

  loop.loop = g_main_loop_new (loop.context, FALSE);
  thread = g_thread_new ("loop", loop_thread, &loop);
  for (int i = 0; i < ROUNDS; i++)
    {
      int **message = g_new (int *, 2);

      message[0] = &loop.seen;
      message[1] = g_new (int, 1);
      *message[1] = 2;
      g_main_context_invoke_full (loop.context, G_PRIORITY_DEFAULT, add_cb, message, NULL);
    }
  g_main_context_invoke_full (loop.context, G_PRIORITY_LOW, quit_cb, loop.loop, NULL);
  g_thread_join (thread);
  g_assert_cmpint (loop.seen, ==, 2 * ROUNDS);
  g_main_loop_unref (loop.loop);
  g_main_context_unref (loop.context);
}

static void
task_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  int *number = task_data;

  *number += 1;
  g_task_return_pointer (task, g_memdup2 (number, sizeof *number), g_free);
}

static void
task_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree int *number = g_task_propagate_pointer (G_TASK (result), NULL);
  int *sum = user_data;

  *sum += *number;
}

static void
test_task (void)
{
  int sum = 0;

  for (int i = 0; i < 100; i++)
    {
      GTask *task = g_task_new (NULL, NULL, task_cb, &sum);

      g_task_set_task_data (task, g_new0 (int, 1), g_free);
      g_task_run_in_thread (task, task_thread);
      g_object_unref (task);
    }
  while (sum < 100)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (sum, ==, 100);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  int *seen = data;

  *seen += 1;
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancellable (void)
{
  for (int i = 0; i < 50; i++)
    {
      GCancellable *cancellable = g_cancellable_new ();
      int *seen = g_new0 (int, 1);
      gulong id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), seen, NULL);
      GThread *thread = g_thread_new ("cancel", cancel_thread, cancellable);

      g_cancellable_disconnect (cancellable, id);
      g_assert_cmpint (*seen, <=, 1);
      g_free (seen);
      g_thread_join (thread);
      g_object_unref (cancellable);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tsan/mutex", test_mutex);
  g_test_add_func ("/tsan/cond", test_cond);
  g_test_add_func ("/tsan/async-queue", test_async_queue);
  g_test_add_func ("/tsan/object", test_object);
  g_test_add_func ("/tsan/class", test_class);
  g_test_add_func ("/tsan/atomic-ref-count", test_atomic_ref_count);
  g_test_add_func ("/tsan/atomic-rc-box", test_atomic_rc_box);
  g_test_add_func ("/tsan/bytes", test_bytes);
  g_test_add_func ("/tsan/ptr-array", test_ptr_array);
  g_test_add_func ("/tsan/hash-table", test_hash_table);
  g_test_add_func ("/tsan/main-context", test_main_context);
  g_test_add_func ("/tsan/task", test_task);
  g_test_add_func ("/tsan/cancellable", test_cancellable);
  return g_test_run ();
}
