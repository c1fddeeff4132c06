/* norpc-alarm.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib.h>

#include "norpc-alarm-private.h"

struct _NorpcAlarm
{
  GSource        source;
  GWeakRef       object;
  NorpcAlarmFunc func;
};

static gpointer
run_alarms (gpointer data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (data, FALSE);

  g_main_loop_run (loop);

  return NULL;
}

/* The context of the thread that alarms go off in, which never ends. */
static GMainContext *
get_context (void)
{
  static gsize context = 0; /* written once */

  if (g_once_init_enter (&context))
    {
      GMainContext *new_context = g_main_context_new ();

      g_thread_unref (g_thread_new ("norpc alarms", run_alarms, new_context));
      g_once_init_leave (&context, (gsize) new_context);
    }

  return (GMainContext *) context;
}

/* The alarms' thread. */
static gboolean
alarm_dispatch (GSource     *source,
                GSourceFunc  callback G_GNUC_UNUSED,
                gpointer     user_data G_GNUC_UNUSED)
{
  NorpcAlarm *self = (NorpcAlarm *) source;
  g_autoptr (GObject) object = NULL;

  /* Before the object is told, which may set it anew. */
  g_source_set_ready_time (source, -1);

  object = g_weak_ref_get (&self->object);
  if (object != NULL)
    self->func (object);

  return G_SOURCE_CONTINUE;
}

static void
alarm_finalize (GSource *source)
{
  g_weak_ref_clear (&((NorpcAlarm *) source)->object);
}

static GSourceFuncs alarm_funcs = {
  NULL,
  NULL,
  alarm_dispatch,
  alarm_finalize,
  NULL,
  NULL
};

NorpcAlarm *
norpc_alarm_new (GObject        *object,
                 NorpcAlarmFunc  func)
{
  GSource *source = g_source_new (&alarm_funcs, sizeof (NorpcAlarm));
  NorpcAlarm *self = (NorpcAlarm *) source;

  g_weak_ref_init (&self->object, object);
  self->func = func;
  g_source_set_static_name (source, "norpc alarm");
  g_source_attach (source, get_context ());

  return self;
}

/* Any thread. */
void
norpc_alarm_free (NorpcAlarm *self)
{
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

/* Any thread: goes off at @time, in monotonic time, or never if that is -1. What
 * was set before does not count.
 */
void
norpc_alarm_set (NorpcAlarm *self,
                 gint64      time)
{
  g_source_set_ready_time (&self->source, time);
}
