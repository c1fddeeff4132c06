/* probe-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "probe-service.h"

struct _ProbeService
{
  GObject parent_instance;

  ProbeState *state; /* (unowned) */
};

static void probe_service_probe_init (ProbeProbeInterface *iface);
static void probe_service_lifecycle_init (NorpcLifecycleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ProbeService, probe_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PROBE_TYPE_PROBE, probe_service_probe_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, probe_service_lifecycle_init))

static ProbeState *
begin (ProbeProbe *probe)
{
  ProbeState *state = PROBE_SERVICE (probe)->state;

  g_mutex_lock (&state->lock);
  if (state->thread == NULL)
    state->thread = g_thread_self ();
  else if (state->thread != g_thread_self ())
    state->n_wrong++;
  state->n_handled++;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);

  return state;
}

static gboolean
probe_service_noop (ProbeProbe  *probe,
                    GError     **error)
{
  begin (probe);
  return TRUE;
}

static GBytes *
probe_service_echo (ProbeProbe  *probe,
                    GBytes      *bytes,
                    GError     **error)
{
  begin (probe);
  return g_bytes_ref (bytes);
}

static gboolean
probe_service_note (ProbeProbe  *probe,
                    guint        number,
                    GError     **error)
{
  ProbeState *state = begin (probe);

  g_mutex_lock (&state->lock);
  g_array_append_val (state->numbers, number);
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static gboolean
probe_service_handle_hold (ProbeProbe  *probe,
                           NorpcCall   *call,
                           GError     **error)
{
  ProbeState *state = begin (probe);

  g_async_queue_push (state->held, norpc_call_ref (call));

  return TRUE;
}

static gboolean
probe_service_block (ProbeProbe  *probe,
                     GError     **error)
{
  ProbeState *state = begin (probe);

  g_mutex_lock (&state->lock);
  state->n_blocked++;
  g_cond_broadcast (&state->changed);
  while (!state->open)
    g_cond_wait (&state->changed, &state->lock);
  state->n_blocked--;
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static gboolean
probe_service_handle_drop (ProbeProbe  *probe,
                           NorpcCall   *call,
                           GError     **error)
{
  begin (probe);
  return TRUE;
}

static gboolean
probe_service_fail (ProbeProbe  *probe,
                    GError     **error)
{
  begin (probe);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY, "as told");
  return FALSE;
}

static gboolean
probe_service_mute (ProbeProbe  *probe,
                    GError     **error)
{
  begin (probe);
  return FALSE;
}

static gboolean
probe_service_handle_run (ProbeProbe  *probe,
                          NorpcCall   *call,
                          GError     **error)
{
  ProbeState *state = begin (probe);

  state->run (PROBE_SERVICE (probe), call, state->run_data);
  return TRUE;
}

static void
probe_service_probe_init (ProbeProbeInterface *iface)
{
  iface->noop = probe_service_noop;
  iface->echo = probe_service_echo;
  iface->note = probe_service_note;
  iface->handle_hold = probe_service_handle_hold;
  iface->block = probe_service_block;
  iface->handle_drop = probe_service_handle_drop;
  iface->fail = probe_service_fail;
  iface->mute = probe_service_mute;
  iface->handle_run = probe_service_handle_run;
  iface->handle_hold_briefly = probe_service_handle_hold;
  iface->note_latest = probe_service_note;
  iface->handle_hold_latest = probe_service_handle_hold;
}

static void
set_thread (ProbeState  *state,
            GThread    **place)
{
  g_mutex_lock (&state->lock);
  *place = g_thread_self ();
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

static gboolean
probe_service_start (NorpcLifecycle  *lifecycle,
                     GError         **error)
{
  ProbeState *state = PROBE_SERVICE (lifecycle)->state;

  set_thread (state, &state->started_in);
  if (state->fail_start)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room");

  return !state->fail_start;
}

static void
probe_service_stop (NorpcLifecycle *lifecycle)
{
  ProbeState *state = PROBE_SERVICE (lifecycle)->state;

  set_thread (state, &state->stopped_in);
}

static void
probe_service_lifecycle_init (NorpcLifecycleInterface *iface)
{
  iface->start = probe_service_start;
  iface->stop = probe_service_stop;
}

static void
probe_service_finalize (GObject *object)
{
  ProbeState *state = PROBE_SERVICE (object)->state;

  G_OBJECT_CLASS (probe_service_parent_class)->finalize (object);

  set_thread (state, &state->finalized_in);
}

static void
probe_service_class_init (ProbeServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = probe_service_finalize;
}

static void
probe_service_init (ProbeService *self)
{
}

GObject *
probe_service_new (ProbeState *state)
{
  ProbeService *self = g_object_new (PROBE_TYPE_SERVICE, NULL);

  self->state = state;

  return G_OBJECT (self);
}

ProbeState *
probe_state_new (void)
{
  ProbeState *state = g_new0 (ProbeState, 1);

  g_mutex_init (&state->lock);
  g_cond_init (&state->changed);
  state->held = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);
  state->numbers = g_array_new (FALSE, FALSE, sizeof (guint));

  return state;
}

/* After the service was finalized. */
void
probe_state_free (ProbeState *state)
{
  g_assert_cmpuint (state->n_wrong, ==, 0);

  g_async_queue_unref (state->held);
  g_array_unref (state->numbers);
  g_cond_clear (&state->changed);
  g_mutex_clear (&state->lock);
  g_free (state);
}

/* Waits until the service holds a call. */
NorpcCall *
probe_state_take_held (ProbeState *state)
{
  return g_async_queue_pop (state->held);
}

/* Waits until the service is in Block. */
void
probe_state_wait_blocked (ProbeState *state)
{
  g_mutex_lock (&state->lock);
  while (state->n_blocked == 0)
    g_cond_wait (&state->changed, &state->lock);
  g_mutex_unlock (&state->lock);
}

void
probe_state_open_gate (ProbeState *state)
{
  g_mutex_lock (&state->lock);
  state->open = TRUE;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

guint
probe_state_get_n_handled (ProbeState *state)
{
  guint n_handled;

  g_mutex_lock (&state->lock);
  n_handled = state->n_handled;
  g_mutex_unlock (&state->lock);

  return n_handled;
}

GThread *
probe_state_get_thread (ProbeState  *state,
                        GThread    **place)
{
  GThread *thread;

  g_mutex_lock (&state->lock);
  thread = *place;
  g_mutex_unlock (&state->lock);

  return thread;
}

void
probe_state_wait_finalized (ProbeState *state)
{
  g_mutex_lock (&state->lock);
  while (state->finalized_in == NULL)
    g_cond_wait (&state->changed, &state->lock);
  g_mutex_unlock (&state->lock);
}
