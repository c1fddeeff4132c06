/* wire-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <unistd.h>

#include "wire-service.h"

WireState *
wire_state_new (void)
{
  WireState *self = g_new0 (WireState, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->notes = g_array_new (FALSE, FALSE, sizeof (guint));

  return self;
}

void
wire_state_free (WireState *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) norpc_call_unref);
  g_queue_clear_full (&self->streams, (GDestroyNotify) held_stream_free);
  g_array_unref (self->notes);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NorpcCall *
wire_state_wait_held (WireState *self)
{
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->held))
    g_cond_wait (&self->cond, &self->lock);
  call = g_queue_pop_head (&self->held);
  g_mutex_unlock (&self->lock);

  return call;
}

void
held_stream_free (HeldStream *self)
{
  g_object_unref (self->stream);
  norpc_call_unref (self->call);
  g_object_unref (self->service);
  g_free (self);
}

HeldStream *
wire_state_wait_stream (WireState *self)
{
  HeldStream *stream;

  g_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->streams))
    g_cond_wait (&self->cond, &self->lock);
  stream = g_queue_pop_head (&self->streams);
  g_mutex_unlock (&self->lock);

  return stream;
}

void
wire_state_wait_cancelled (WireState *self,
                           guint      n)
{
  g_mutex_lock (&self->lock);
  while (self->n_cancelled < n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context. */
static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  WireState *state = data;

  g_mutex_lock (&state->lock);
  state->n_cancelled++;
  g_cond_broadcast (&state->cond);
  g_mutex_unlock (&state->lock);
}

static gboolean
echo (NorpcCall *call)
{
  guint n_args;
  GValue *args = norpc_call_get_args (call, &n_args);

  norpc_call_return_values (call, n_args, args);

  return TRUE;
}

static gboolean
handle_basic (WireWire    *service,
              NorpcCall   *call,
              guint8       byte,
              gboolean     flag,
              gint16       arg_short,
              guint16      arg_ushort,
              gint         arg_int,
              guint        arg_uint,
              gint64       arg_long,
              guint64      arg_ulong,
              double       real,
              const char  *text,
              const char  *path,
              const char  *signature,
              GError     **error)
{
  return echo (call);
}

static gboolean
handle_containers (WireWire            *service,
                   NorpcCall           *call,
                   const char * const  *texts,
                   const char * const  *paths,
                   const char * const  *signatures,
                   GBytes              *data,
                   GVariant            *dict,
                   GVariant            *any,
                   GVariant            *nested,
                   GError             **error)
{
  return echo (call);
}

static gboolean
handle_named (WireWire        *service,
              NorpcCall       *call,
              WireMode         mode,
              WireParts        parts,
              const WireTrip  *trip,
              GPtrArray       *places,
              GPtrArray       *files,
              GDateTime       *when,
              GError         **error)
{
  return echo (call);
}

static gboolean
handle_maybes (WireWire         *service,
               NorpcCall        *call,
               const char       *text,
               const char       *attribute,
               GVariant         *number,
               const WirePlace  *place,
               GVariant         *nested,
               GError          **error)
{
  return echo (call);
}

static WireState *
get_state (WireWire *service)
{
  return norpc_simple_service_get_data (service);
}

/* With an option "run", runs the function that the test has set. */
static gboolean
service_copy (WireWire  *service,
              gint       file,
              GVariant  *options,
              gint      *out_file,
              GError   **error)
{
  gboolean runs;

  if (g_variant_lookup (options, "run", "b", &runs))
    get_state (service)->func (service, get_state (service)->data);
  *out_file = dup (file);

  return TRUE;
}

static gboolean
service_copy_named (WireWire       *service,
                    gint            file,
                    WireNamedFile **first,
                    GPtrArray     **others,
                    GError        **error)
{
  g_autoptr (GVariant) more = norpc_variant_take_fds (g_variant_new_variant (g_variant_new_handle (dup (file))));

  *first = wire_named_file_new (dup (file), "first", more);
  *others = g_ptr_array_new_with_free_func ((GDestroyNotify) wire_named_file_free);
  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (*others, wire_named_file_new (dup (file), "other", more));

  return TRUE;
}

static gboolean
service_fail (WireWire  *service,
              guint      what,
              GError   **error)
{
  g_autofree char *long_name = g_strnfill (300, 'x');
  const struct
  {
    GQuark domain;
    int    code;
  } errors[] = {
    { WIRE_FAILURE, WIRE_FAILURE_BROKEN },
    { WIRE_FAILURE, WIRE_FAILURE_LOST },
    { WIRE_QUIET, WIRE_QUIET_FAILED },
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND },
    { NORPC_ERROR, NORPC_ERROR_BUSY },
    { NORPC_ERROR, NORPC_ERROR_NO_REPLY },
    { NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT },
    { G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED },
    { G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS },
    { G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN },
    { G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED },
    { g_quark_from_static_string ("wire-codec-error-quark"), -5 },
    { g_quark_from_string (long_name), 1 },
  };

  /* As a crash, without a core. */
  if (what >= G_N_ELEMENTS (errors))
    _exit (1);

  g_set_error (error, errors[what].domain, errors[what].code, "failure %u", what);

  return FALSE;
}

static gboolean
handle_hold (WireWire   *service,
             NorpcCall  *call,
             GError    **error)
{
  WireState *state = get_state (service);

  g_signal_connect (norpc_call_get_cancellable (call), "cancelled", G_CALLBACK (cancelled_cb), state);
  g_mutex_lock (&state->lock);
  g_queue_push_tail (&state->held, norpc_call_ref (call));
  g_cond_broadcast (&state->cond);
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static gboolean
hold_stream (WireWire  *service,
             NorpcCall *call,
             gpointer   stream)
{
  WireState *state = get_state (service);
  HeldStream *held = g_new (HeldStream, 1);

  *held = (HeldStream) { g_object_ref (service), norpc_call_ref (call), g_object_ref (stream) };
  g_signal_connect (norpc_call_get_cancellable (call), "cancelled", G_CALLBACK (cancelled_cb), state);
  g_mutex_lock (&state->lock);
  g_queue_push_tail (&state->streams, held);
  g_cond_broadcast (&state->cond);
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static gboolean
handle_pour (WireWire            *service,
             NorpcCall           *call,
             WireWirePourStream  *stream,
             const char          *name,
             GError             **error)
{
  if (!g_str_equal (name, "at once"))
    return hold_stream (service, call, stream);

  wire_wire_pour_stream_write (stream, 1, NULL, WIRE_MODE_SLOW, NULL);
  wire_wire_emit_finished (service);
  wire_wire_pour_stream_write (stream, 2, NULL, WIRE_MODE_SLOW, NULL);
  wire_wire_emit_finished (service);
  wire_wire_complete_pour (service, call, 2, NULL);

  return TRUE;
}

static gboolean
handle_fill (WireWire            *service,
             NorpcCall           *call,
             WireWireFillStream  *stream,
             GError             **error)
{
  return hold_stream (service, call, stream);
}

static gboolean
handle_load (WireWire            *service,
             NorpcCall           *call,
             WireWireLoadStream  *stream,
             GError             **error)
{
  return hold_stream (service, call, stream);
}

static gboolean
handle_store (WireWire             *service,
              NorpcCall            *call,
              WireWireStoreStream  *stream,
              GError              **error)
{
  return hold_stream (service, call, stream);
}

static gboolean
handle_mix (WireWire           *service,
            NorpcCall          *call,
            WireWireMixStream  *stream,
            GError            **error)
{
  return hold_stream (service, call, stream);
}

static gboolean
handle_time_left (WireWire   *service,
                  NorpcCall  *call,
                  GError    **error)
{
  gint64 deadline = norpc_call_get_deadline (call);

  wire_wire_complete_time_left (service, call,
                                deadline != 0 ? (deadline - g_get_monotonic_time ()) / 1000 : -1);

  return TRUE;
}

static gboolean
handle_who_am_i (WireWire   *service,
                 NorpcCall  *call,
                 GError    **error)
{
  NorpcSender *sender = norpc_call_get_sender (call);
  GCredentials *credentials = sender != NULL ? norpc_sender_get_credentials (sender) : NULL;
  const char *name = sender != NULL ? norpc_sender_get_name (sender) : NULL;

  wire_wire_complete_who_am_i (service, call, name != NULL ? name : "",
                               credentials != NULL ? (gint64) g_credentials_get_unix_user (credentials, NULL) : -1);

  return TRUE;
}

static gboolean
service_note (WireWire  *service,
              guint      number,
              GError   **error)
{
  WireState *state = get_state (service);

  g_mutex_lock (&state->lock);
  g_array_append_val (state->notes, number);
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static GVariant *
service_get_notes (WireWire  *service,
                   GError   **error)
{
  WireState *state = get_state (service);
  GVariant *notes;

  g_mutex_lock (&state->lock);
  notes = g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, state->notes->data, state->notes->len, sizeof (guint));
  g_mutex_unlock (&state->lock);

  return g_variant_ref_sink (notes);
}

static GVariant *
service_read_extra (WireWire  *service,
                    GError   **error)
{
  return wire_wire_dup_extra (service);
}

/* The results of GetBytes that exist. */
static int n_bytes; /* atomic */

int
wire_service_count_bytes (void)
{
  return g_atomic_int_get (&n_bytes);
}

static void
free_bytes (gpointer data)
{
  g_free (data);
  g_atomic_int_dec_and_test (&n_bytes);
}

static GBytes *
service_get_bytes (WireWire  *service,
                   guint      size,
                   GError   **error)
{
  gpointer data = g_malloc0 (size);

  g_atomic_int_inc (&n_bytes);

  return g_bytes_new_with_free_func (data, size, free_bytes, data);
}

static gboolean
service_run (WireWire  *service,
             GError   **error)
{
  WireState *state = get_state (service);
  void (*func) (WireWire *service, gpointer data);
  gpointer data;

  g_mutex_lock (&state->lock);
  func = state->func;
  data = state->data;
  g_mutex_unlock (&state->lock);
  func (service, data);

  return TRUE;
}

static const WireWireInterface funcs = {
  .handle_basic = handle_basic,
  .handle_containers = handle_containers,
  .handle_named = handle_named,
  .handle_maybes = handle_maybes,
  .copy = service_copy,
  .copy_named = service_copy_named,
  .fail = service_fail,
  .handle_hold = handle_hold,
  .handle_hold_file = handle_hold,
  .handle_time_left = handle_time_left,
  .handle_who_am_i = handle_who_am_i,
  .note = service_note,
  .get_notes = service_get_notes,
  .read_extra = service_read_extra,
  .get_bytes = service_get_bytes,
  .run = service_run,
  .handle_pour = handle_pour,
  .handle_fill = handle_fill,
  .handle_load = handle_load,
  .handle_store = handle_store,
  .handle_mix = handle_mix,
};

WireWire *
wire_service_new (WireState *state)
{
  g_autoptr (GCancellable) handle = g_cancellable_new ();
  WireWire *service = wire_wire_new_for_funcs (&funcs, state, NULL);

  g_object_set (service, "handle", handle, NULL);

  return service;
}

WirePlace *
wire_service_new_place (const char *street)
{
  const char * const tags[] = { "a", "b", NULL };
  g_autoptr (GBytes) data = g_bytes_new ("xy", 2);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{'n': <5>}"));
  g_autoptr (GFile) file = g_file_new_for_path ("/some/where");
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (WireMode));
  WireMode mode = WIRE_MODE_FAST;

  g_array_append_val (modes, mode);
  mode = WIRE_MODE_SLOW;
  g_array_append_val (modes, mode);

  return wire_place_new (street, 65535, -32768, 3, TRUE, WIRE_MODE_FAST, WIRE_PARTS_TAIL, G_MAXUINT64, 0.25, tags, data,
                         dict, file, modes);
}
