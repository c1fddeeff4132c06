/* greeter-gtask.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* examples/greeter/greeter.c, with GTask in place of norpc-glib. */

#include <gio/gio.h>

/* Its functions run in threads of a pool, several at once, so its data needs a lock. */

G_DECLARE_FINAL_TYPE (Greeter, greeter, EXAMPLE, GREETER, GObject)

struct _Greeter
{
  GObject parent_instance;

  GMutex lock;
  guint  n_greeted; /* (lock) */
};

G_DEFINE_TYPE (Greeter, greeter, G_TYPE_OBJECT)

static void
greeter_finalize (GObject *object)
{
  g_mutex_clear (&EXAMPLE_GREETER (object)->lock);
  G_OBJECT_CLASS (greeter_parent_class)->finalize (object);
}

static void
greeter_class_init (GreeterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = greeter_finalize;
}

static void
greeter_init (Greeter *self)
{
  g_mutex_init (&self->lock);
}

static char *
greeter_greet (Greeter     *self,
               const char  *name,
               GError     **error)
{
  guint number;

  if (*name == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "There is nobody to greet");
      return NULL;
    }

  g_mutex_lock (&self->lock);
  number = ++self->n_greeted;
  g_mutex_unlock (&self->lock);

  return g_strdup_printf ("Hello, %s! You are guest %u.", name, number);
}

/* Runs in a thread of the pool. */
static void
greet_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  GError *error = NULL;
  char *greeting = greeter_greet (source_object, task_data, &error);

  if (greeting != NULL)
    g_task_return_pointer (task, greeting, g_free);
  else
    g_task_return_error (task, error);
}

static void
greeter_greet_async (Greeter             *self,
                     const char          *name,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, greeter_greet_async);
  g_task_set_task_data (task, g_strdup (name), g_free);
  g_task_run_in_thread (task, greet_thread);
}

static char *
greeter_greet_finish (Greeter       *self,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The client: this is called in the main thread. */

static void
greet_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GMainLoop *loop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = greeter_greet_finish (EXAMPLE_GREETER (source_object), result, &error);

  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (Greeter) greeter = g_object_new (greeter_get_type (), NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = NULL;

  greeter_greet_async (greeter, "Ada", NULL, greet_cb, loop);
  g_main_loop_run (loop);

  greeting = greeter_greet (greeter, "", &error);
  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  return 0;
}
