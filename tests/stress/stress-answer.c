/* stress-answer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a service answers: at once, later in its context, or in another thread. */

#include "stress.h"

/* How late a call may end, in microseconds: the machine may be busy. */
#define MAX_LATENESS (20 * G_USEC_PER_SEC)

typedef struct
{
  GObject     *service; /* (owned) */
  NorpcCall   *call;    /* (owned) */
  guint64      sequence;
  StressOrigin origin;
  GPtrArray   *moved;   /* (owned) (nullable): what the service has got besides */
  gboolean     given;
} Answer;

/* A call that another thread answers. */
typedef struct
{
  StressFate  *fate; /* (owned) */
  guint64      sequence;
  StressOrigin origin;
} Errand;

/* The thread that answers. The result is the client's as soon as it is accepted, and is not
 * even made if not. */
static void
give (NorpcCall          *call,
      guint64             sequence,
      guint64             stamp,
      const StressOrigin *origin)
{
  GValue *values = norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                           norpc_call_get_method (call));

  if (values == NULL)
    return;

  g_value_set_uint64 (&values[0], sequence);
  g_value_take_boxed (&values[1], stress_result_new (sequence, origin, FALSE));
  g_value_set_uint64 (&values[2], stamp);
  norpc_call_end_reply (call);
}

/* The service's context. */
void
stress_answer (gpointer            service,
               NorpcCall          *call,
               guint64             sequence,
               guint64             stamp,
               const StressOrigin *origin)
{
  g_autoptr (GBytes) data = NULL;

  if (sequence % 2 == 0)
    {
      give (call, sequence, stamp, origin);
      return;
    }

  data = stress_result_new (sequence, origin, TRUE);
  if (g_strcmp0 (norpc_call_get_method_name (call), "Echo") == 0)
    stress_target_complete_echo (service, call, sequence, data, stamp);
  else if (g_strcmp0 (norpc_call_get_method_name (call), "EchoLatest") == 0)
    stress_target_complete_echo_latest (service, call, sequence, data, stamp);
  else if (g_strcmp0 (norpc_call_get_method_name (call), "EchoMoved") == 0)
    stress_target_complete_echo_moved (service, call, sequence, data, stamp);
  else if (g_strcmp0 (norpc_call_get_method_name (call), "Pour") == 0)
    stress_target_complete_pour (service, call, sequence, data, stamp);
  else
    stress_target_complete_fill (service, call, sequence, data, stamp);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  if (!answer->given)
    stress_fate_close (stress_service_get_fate (answer->service));
  g_clear_object (&answer->service);
  g_clear_pointer (&answer->moved, stress_moved_drop);
  norpc_call_unref (answer->call);
  g_free (answer);
}

/* The service's context. */
static gboolean
later_cb (gpointer user_data)
{
  Answer *answer = user_data;

  answer->given = TRUE;
  stress_fate_close (stress_service_get_fate (answer->service));
  stress_service_answer (answer->service, answer->call, answer->sequence, &answer->origin);

  return G_SOURCE_REMOVE;
}

/* The service's context. Takes over @moved. */
void
stress_answer_later (gpointer            service,
                     NorpcCall          *call,
                     guint64             sequence,
                     const StressOrigin *origin,
                     GPtrArray          *moved)
{
  g_autoptr (GSource) source = sequence % 2 == 0 ? g_idle_source_new ()
                                                 : g_timeout_source_new (sequence % 3);
  Answer *answer = g_new0 (Answer, 1);

  answer->service = g_object_ref (service);
  answer->call = norpc_call_ref (call);
  answer->sequence = sequence;
  answer->origin = *origin;
  answer->moved = moved;
  g_source_set_callback (source, later_cb, answer, answer_free);
  g_source_attach (source, stress_service_get_context (service));
}

static void
give_values (NorpcCall          *call,
             guint64             sequence,
             const StressOrigin *origin)
{
  GValue values[3] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };

  g_value_init (&values[0], G_TYPE_UINT64);
  g_value_set_uint64 (&values[0], sequence);
  g_value_init (&values[1], G_TYPE_BYTES);
  g_value_take_boxed (&values[1], stress_result_new (sequence, origin, TRUE));
  g_value_init (&values[2], G_TYPE_UINT64);
  norpc_call_return_values (call, G_N_ELEMENTS (values), values);
  g_value_unset (&values[1]);
}

/* The worker's thread. It does not touch the service. */
static void
answer_elsewhere (gpointer user_data,
                  gpointer more_data)
{
  NorpcCall *call = user_data;
  g_autofree Errand *errand = more_data;

  stress_fate_close (errand->fate);
  stress_fate_unref (errand->fate);
  if (errand->sequence % 2 == 0)
    give (call, errand->sequence, 0, &errand->origin);
  else
    give_values (call, errand->sequence, &errand->origin);
  norpc_call_unref (call);
}

/* The service's context, or the worker's thread. */
void
stress_answer_in_worker (StressFate         *fate,
                         NorpcCall          *call,
                         guint64             sequence,
                         const StressOrigin *origin)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->fate = stress_fate_ref (fate);
  errand->sequence = sequence;
  errand->origin = *origin;
  stress_worker_push (answer_elsewhere, norpc_call_ref (call), errand);
}

/* The service's context. Blocks. The client may do so as well: all the same the call ends, and this is told. */
void
stress_wait_until_cancelled (NorpcCall *call,
                             guint64    sequence)
{
  GCancellable *cancellable = norpc_call_get_cancellable (call);
  gint64 deadline = norpc_call_get_deadline (call);

  g_assert_cmpint (deadline, !=, 0);
  while (!(sequence % 2 == 0 ? g_cancellable_is_cancelled (cancellable)
                             : norpc_call_is_cancelled (call)))
    {
      if (g_get_monotonic_time () > deadline + MAX_LATENESS)
        g_error ("call %" G_GUINT64_FORMAT " did not end at its deadline", sequence);
      g_usleep (50);
    }
}
