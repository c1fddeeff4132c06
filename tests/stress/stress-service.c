/* stress-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that answers in every manner, and sees to it that it runs only
 * where and when it should. */

#include "call/norpc-call-private.h"

#include "stress-streams.h"

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
  guint64       last_number;
  GHashTable   *clients;   /* (owned): of clients and the last call of each, a reference to
                              memory */
  StressTurn    turn;
  GCancellable *leaving;   /* (owned): cancelled when it stops, for its works */
};

/* A call that the service handles. */
typedef struct
{
  NorpcCall   *call; /* (unowned) */
  StressManner manner;
  guint        lane;
  guint64      sequence;
  StressOrigin origin;
  GPtrArray   *moved; /* (owned) (nullable) */
} Task;

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

/* Cancelled when the service stops: nothing is to wait in its context any more. */
GCancellable *
stress_service_get_leaving (gpointer service)
{
  return STRESS_SERVICE (service)->leaving;
}

/* The service's context. */
guint64
stress_service_next_stamp (gpointer service)
{
  return ++STRESS_SERVICE (service)->last_stamp;
}

/* The service's context, when a handler begins or ends that is elsewhere. */
void
stress_service_set_busy (gpointer service,
                         gboolean busy)
{
  STRESS_SERVICE (service)->busy = busy;
}

/* The service's context, between the items of a stream. */
void
stress_service_emit (gpointer service)
{
  StressService *self = STRESS_SERVICE (service);

  stress_emit (STRESS_TARGET (service), self->fate, ++self->last_stamp, ++self->last_number);
}

/* The service's context. */
void
stress_service_answer (gpointer            service,
                       NorpcCall          *call,
                       guint64             sequence,
                       const StressOrigin *origin)
{
  StressService *self = STRESS_SERVICE (service);

  if (sequence % 3 == 0)
    stress_service_emit (service);
  stress_answer (self, call, sequence, ++self->last_stamp, origin);
  if (sequence % 5 == 0)
    stress_service_emit (service);
}

/* Calls of one lane and one priority come in the order in which they were made. Those that have
 * to wait for their turns are overtaken by those that are not sent by a proxy.
 */
static void
check_order (StressService *self,
             NorpcCall     *call,
             guint          lane,
             guint64        sequence)
{
  guint key = lane * 3 + (guint) (norpc_call_get_priority (call) + 1);
  guint64 *last = g_hash_table_lookup (self->sequences, GUINT_TO_POINTER (key));

  if (lane == 0 || (self->fate->turns && call->client == 0))
    return;
  if (last == NULL)
    {
      last = g_new0 (guint64, 1);
      g_hash_table_insert (self->sequences, GUINT_TO_POINTER (key), last);
    }
  g_assert_cmpuint (sequence, >, *last);
  *last = sequence;
}

/* The call before it, of the same client, is not open any more. */
static void
check_turn (StressService *self,
            NorpcCall     *call)
{
  NorpcCall *last = g_hash_table_lookup (self->clients, GUINT_TO_POINTER (call->client));

  if (!self->fate->turns || self->fate->layered || call->client == 0)
    return;

  g_assert_true (last == NULL || g_atomic_pointer_get (&last->open_at) == NULL);
  norpc_call_ref_memory (call);
  g_hash_table_insert (self->clients, GUINT_TO_POINTER (call->client), call);
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
                  Task           *task,
                  GError        **error)
{
  NorpcCall *call = task->call;
  guint64 sequence = task->sequence;

  switch (task->manner)
    {
    case STRESS_LATER:
      stress_answer_later (self, call, sequence, &task->origin, g_steal_pointer (&task->moved));
      return TRUE;

    case STRESS_ELSEWHERE:
      stress_answer_in_worker (self->fate, call, sequence, &task->origin);
      return TRUE;

    case STRESS_NEVER:
      return TRUE;

    case STRESS_UNTIL_CANCELLED:
      stress_wait_until_cancelled (call, sequence);
      return TRUE;

    case STRESS_FAIL:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%" G_GUINT64_FORMAT, sequence);
      return FALSE;

    case STRESS_RELAY:
      stress_relay (G_OBJECT (self), call, sequence, &task->origin);
      return TRUE;

    case STRESS_RELAY_SYNC:
      if (!stress_relay_sync (G_OBJECT (self), call, sequence, error))
        return FALSE;
      stress_service_answer (self, call, sequence, &task->origin);
      return TRUE;

    case STRESS_BLOCK:
      g_usleep (sequence % 100);
      stress_service_answer (self, call, sequence, &task->origin);
      return TRUE;

    case STRESS_AT_ONCE:
    case STRESS_N_MANNERS:
    default:
      stress_service_answer (self, call, sequence, &task->origin);
      return TRUE;
    }
}

/* When a handler begins. */
void
stress_service_admit (gpointer   service,
                      NorpcCall *call,
                      guint      lane,
                      guint64    sequence)
{
  StressService *self = STRESS_SERVICE (service);

  check_place (self);
  check_order (self, call, lane, sequence);
  check_turn (self, call);
  stress_turn_note (&self->turn);
  stress_fate_open (self->fate);
}

static gboolean
handle (StressService  *self,
        Task           *task,
        GError        **error)
{
  gboolean handled;

  stress_service_admit (self, task->call, task->lane, task->sequence);
  self->busy = TRUE;
  if (ends_at_once (task->manner))
    stress_fate_close (self->fate);
  handled = handle_in_manner (self, task, error);
  /* The client may cancel now, or have done so: both look at the same flag. */
  if (task->sequence % 7 == 0)
    norpc_call_get_cancellable (task->call);
  g_clear_pointer (&task->moved, stress_moved_drop);
  self->busy = FALSE;

  return handled;
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
  Task task = { .call = call, .manner = (StressManner) manner, .lane = lane, .sequence = sequence };
  gboolean handled;

  check_place (self);
  g_assert_true (stress_bytes_are (data, sequence));
  stress_argument_handled (data, task.manner, &task.origin);
  handled = handle (self, &task, error);
  stress_argument_done (data);

  return handled;
}

static gboolean
stress_service_handle_echo_moved (StressTarget  *target,
                                  NorpcCall     *call,
                                  guint          manner,
                                  guint          lane,
                                  guint64        sequence,
                                  GPtrArray     *data,
                                  GError       **error)
{
  Task task = { .call = call, .manner = (StressManner) manner, .lane = lane, .sequence = sequence };

  check_place (STRESS_SERVICE (target));
  for (guint i = 0; i < data->len; i++)
    stress_argument_handled (data->pdata[i], task.manner, &task.origin);
  task.moved = data;
  stress_moved_take (data, sequence);

  return handle (STRESS_SERVICE (target), &task, error);
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
  StressOrigin origin;

  check_place (self);
  g_assert_true (stress_bytes_are (data, sequence));
  stress_argument_handled (data, STRESS_AT_ONCE, &origin);
  stress_service_admit (self, call, lane, sequence);
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
  g_atomic_pointer_set (&self->fate->thread, g_thread_self ());
  stress_count_made (STRESS_STARTS);

  return TRUE;
}

static void
stress_service_stop (NorpcLifecycle *lifecycle)
{
  StressService *self = STRESS_SERVICE (lifecycle);

  g_assert_true (self->context != NULL);
  g_cancellable_cancel (self->leaving);
  g_hash_table_remove_all (self->clients); /* a call may refer to the worker that has the service */
  stress_count_gone (STRESS_STARTS);
}

static void
stress_service_target_iface_init (StressTargetInterface *iface)
{
  iface->handle_echo = stress_service_handle_echo;
  iface->handle_echo_latest = stress_service_handle_echo;
  iface->handle_echo_moved = stress_service_handle_echo_moved;
  iface->handle_tell = stress_service_handle_tell;
  iface->handle_pour = stress_work_handle_pour;
  iface->handle_fill = stress_work_handle_fill;
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
  g_hash_table_unref (self->clients);
  g_object_unref (self->leaving);
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
  self->leaving = g_cancellable_new ();
  self->sequences = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->clients = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) norpc_call_unref_memory);
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
