/* norpc-foreign-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that are written in another language.
 *
 * A service in Python runs in any thread, because PyGObject takes the interpreter's lock. GJS
 * blocks calls from any thread but its own: each call would fail after a critical warning, so
 * a server that would run a GJS service in another thread is rejected. Before 1.77.1, GJS also
 * never released arguments that are transferred to a virtual function.
 */

#define _GNU_SOURCE

#include "norpc-foreign-service-private.h"

#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <dlfcn.h>
#endif

/* The SpiderMonkey version of the first GJS that releases transferred arguments. */
#define FIRST_OWNING_JS_VERSION 115

static gboolean
is_javascript (GType type)
{
  /* GJS sets this qdata on each class that it registers. */
  GQuark mark = g_quark_try_string ("gjs::custom-type");

  for (; mark != 0 && type != G_TYPE_INVALID; type = g_type_parent (type))
    if (g_type_get_qdata (type, mark) != NULL)
      return TRUE;

  return FALSE;
}

static G_DEFINE_QUARK (norpc-javascript-function, javascript_function)

/* Returns TRUE if @func is written in JavaScript: GJS makes its code at run time, so that it is in no
 * library.
 */
static gboolean
is_javascript_function (GCallback func)
{
#ifdef __linux__
  Dl_info info;

  return func != NULL && dlsym (RTLD_DEFAULT, "gjs_get_js_version") != NULL && dladdr ((gpointer) func, &info) == 0;
#else
  return FALSE;
#endif
}

/* Called in the interpreter's thread, when a service gets a function, which may be NULL. */
void
norpc_foreign_service_note_function (GObject   *service,
                                     GCallback  func)
{
  if (is_javascript_function (func))
    g_object_set_qdata (service, javascript_function_quark (), service);
}

/* Called in the interpreter's thread. @thread is the thread that runs @context, or NULL if any
 * thread may run it.
 */
gboolean
norpc_foreign_service_can_run (GObject      *service,
                               GMainContext *context,
                               GThread      *thread)
{
  if (!is_javascript (G_OBJECT_TYPE (service)) && g_object_get_qdata (service, javascript_function_quark ()) == NULL)
    return TRUE;

  if (thread != NULL)
    return thread == g_thread_self ();

  if (!g_main_context_acquire (context))
    return FALSE;
  g_main_context_release (context);

  return TRUE;
}

static gpointer
get_function (gconstpointer iface,
              gsize         offset)
{
  return G_STRUCT_MEMBER (gpointer, iface, offset);
}

/* Thread-safe. Returns TRUE if the interpreter is a GJS that releases arguments that are
 * transferred to a virtual function, at the latest when the program exits.
 */
static gboolean
gjs_takes_ownership (void)
{
  static gsize answer = 0; /* written once: 1 for no, 2 for yes */

  if (g_once_init_enter (&answer))
    {
      const char *version = NULL;
#ifdef __linux__
      const char *(*get_version) (void) = (const char *(*) (void)) dlsym (RTLD_DEFAULT, "gjs_get_js_version");

      if (get_version != NULL)
        version = strpbrk (get_version (), "0123456789");
#endif
      g_once_init_leave (&answer,
                         version != NULL && atoi (version) >= FIRST_OWNING_JS_VERSION ? 2 : 1);
    }

  return answer == 2;
}

/* Runs in the service's context. Returns TRUE if the virtual function of @iface (a
 * GTypeInterface) that receives the arguments of a method is written in JavaScript. That
 * function is the asynchronous handler, at @handle_offset, or the synchronous handler if no
 * class implements the asynchronous one. A class written in JavaScript may have a parent
 * written in C, so the class that provides the function decides.
 */
gboolean
norpc_foreign_service_keeps_nothing (gpointer iface,
                                     gsize    handle_offset,
                                     gsize    sync_offset)
{
  GQuark mark = g_quark_try_string ("gjs::custom-type");
  GTypeInterface *owner = iface;
  GTypeInterface *parent;
  gconstpointer defaults;
  gsize offset = handle_offset;

  if (mark == 0 || gjs_takes_ownership ())
    return FALSE;

  defaults = g_type_default_interface_peek (owner->g_type);
  if (get_function (iface, handle_offset) == get_function (defaults, handle_offset))
    offset = sync_offset;
  if (get_function (iface, offset) == NULL)
    return FALSE;

  while ((parent = g_type_interface_peek_parent (owner)) != NULL &&
         get_function (parent, offset) == get_function (iface, offset))
    owner = parent;

  return g_type_get_qdata (owner->g_instance_type, mark) != NULL;
}
