/* norpc-call-log-list.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The lists that the call log makes for inspectors. */

#include "core/norpc-clock-private.h"
#include "norpc-call-log-parts-private.h"
#include "norpc-enum-types.h"
#include "norpc-lints-private.h"
#include "server/norpc-server-registry-private.h"

#define MAX_LISTED 1000 /* events or calls in one list */

/* A queue is often full if at least MIN_N_FULL calls found it full, and one in MAX_FULL_PART. */
#define MIN_N_FULL 10
#define MAX_FULL_PART 20

static const char * const event_names[] = {
  [NORPC_EVENT_SENT] = "sent",
  [NORPC_EVENT_HANDLED] = "handled",
  [NORPC_EVENT_COMPLETED] = "completed",
};

static const char *
get_outcome_name (NorpcOutcome outcome)
{
  GEnumClass *enum_class = g_type_class_ref (NORPC_TYPE_OUTCOME);
  const char *name = g_enum_get_value (enum_class, (int) outcome)->value_nick;

  g_type_class_unref (enum_class);

  return name;
}

/* Called with the lock held. Adds to a dictionary. */
static void
add_call_locked (GVariantBuilder *builder,
                 NorpcCallRecord *record)
{
  g_variant_builder_add (builder, "{sv}", "call", g_variant_new_uint64 (record->id));
  g_variant_builder_add (builder, "{sv}", "parent", g_variant_new_uint64 (record->parent));
  g_variant_builder_add (builder, "{sv}", "service", g_variant_new_uint32 (record->server));
  g_variant_builder_add (builder, "{sv}", "from", g_variant_new_uint32 (record->client_server));
  g_variant_builder_add (builder, "{sv}", "client", g_variant_new_string (record->client));
  g_variant_builder_add (builder, "{sv}", "interface",
                         g_variant_new_string (norpc_call_record_get_interface_name (record)));
  g_variant_builder_add (builder, "{sv}", "method",
                         g_variant_new_string (norpc_call_record_get_method_name (record)));
}

static const char *
get_stage_name (NorpcCallRecord *record)
{
  if (record->ended)
    return "ended";
  if (record->handled == 0)
    return "waiting";

  return record->returned == 0 ? "handled" : "open";
}

/* Thread-safe. Returns an `aa{sv}` (floating), the oldest call first. */
GVariant *
norpc_call_log_list_calls (void)
{
  gint64 now = norpc_clock_get ();
  gint64 time = norpc_clock_now ();
  guint n = 0;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&norpc_call_log.lock);
  for (GList *link = norpc_call_log.calls.head; link != NULL && n < MAX_LISTED; link = link->next, n++)
    {
      NorpcCallRecord *record = link->data;

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      add_call_locked (&builder, record);
      g_variant_builder_add (&builder, "{sv}", "args", g_variant_new_string (record->args));
      g_variant_builder_add (&builder, "{sv}", "stage", g_variant_new_string (get_stage_name (record)));
      g_variant_builder_add (&builder, "{sv}", "age", g_variant_new_int64 (MAX (now - record->sent, 0)));
      if (record->deadline != 0)
        g_variant_builder_add (&builder, "{sv}", "time-left", g_variant_new_int64 ((record->deadline - time) * 1000));
      g_variant_builder_close (&builder);
    }
  g_mutex_unlock (&norpc_call_log.lock);

  return g_variant_builder_end (&builder);
}

/* Called with the lock held. @serial is the number of the event. */
static void
append_event_locked (GVariantBuilder      *builder,
                     const NorpcCallEvent *event,
                     guint64               serial)
{
  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "serial", g_variant_new_uint64 (serial));
  g_variant_builder_add (builder, "{sv}", "kind", g_variant_new_string (event_names[event->kind]));
  g_variant_builder_add (builder, "{sv}", "time", g_variant_new_int64 (event->time));
  add_call_locked (builder, event->record);
  if (event->kind == NORPC_EVENT_SENT)
    g_variant_builder_add (builder, "{sv}", "args", g_variant_new_string (event->record->args));
  if (event->kind == NORPC_EVENT_COMPLETED)
    g_variant_builder_add (builder, "{sv}", "outcome", g_variant_new_string (get_outcome_name (event->outcome)));
  g_variant_builder_close (builder);
}

/* Thread-safe. Returns an `aa{sv}` (floating) of the first events whose number is greater than @after. */
GVariant *
norpc_call_log_list_events (guint64 after)
{
  guint n = 0;
  guint64 serial;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&norpc_call_log.lock);
  serial = norpc_call_log.last_event - norpc_call_log.events.length;
  for (GList *link = norpc_call_log.events.head; link != NULL && n < MAX_LISTED; link = link->next)
    if (++serial > after)
      {
        append_event_locked (&builder, link->data, serial);
        n++;
      }
  g_mutex_unlock (&norpc_call_log.lock);

  return g_variant_builder_end (&builder);
}

/* Called with the lock held. Forgets the statistics of servers that have stopped. */
static void
prune_servers_locked (GPtrArray *listings)
{
  g_autoptr (GHashTable) running = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer server;

  g_hash_table_add (running, GUINT_TO_POINTER (0));
  for (guint i = 0; i < listings->len; i++)
    g_hash_table_add (running, GUINT_TO_POINTER (((NorpcServerListing *) listings->pdata[i])->id));

  g_hash_table_iter_init (&iter, norpc_call_log.servers);
  while (g_hash_table_iter_next (&iter, &server, NULL))
    if (!g_hash_table_contains (running, server))
      g_hash_table_iter_remove (&iter);
}

/* Thread-safe. */
void
norpc_call_log_foreach_stats (NorpcCallLogStatsFunc func,
                              gpointer              data)
{
  g_autoptr (GPtrArray) listings = norpc_server_registry_list ();
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) stats = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_stats_unref);
  GHashTableIter iter;
  gpointer key, value;

  g_mutex_lock (&norpc_call_log.lock);
  if (norpc_call_log.servers != NULL)
    {
      prune_servers_locked (listings);
      g_hash_table_iter_init (&iter, norpc_call_log.servers);
      while (g_hash_table_iter_next (&iter, &key, &value))
        {
          guint server = GPOINTER_TO_UINT (key);

          g_array_append_val (numbers, server);
          g_ptr_array_add (stats, norpc_stats_recorder_get_stats (((NorpcServerLog *) value)->recorder, 0));
        }
    }
  g_mutex_unlock (&norpc_call_log.lock);

  for (guint i = 0; i < stats->len; i++)
    func (g_array_index (numbers, guint, i), stats->pdata[i], data);
}

/* Called with the lock held. Returns the calls (owned) whose handlers block their service now, and were not
 * noted before.
 */
static GPtrArray *
steal_blocking_locked (gint64 now)
{
  GPtrArray *blocking = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_record_unref);

  for (GList *link = norpc_call_log.calls.head; link != NULL; link = link->next)
    {
      NorpcCallRecord *record = link->data;

      if (record->handled != 0 && record->returned == 0 && !record->is_noted && now - record->handled > NORPC_MAX_BLOCKING)
        {
          record->is_noted = TRUE;
          g_ptr_array_add (blocking, norpc_call_record_ref (record));
        }
    }

  return blocking;
}

/* Called with the lock held. */
static void
note_full_locked (guint           server,
                  NorpcServerLog *server_log)
{
  g_autofree char *text = NULL;
  guint64 n_new = server_log->n_full - server_log->n_full_noted;

  if (n_new == 0 || server_log->n_full < MIN_N_FULL || server_log->n_full * MAX_FULL_PART < server_log->n_sent)
    return;

  server_log->n_full_noted = server_log->n_full;
  text = g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " calls found the queue full, which has a "
                          "capacity of %u; limit the clients, or make the service faster",
                          server_log->n_full, server_log->n_sent, server_log->capacity);
  norpc_lints_note (NORPC_LINT_FULL_QUEUE, server, "", "", (guint) n_new, (double) server_log->n_full, text);
}

/* Thread-safe. Notes what is found by looking: handlers that block now, and queues that are often full. */
void
norpc_call_log_note_lints (void)
{
  g_autoptr (GPtrArray) blocking = NULL;
  gint64 now = norpc_clock_get ();
  GHashTableIter iter;
  gpointer key, value;

  g_mutex_lock (&norpc_call_log.lock);
  blocking = steal_blocking_locked (now);
  if (norpc_call_log.servers != NULL)
    {
      g_hash_table_iter_init (&iter, norpc_call_log.servers);
      while (g_hash_table_iter_next (&iter, &key, &value))
        note_full_locked (GPOINTER_TO_UINT (key), value);
    }
  g_mutex_unlock (&norpc_call_log.lock);

  for (guint i = 0; i < blocking->len; i++)
    norpc_call_log_note_blocking (blocking->pdata[i], now - ((NorpcCallRecord *) blocking->pdata[i])->handled, 1);
}
