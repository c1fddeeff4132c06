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

  GMainContext *context; /* (unowned) (nullable): once started, until stopped */
  gboolean      busy;
  GHashTable   *sequences; /* (owned): of lane and owned guint64, the last that came */
};

typedef struct
{
  StressService *service; /* (owned) (nullable) */
  NorpcCall     *call;    /* (owned) */
  guint64        sequence;
} Answer;

static GAsyncQueue *answers; /* (owned): of owned Answer */
static GThread *answerer;    /* (owned) */
static Answer last_answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_clear_object (&answer->service);
  norpc_call_unref (answer->call);
  g_free (answer);
}

static void
complete (StressService *self,
          NorpcCall     *call,
          guint64        sequence)
{
  g_autoptr (GBytes) data = stress_bytes_new (STRESS_RESULTS, sequence);

  stress_target_complete_echo (STRESS_TARGET (self), call, sequence, data);
}

/* The answerer's thread. The service is none of its business. */
static gpointer
answerer_thread (gpointer user_data)
{
  for (;;)
    {
      Answer *answer = g_async_queue_pop (answers);
      GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };

      if (answer == &last_answer)
        return NULL;

      g_value_init (&values[0], G_TYPE_UINT64);
      g_value_set_uint64 (&values[0], answer->sequence);
      g_value_init (&values[1], G_TYPE_BYTES);
      g_value_take_boxed (&values[1], stress_bytes_new (STRESS_RESULTS, answer->sequence));
      norpc_call_return_values (answer->call, G_N_ELEMENTS (values), values);
      g_value_unset (&values[1]);
      answer_free (answer);
    }
}

void
stress_answerer_start (void)
{
  answers = g_async_queue_new ();
  answerer = g_thread_new ("answerer", answerer_thread, NULL);
}

void
stress_answerer_stop (void)
{
  g_async_queue_push (answers, &last_answer);
  g_thread_join (g_steal_pointer (&answerer));
  g_clear_pointer (&answers, g_async_queue_unref);
}

/* The service's context. */
static gboolean
later_cb (gpointer user_data)
{
  Answer *answer = user_data;

  complete (answer->service, answer->call, answer->sequence);

  return G_SOURCE_REMOVE;
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

static void
answer_elsewhere (NorpcCall *call,
                  guint64    sequence)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->call = norpc_call_ref (call);
  answer->sequence = sequence;
  g_async_queue_push (answers, answer);
}

static void
check_order (StressService *self,
             guint          lane,
             guint64        sequence)
{
  guint64 *last = g_hash_table_lookup (self->sequences, GUINT_TO_POINTER (lane));

  if (last == NULL)
    {
      last = g_new0 (guint64, 1);
      g_hash_table_insert (self->sequences, GUINT_TO_POINTER (lane), last);
    }
  g_assert_cmpuint (sequence, >, *last);
  *last = sequence;
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

  g_assert_nonnull (self->context);
  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_true (g_main_context_get_thread_default () == self->context);
  g_assert_true (!self->busy);
  g_assert_true (stress_bytes_are (data, sequence));
  check_order (self, lane, sequence);

  self->busy = TRUE;
  if (manner == STRESS_BLOCK)
    g_usleep (sequence % 100);
  if (manner == STRESS_BLOCK || manner == STRESS_AT_ONCE)
    complete (self, call, sequence);
  else if (manner == STRESS_LATER)
    answer_later (self, call, sequence);
  else if (manner == STRESS_ELSEWHERE)
    answer_elsewhere (call, sequence);
  else if (manner == STRESS_FAIL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%" G_GUINT64_FORMAT, sequence);
  /* Somebody may give up now, or have done so: both look at the same flag. */
  if (sequence % 7 == 0)
    norpc_call_get_cancellable (call);
  self->busy = FALSE;

  return manner != STRESS_FAIL;
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

GObject *
stress_service_new (void)
{
  return g_object_new (stress_service_get_type (), NULL);
}
