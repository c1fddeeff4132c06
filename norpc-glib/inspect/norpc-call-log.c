/* norpc-call-log.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-metrics-private.h"
#include "channel/norpc-channel-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-log-private.h"
#include "norpc-call-log-parts-private.h"
#include "norpc-lints-private.h"
#include "server/norpc-server-registry-private.h"

#define MAX_EVENTS 4096 /* that are kept */

NorpcCallLog norpc_call_log;

static void
free_event (gpointer data)
{
  NorpcCallEvent *self = data;

  norpc_call_record_unref (self->record);
  g_free (self);
}

static void
free_server_log (gpointer data)
{
  NorpcServerLog *self = data;

  norpc_stats_recorder_free (self->recorder);
  g_free (self);
}

/* Called with the lock held. */
static void
add_event_locked (NorpcCallEventKind  kind,
                  NorpcCallRecord    *record,
                  gint64              time,
                  NorpcOutcome        outcome)
{
  NorpcCallEvent *event = g_new0 (NorpcCallEvent, 1);

  event->kind = kind;
  event->outcome = outcome;
  event->time = time;
  event->record = norpc_call_record_ref (record);
  g_queue_push_tail (&norpc_call_log.events, event);
  norpc_call_log.last_event++;
  if (norpc_call_log.events.length > MAX_EVENTS)
    free_event (g_queue_pop_head (&norpc_call_log.events));
}

/* Called with the lock held. */
static NorpcServerLog *
ensure_server_locked (guint server)
{
  NorpcServerLog *self = g_hash_table_lookup (norpc_call_log.servers, GUINT_TO_POINTER (server));

  if (self != NULL)
    return self;

  self = g_new0 (NorpcServerLog, 1);
  self->recorder = norpc_stats_recorder_new ();
  g_hash_table_insert (norpc_call_log.servers, GUINT_TO_POINTER (server), self);

  return self;
}

/* Called with the lock held. The call has completed, and its handler does not run. */
static void
remove_call_locked (NorpcCallRecord *record)
{
  g_queue_unlink (&norpc_call_log.calls, &record->link);
  record->link.data = NULL;
  norpc_call_record_unref (record);
}

/* Thread-safe. Calls that are made by the library for itself, and those whose client waits for something
 * else than a reply, need no deadline.
 */
static gboolean
needs_deadline (NorpcCall *call)
{
  NorpcMethodFlags flags = norpc_call_get_method_info (call)->flags;

  return (flags & (NORPC_METHOD_FLAGS_ONEWAY | NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_RETURNS_HANDLES)) == 0;
}

/* Called in the client's thread, before it sends the call. @place is in the channel. */
static gpointer
observe_sent (NorpcCall           *call,
              NorpcStatsRecorder **place)
{
  NorpcChannel *channel = place != NULL ? norpc_channel_from_recorder (place) : NULL;
  guint server = channel != NULL ? (guint) g_atomic_int_get (&channel->server_id) : 0;
  gboolean is_full = channel != NULL && norpc_channel_get_waiting (channel) >= channel->capacity;
  NorpcCallRecord *record = norpc_call_record_new (call, 0, server);
  NorpcServerLog *server_log;

  if (call->deadline == 0 && needs_deadline (call))
    norpc_lints_note (NORPC_LINT_NO_DEADLINE, server, norpc_call_record_get_interface_name (record),
                      norpc_call_record_get_method_name (record), 1, 0,
                      "a call without a deadline may never complete");

  g_mutex_lock (&norpc_call_log.lock);
  if (norpc_call_log.n_attached == 0)
    {
      g_mutex_unlock (&norpc_call_log.lock);
      norpc_call_record_unref (record);
      return NULL;
    }
  record->id = ++norpc_call_log.last_call;
  server_log = ensure_server_locked (server);
  server_log->n_sent++;
  server_log->n_full += is_full;
  server_log->capacity = channel != NULL ? channel->capacity : 0;
  record->stats = norpc_stats_recorder_begin (server_log->recorder, record->interface_info, record->method);
  record->link.data = norpc_call_record_ref (record);
  g_queue_push_tail_link (&norpc_call_log.calls, &record->link);
  add_event_locked (NORPC_EVENT_SENT, record, record->sent, NORPC_OUTCOME_ANSWERED);
  g_mutex_unlock (&norpc_call_log.lock);

  return record;
}

/* Runs in the service's context. The call may have ended already. */
static void
observe_handled (gpointer data)
{
  NorpcCallRecord *record = data;

  g_mutex_lock (&norpc_call_log.lock);
  record->handled = norpc_clock_get ();
  if (!record->ended)
    norpc_method_recorder_add_latency (record->stats, NORPC_LATENCY_WAITING, record->handled - record->sent);
  if (record->link.data != NULL)
    add_event_locked (NORPC_EVENT_HANDLED, record, record->handled, NORPC_OUTCOME_ANSWERED);
  g_mutex_unlock (&norpc_call_log.lock);
}

/* Thread-safe. @duration is in nanoseconds. @count is 0 if the call was noted before. */
void
norpc_call_log_note_blocking (NorpcCallRecord *record,
                              gint64           duration,
                              guint            count)
{
  double milliseconds = (double) duration / 1000000;
  g_autofree char *text =
    g_strdup_printf ("the handler blocked the thread of its service for %.1f ms, and all other calls with it; a "
                     "handler that has to wait should return, and answer later", milliseconds);

  norpc_lints_note (NORPC_LINT_BLOCKING_HANDLER, record->server, norpc_call_record_get_interface_name (record),
                    norpc_call_record_get_method_name (record), count, milliseconds, text);
}

/* Runs in the service's context. */
static void
observe_returned (gpointer data)
{
  NorpcCallRecord *record = data;
  gint64 duration;
  guint count;

  g_mutex_lock (&norpc_call_log.lock);
  record->returned = norpc_clock_get ();
  duration = record->returned - record->handled;
  count = record->is_noted ? 0 : 1;
  if (record->ended && record->link.data != NULL)
    remove_call_locked (record);
  g_mutex_unlock (&norpc_call_log.lock);

  if (duration > NORPC_MAX_BLOCKING)
    norpc_call_log_note_blocking (record, duration, count);
}

/* Called in the thread that completes the call. */
static void
observe_ended (gpointer      data,
               NorpcOutcome  outcome)
{
  NorpcCallRecord *record = data;
  gint64 now = norpc_clock_get ();

  g_mutex_lock (&norpc_call_log.lock);
  record->ended = TRUE;
  if (record->handled != 0)
    norpc_method_recorder_add_latency (record->stats, NORPC_LATENCY_HANDLING, now - record->handled);
  if (!norpc_outcome_is_rejection (outcome))
    norpc_method_recorder_add_latency (record->stats, NORPC_LATENCY_TOTAL, now - record->sent);
  norpc_method_recorder_end (record->stats, outcome);
  if (record->link.data != NULL)
    {
      add_event_locked (NORPC_EVENT_COMPLETED, record, now, outcome);
      if (record->handled == 0 || record->returned != 0)
        remove_call_locked (record);
    }
  g_mutex_unlock (&norpc_call_log.lock);
}

static void
unref_record (gpointer data)
{
  norpc_call_record_unref (data);
}

static const NorpcCallObserver observer = {
  observe_sent, observe_handled, observe_returned, observe_ended, unref_record
};

/* Thread-safe. */
static void
note_warning (const char *message)
{
  norpc_lints_note (NORPC_LINT_WARNING, 0, "", "", 1, 0, message);
}

/* Thread-safe. Frees the statistics of a server, which may have been one of many. */
static void
forget_server (guint server)
{
  g_mutex_lock (&norpc_call_log.lock);
  if (norpc_call_log.servers != NULL)
    g_hash_table_remove (norpc_call_log.servers, GUINT_TO_POINTER (server));
  g_mutex_unlock (&norpc_call_log.lock);
}

/* Thread-safe. Calls that are sent from now on are recorded. */
void
norpc_call_log_attach (void)
{
  g_mutex_lock (&norpc_call_log.lock);
  if (norpc_call_log.n_attached++ == 0)
    {
      norpc_call_log.servers = g_hash_table_new_full (NULL, NULL, NULL, free_server_log);
      norpc_log_set_func (note_warning);
      norpc_server_registry_set_stopped_func (forget_server);
      norpc_metrics_set_observed (&observer, TRUE);
    }
  g_mutex_unlock (&norpc_call_log.lock);
}

/* Thread-safe. If this was the last inspector, everything that was recorded is freed. */
void
norpc_call_log_detach (void)
{
  gboolean is_last;

  g_mutex_lock (&norpc_call_log.lock);
  is_last = --norpc_call_log.n_attached == 0;
  if (is_last)
    {
      norpc_metrics_set_observed (&observer, FALSE);
      norpc_log_set_func (NULL);
      norpc_server_registry_set_stopped_func (NULL);
      while (norpc_call_log.calls.head != NULL)
        remove_call_locked (norpc_call_log.calls.head->data);
      g_queue_clear_full (&norpc_call_log.events, free_event);
      norpc_call_log.last_event = 0;
      g_clear_pointer (&norpc_call_log.servers, g_hash_table_unref);
    }
  g_mutex_unlock (&norpc_call_log.lock);

  if (is_last)
    norpc_lints_clear ();
}
