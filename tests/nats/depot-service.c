/* depot-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "depot-service.h"

DepotState *
depot_state_new (guint number)
{
  DepotState *self = g_new0 (DepotState, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->held);
  self->notes = g_string_new (NULL);
  self->number = number;

  return self;
}

void
depot_state_free (DepotState *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) norpc_call_unref);
  g_string_free (self->notes, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Returns the next call (owned) that the service keeps, once there is one. */
NorpcCall *
depot_state_wait_held (DepotState *self)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->held))
    g_assert_true (g_cond_wait_until (&self->changed, &self->lock, end));
  call = g_queue_pop_head (&self->held);
  g_mutex_unlock (&self->lock);

  return call;
}

void
depot_state_wait_notes (DepotState *self,
                        const char *notes)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (!g_str_equal (self->notes->str, notes))
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      break;
  g_assert_cmpstr (self->notes->str, ==, notes);
  g_mutex_unlock (&self->lock);
}

guint
depot_state_get_n_handled (DepotState *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_handled;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Answers a call (owned) that was kept. */
void
depot_answer (NorpcCall *call,
              int        token)
{
  g_value_set_int (norpc_call_begin_reply (call, depot_depot_interface_info (), norpc_call_get_method (call)), token);
  norpc_call_end_reply (call);
  norpc_call_unref (call);
}

static DepotState *
begin (DepotDepot *service)
{
  DepotState *self = norpc_simple_service_get_data (service);

  g_mutex_lock (&self->lock);
  self->n_handled++;
  g_mutex_unlock (&self->lock);

  return self;
}

static char *
depot_echo (DepotDepot  *service,
            const char  *text,
            GError     **error)
{
  begin (service);

  return g_strdup (text);
}

static gboolean
depot_mix (DepotDepot  *service,
           guint8       byte,
           gboolean     truth,
           gint16       small,
           guint64      large,
           double       real,
           const char  *maybe,
           GBytes      *bytes,
           GVariant    *any,
           GVariant    *dict,
           double      *out_real,
           char       **out_maybe,
           GBytes     **out_bytes,
           GVariant   **out_any,
           GVariant   **out_dict,
           guint64     *out_sum,
           GError     **error)
{
  begin (service);
  *out_real = real;
  *out_maybe = g_strdup (maybe);
  *out_bytes = g_bytes_ref (bytes);
  *out_any = g_variant_ref (any);
  *out_dict = g_variant_ref (dict);
  *out_sum = byte + (guint64) truth + (guint64) small + large;

  return TRUE;
}

static gboolean
depot_fail (DepotDepot  *service,
            guint        how,
            const char  *message,
            GError     **error)
{
  begin (service);
  switch (how)
    {
    case 0:
    case 1:
      g_set_error_literal (error, DEPOT_DEPOT_ERROR, (int) how, message);
      break;

    case 2:
      g_set_error_literal (error, DEPOT_QUIET_ERROR, DEPOT_QUIET_ERROR_LATE, message);
      break;

    case 3:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, message);
      break;

    default:
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, message);
      break;
    }

  return FALSE;
}

static gboolean
depot_handle_hold (DepotDepot  *service,
                   NorpcCall   *call,
                   GError     **error)
{
  DepotState *self = begin (service);

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->held, norpc_call_ref (call));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return TRUE;
}

static gboolean
depot_handle_get_time_left (DepotDepot  *service,
                            NorpcCall   *call,
                            GError     **error)
{
  gint64 deadline = norpc_call_get_deadline (call);

  begin (service);
  depot_depot_complete_get_time_left (service, call,
                                      deadline != 0 ? (deadline - norpc_get_monotonic_time ()) / 1000 : 0);

  return TRUE;
}

static gboolean
depot_note (DepotDepot  *service,
            const char  *text,
            GError     **error)
{
  DepotState *self = begin (service);

  g_mutex_lock (&self->lock);
  g_string_append (self->notes, text);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return TRUE;
}

static gboolean
depot_who_am_i (DepotDepot  *service,
                guint       *out_number,
                GError     **error)
{
  *out_number = begin (service)->number;

  return TRUE;
}

static gboolean
depot_find (DepotDepot  *service,
            guint       *out_number,
            GVariant   **out_any,
            GError     **error)
{
  begin (service);
  *out_number = 1;
  *out_any = g_variant_ref_sink (g_variant_new_parsed ("<[<{'file': <@h 1000>}>]>"));

  return TRUE;
}

static char *
depot_fill (DepotDepot  *service,
            guint        length,
            GError     **error)
{
  begin (service);

  return g_strnfill (length, 'x');
}

static const DepotDepotInterface depot_funcs = {
  .echo = depot_echo,
  .mix = depot_mix,
  .fail = depot_fail,
  .handle_hold = depot_handle_hold,
  .handle_hold_safely = depot_handle_hold,
  .handle_get_time_left = depot_handle_get_time_left,
  .note = depot_note,
  .note_safely = depot_note,
  .note_soon = depot_note,
  .who_am_i = depot_who_am_i,
  .find = depot_find,
  .fill = depot_fill,
};

/* The state must last longer than the service. */
DepotDepot *
depot_service_new (DepotState *state)
{
  return depot_depot_new_for_funcs (&depot_funcs, state, NULL);
}
