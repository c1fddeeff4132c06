/* stress-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that answers in every manner, and sees to it that it runs only
 * where and when it should. */

#include "stress.h"

G_DECLARE_FINAL_TYPE (StressService, stress_service, STRESS, SERVICE, GObject)

/* In the context of the service, all of it. */
struct _StressService
{
  GObject parent_instance;

  StressFate   *fate;      /* (owned) */
  GMainContext *context;   /* (unowned) (nullable): once started, until stopped */
  gboolean      busy;
  GHashTable   *sequences; /* (owned): of lane and owned guint64, the last that came */
  guint64       last_stamp;
};

typedef struct
{
  StressService *service; /* (owned) */
  NorpcCall     *call;    /* (owned) */
  guint64        sequence;
  gboolean       given;
} Answer;

/* What another thread answers. */
typedef struct
{
  StressFate *fate; /* (owned) */
  guint64     sequence;
} Errand;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  if (!answer->given)
    stress_fate_close (answer->service->fate);
  g_clear_object (&answer->service);
  norpc_call_unref (answer->call);
  g_free (answer);
}

/* Returns the context of the service: unowned, NULL if it does not run. */
GMainContext *
stress_service_get_context (gpointer service)
{
  return STRESS_SERVICE (service)->context;
}

StressFate *
stress_service_get_fate (gpointer service)
{
  return STRESS_SERVICE (service)->fate;
}

/* The service's context. */
void
stress_service_answer (gpointer   service,
                       NorpcCall *call,
                       guint64    sequence)
{
  StressService *self = STRESS_SERVICE (service);
  g_autoptr (GBytes) data = stress_bytes_new (NULL, sequence);

  self->last_stamp++;
  if (norpc_call_get_method (call) == 0)
    stress_target_complete_echo (STRESS_TARGET (self), call, sequence, data, self->last_stamp);
  else
    stress_target_complete_echo_latest (STRESS_TARGET (self), call, sequence, data,
                                        self->last_stamp);
}

/* The worker's thread. The service is none of its business. */
static void
answer_elsewhere (gpointer user_data,
                  gpointer more_data)
{
  NorpcCall *call = user_data;
  g_autofree Errand *errand = more_data;
  GValue values[3] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };

  g_value_init (&values[0], G_TYPE_UINT64);
  g_value_set_uint64 (&values[0], errand->sequence);
  g_value_init (&values[1], G_TYPE_BYTES);
  g_value_take_boxed (&values[1], stress_bytes_new (NULL, errand->sequence));
  g_value_init (&values[2], G_TYPE_UINT64);
  stress_fate_close (errand->fate);
  stress_fate_unref (errand->fate);
  norpc_call_return_values (call, G_N_ELEMENTS (values), values);
  g_value_unset (&values[1]);
  norpc_call_unref (call);
}

/* The service's context. */
static gboolean
later_cb (gpointer user_data)
{
  Answer *answer = user_data;

  answer->given = TRUE;
  stress_fate_close (answer->service->fate);
  stress_service_answer (answer->service, answer->call, answer->sequence);

  return G_SOURCE_REMOVE;
}

static void
answer_in_worker (StressService *self,
                  NorpcCall     *call,
                  guint64        sequence)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->fate = stress_fate_ref (self->fate);
  errand->sequence = sequence;
  stress_worker_push (answer_elsewhere, norpc_call_ref (call), errand);
}

static void
answer_later (StressService *self,
              NorpcCall     *call,
              guint64        sequence)
{
  g_autoptr (GSource) source = sequence % 2 == 0 ? g_idle_source_new ()
                                                 : g_timeout_source_new (sequence % 3);
  Answer *answer = g_new0 (Answer, 1);

  answer->service = g_object_ref (self);
  answer->call = norpc_call_ref (call);
  answer->sequence = sequence;
  g_source_set_callback (source, later_cb, answer, answer_free);
  g_source_attach (source, self->context);
}

/* Calls of one lane and one priority come in the order in which they were made. */
static void
check_order (StressService *self,
             NorpcCall     *call,
             guint          lane,
             guint64        sequence)
{
  guint key = lane * 3 + (guint) (norpc_call_get_priority (call) + 1);
  guint64 *last = g_hash_table_lookup (self->sequences, GUINT_TO_POINTER (key));

  if (lane == 0)
    return;
  if (last == NULL)
    {
      last = g_new0 (guint64, 1);
      g_hash_table_insert (self->sequences, GUINT_TO_POINTER (key), last);
    }
  g_assert_cmpuint (sequence, >, *last);
  *last = sequence;
}

static void
check_place (StressService *self)
{
  g_assert_nonnull (self->context);
  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_true (g_main_context_get_thread_default () == self->context);
  g_assert_true (!self->busy);
}

/* Whether the call is answered, or dropped, when the handler returns. */
static gboolean
ends_at_once (StressManner manner)
{
  return manner != STRESS_LATER && manner != STRESS_ELSEWHERE && manner != STRESS_RELAY;
}

/* FALSE with @error set is an answer, too. */
static gboolean
handle_in_manner (StressService  *self,
                  NorpcCall      *call,
                  StressManner    manner,
                  guint64         sequence,
                  GError        **error)
{
  switch (manner)
    {
    case STRESS_LATER:
      answer_later (self, call, sequence);
      return TRUE;

    case STRESS_ELSEWHERE:
      answer_in_worker (self, call, sequence);
      return TRUE;

    case STRESS_NEVER:
      return TRUE;

    case STRESS_FAIL:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%" G_GUINT64_FORMAT, sequence);
      return FALSE;

    case STRESS_RELAY:
      stress_relay (G_OBJECT (self), call, sequence);
      return TRUE;

    case STRESS_RELAY_SYNC:
      if (!stress_relay_sync (G_OBJECT (self), call, sequence, error))
        return FALSE;
      stress_service_answer (self, call, sequence);
      return TRUE;

    case STRESS_BLOCK:
      g_usleep (sequence % 100);
      stress_service_answer (self, call, sequence);
      return TRUE;

    case STRESS_AT_ONCE:
    case STRESS_N_MANNERS:
    default:
      stress_service_answer (self, call, sequence);
      return TRUE;
    }
}

static gboolean
stress_service_handle_echo (StressTarget  *target,
                            NorpcCall     *call,
                            guint          manner,
                            guint          lane,
                            guint64        sequence,
                            GBytes        *data,
                            GError       **error)
{
  StressService *self = STRESS_SERVICE (target);
  gboolean handled;

  check_place (self);
  g_assert_true (stress_bytes_are (data, sequence));
  check_order (self, call, lane, sequence);

  self->busy = TRUE;
  stress_fate_open (self->fate);
  if (ends_at_once (manner))
    stress_fate_close (self->fate);
  handled = handle_in_manner (self, call, manner, sequence, error);
  /* Somebody may give up now, or have done so: both look at the same flag. */
  if (sequence % 7 == 0)
    norpc_call_get_cancellable (call);
  self->busy = FALSE;

  return handled;
}

static gboolean
stress_service_handle_tell (StressTarget  *target,
                            NorpcCall     *call,
                            guint          lane,
                            guint64        sequence,
                            GBytes        *data,
                            GError       **error)
{
  StressService *self = STRESS_SERVICE (target);

  check_place (self);
  g_assert_true (stress_bytes_are (data, sequence));
  check_order (self, call, lane, sequence);
  stress_fate_open (self->fate);
  stress_fate_close (self->fate);
  stress_target_complete_tell (target, call);

  return TRUE;
}

static gboolean
stress_service_start (NorpcLifecycle  *lifecycle,
                      GError         **error)
{
  StressService *self = STRESS_SERVICE (lifecycle);

  g_assert_true (self->context == NULL);
  self->context = g_main_context_get_thread_default ();
  g_assert_true (self->context != NULL);
  stress_count_made (STRESS_STARTS);

  return TRUE;
}

static void
stress_service_stop (NorpcLifecycle *lifecycle)
{
  StressService *self = STRESS_SERVICE (lifecycle);

  g_assert_true (self->context != NULL);
  stress_count_gone (STRESS_STARTS);
}

static void
stress_service_target_iface_init (StressTargetInterface *iface)
{
  iface->handle_echo = stress_service_handle_echo;
  iface->handle_echo_latest = stress_service_handle_echo;
  iface->handle_tell = stress_service_handle_tell;
}

static void
stress_service_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->start = stress_service_start;
  iface->stop = stress_service_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressService, stress_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_TARGET,
                                                      stress_service_target_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE,
                                                      stress_service_lifecycle_iface_init))

static void
stress_service_finalize (GObject *object)
{
  StressService *self = STRESS_SERVICE (object);

  g_assert_true (!self->busy);
  g_hash_table_unref (self->sequences);
  stress_fate_unref (self->fate);
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_service_parent_class)->finalize (object);
}

static void
stress_service_class_init (StressServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stress_service_finalize;
}

static void
stress_service_init (StressService *self)
{
  stress_count_made (STRESS_SERVICES);
  self->sequences = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

/* @context is where it is, if no server is going to start it. */
GObject *
stress_service_new (StressFate   *fate,
                    GMainContext *context)
{
  StressService *self = g_object_new (stress_service_get_type (), NULL);

  self->fate = stress_fate_ref (fate);
  self->context = context;

  return G_OBJECT (self);
}
