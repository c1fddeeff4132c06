/* norpc-foreign-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that are written in another language.
 *
 * Python's run in any thread: PyGObject takes the interpreter's lock. GJS
 * blocks whatever comes from another thread than its own: each call would
 * fail after a critical warning, so such a server has to be refused.
 */

#include "norpc-foreign-service-private.h"

static gboolean
is_javascript (GType type)
{
  /* GJS marks the classes that it registers so. */
  GQuark mark = g_quark_try_string ("gjs::custom-type");

  for (; mark != 0 && type != G_TYPE_INVALID; type = g_type_parent (type))
    if (g_type_get_qdata (type, mark) != NULL)
      return TRUE;

  return FALSE;
}

/* The calling thread, which is the interpreter's. @thread is the one thread
 * that runs @context, if there is such a one.
 */
gboolean
norpc_foreign_service_can_run (GObject      *service,
                               GMainContext *context,
                               GThread      *thread)
{
  if (!is_javascript (G_OBJECT_TYPE (service)))
    return TRUE;

  if (thread != NULL)
    return thread == g_thread_self ();

  if (!g_main_context_acquire (context))
    return FALSE;
  g_main_context_release (context);

  return TRUE;
}
