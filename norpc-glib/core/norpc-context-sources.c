/* norpc-context-sources.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Idle and timeout sources in the thread-default main context, which g_idle_add () and
 * g_timeout_add () do not use.
 */

#include "norpc-context-sources.h"

/* Takes ownership of @source. Returns its ID in the context. */
static guint
add_source (GSource        *source,
            const char     *name,
            int             priority,
            GSourceFunc     function,
            gpointer        user_data,
            GDestroyNotify  notify)
{
  guint id;

  g_source_set_static_name (source, name);
  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, user_data, notify);
  id = g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);

  return id;
}

/**
 * norpc_context_idle_add: (skip)
 * @function: the function to call
 * @user_data: data for @function
 *
 * Calls a function in the thread-default main context when nothing more urgent is to be done there,
 * until it returns %G_SOURCE_REMOVE.
 *
 * In a handler, that is the service's context, with calls being more urgent: so a handler can do a
 * long work in slices. [func@GLib.idle_add] would call the function in the main thread.
 *
 * Returns: the ID of the source, for [func@Norpc.context_remove_source]
 * Since: 0.1
 */
guint
norpc_context_idle_add (GSourceFunc function,
                        gpointer    user_data)
{
  return norpc_context_idle_add_full (G_PRIORITY_DEFAULT_IDLE, function, user_data, NULL);
}

/**
 * norpc_context_idle_add_full: (rename-to norpc_context_idle_add)
 * @priority: the priority of the source; that of calls is %G_PRIORITY_DEFAULT
 * @function: (scope notified): the function to call
 * @user_data: data for @function
 * @notify: (nullable): called with @user_data when the source is removed
 *
 * Calls a function in the thread-default main context when nothing more urgent is to be done there,
 * until it returns %G_SOURCE_REMOVE.
 *
 * In a handler, that is the service's context. [func@GLib.idle_add] would call the function in the
 * main thread. With %G_PRIORITY_DEFAULT_IDLE, calls are more urgent: so a handler can do a long work
 * in slices.
 *
 * When the service's own thread ends, the source is removed. In a context that the service shares, the
 * source stays: a service removes it when it stops, see [iface@Norpc.Lifecycle].
 *
 * Returns: the ID of the source, for [func@Norpc.context_remove_source]
 * Since: 0.1
 */
guint
norpc_context_idle_add_full (int            priority,
                             GSourceFunc    function,
                             gpointer       user_data,
                             GDestroyNotify notify)
{
  g_return_val_if_fail (function != NULL, 0);

  return add_source (g_idle_source_new (), "[norpc-glib] idle",
                     priority, function, user_data, notify);
}

/**
 * norpc_context_timeout_add: (skip)
 * @milliseconds: the interval
 * @function: the function to call
 * @user_data: data for @function
 *
 * Calls a function in the thread-default main context at regular intervals, until it returns
 * %G_SOURCE_REMOVE.
 *
 * In a handler, that is the service's context. [func@GLib.timeout_add] would call the function in
 * the main thread.
 *
 * Returns: the ID of the source, for [func@Norpc.context_remove_source]
 * Since: 0.1
 */
guint
norpc_context_timeout_add (guint       milliseconds,
                           GSourceFunc function,
                           gpointer    user_data)
{
  return norpc_context_timeout_add_full (G_PRIORITY_DEFAULT, milliseconds, function, user_data, NULL);
}

/**
 * norpc_context_timeout_add_full: (rename-to norpc_context_timeout_add)
 * @priority: the priority of the source; that of calls is %G_PRIORITY_DEFAULT
 * @milliseconds: the interval
 * @function: (scope notified): the function to call
 * @user_data: data for @function
 * @notify: (nullable): called with @user_data when the source is removed
 *
 * Calls a function in the thread-default main context at regular intervals, until it returns
 * %G_SOURCE_REMOVE.
 *
 * In a handler, that is the service's context. [func@GLib.timeout_add] would call the function in
 * the main thread. See [func@Norpc.context_idle_add] for when a service must remove the source.
 *
 * Returns: the ID of the source, for [func@Norpc.context_remove_source]
 * Since: 0.1
 */
guint
norpc_context_timeout_add_full (int            priority,
                                guint          milliseconds,
                                GSourceFunc    function,
                                gpointer       user_data,
                                GDestroyNotify notify)
{
  g_return_val_if_fail (function != NULL, 0);

  return add_source (g_timeout_source_new (milliseconds), "[norpc-glib] timeout",
                     priority, function, user_data, notify);
}

/**
 * norpc_context_remove_source:
 * @id: the ID of a source in the thread-default main context
 *
 * Removes a source of the thread-default main context. [func@GLib.Source.remove] would remove
 * one of the main thread.
 *
 * Returns: %TRUE if there was such a source
 * Since: 0.1
 */
gboolean
norpc_context_remove_source (guint id)
{
  GSource *source;

  g_return_val_if_fail (id > 0, FALSE);

  source = g_main_context_find_source_by_id (g_main_context_get_thread_default (), id);
  if (source == NULL)
    return FALSE;

  g_source_destroy (source);

  return TRUE;
}
