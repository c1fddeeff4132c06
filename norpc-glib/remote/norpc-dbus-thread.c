/* norpc-dbus-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-thread-private.h"

typedef struct
{
  void   (*func) (gpointer data);
  gpointer data;
} Invocation;

static gpointer
run (gpointer context)
{
  GMainLoop *loop = g_main_loop_new (context, FALSE);

  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);

  return NULL;
}

/* Thread-safe. Starts the thread on first use. */
static GMainContext *
get_context (void)
{
  static gsize initialized;
  static GMainContext *context; /* (owned), never freed */

  if (g_once_init_enter (&initialized))
    {
      context = g_main_context_new ();
      g_thread_unref (g_thread_new ("norpc D-Bus", run, context));
      g_once_init_leave (&initialized, 1);
    }

  return context;
}

static gboolean
invoke_cb (gpointer user_data)
{
  Invocation *invocation = user_data;

  invocation->func (invocation->data);

  return G_SOURCE_REMOVE;
}

/* Thread-safe. Calls @func in the thread, after what was to be called before, and never within this
 * function.
 */
void
norpc_dbus_thread_invoke (void   (*func) (gpointer data),
                          gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Invocation *invocation = g_new (Invocation, 1);

  *invocation = (Invocation) { func, data };
  g_source_set_static_name (source, "norpc D-Bus");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, invoke_cb, invocation, g_free);
  g_source_attach (source, get_context ());
}
