/* norpc-nats-serving.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-sequences-private.h"
#include "norpc-nats-serving-private.h"
#include "norpc-nats-subscription-private.h"

/* Bytes of an error that the statistics have. */
#define MAX_LAST_ERROR 256

/* How many answers of threads of the library, and how many bytes of them, are on their way to the thread of the link.
 * Those that are more are dropped.
 */
#define MAX_ANSWERS 10000
#define MAX_ANSWER_BYTES (32 * 1024 * 1024)

/* How many milliseconds a server may take to confirm that it has the last reply. */
#define FLUSH_TIMEOUT 10000

NorpcNatsServing *
norpc_nats_serving_ref (NorpcNatsServing *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
void
norpc_nats_serving_unref (gpointer data)
{
  NorpcNatsServing *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->announcers, g_ptr_array_unref);
  g_clear_pointer (&self->controls, g_ptr_array_unref);
  g_hash_table_unref (self->sequences);
  g_hash_table_unref (self->requests);
  g_free (self->id);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_object_unref (self->endpoint);
  g_free (self->prefix);
  g_object_unref (self->connection);
  g_free (self);
}

/* Thread-safe. Never calls @func within this function. Takes ownership of @object. */
static void
invoke (NorpcNatsServing *self,
        GSourceFunc       func,
        gpointer          object)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "NorpcNatsExport");
  g_source_set_callback (source, func, object, g_object_unref);
  g_source_attach (source, self->context);
}

/* Called in the context of the export, which has ended: clients know that, so nothing more is published. */
static void
drop_announcers (GTask *task)
{
  g_ptr_array_set_size (((NorpcNatsServing *) g_task_get_task_data (task))->announcers, 0);
}

/* Runs in the context of the export. */
static gboolean
drained_cb (gpointer task)
{
  drop_announcers (task);
  g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

/* Runs in the context of the export. */
static gboolean
drain_late_cb (gpointer task)
{
  drop_announcers (task);
  g_task_return_new_error (task, NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "The export has ended, but the server has not confirmed "
                           "in time that it has the replies");

  return G_SOURCE_REMOVE;
}

typedef struct
{
  NorpcNatsServing *serving; /* (owned) */
  GTask            *task;    /* (owned) (nullable): until it is to return */
  GSource          *timer;   /* (owned) (nullable): while the server is to confirm that it has the last reply */
} Drained;

/* Runs in the thread of the link. The first outcome counts. If the connection is lost, clients notice that themselves. */
static void
return_drained (Drained    *self,
                natsStatus  status)
{
  if (self->task != NULL)
    invoke (self->serving, status == NATS_TIMEOUT ? drain_late_cb : drained_cb, g_steal_pointer (&self->task));
}

/* Runs in the thread of the link. The flush may have to wait for another one, which waits for longer, or for a connection. */
static gboolean
drain_timed_out_cb (gpointer data)
{
  Drained *self = data;
  gboolean is_lost = !norpc_nats_link_is_connected (self->serving->link);

  return_drained (self, is_lost ? NATS_CONNECTION_DISCONNECTED : NATS_TIMEOUT);

  return G_SOURCE_REMOVE;
}

/* Runs in the thread of the link, once the server has the last reply, or does not confirm that. */
static void
end_drain (natsStatus status,
           gpointer   data)
{
  Drained *self = data;

  return_drained (self, status);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Runs in the thread of the link, after the last reply and the last answer. The program may end as soon as the task
 * returns, so the server has to have that.
 */
static void
finish_drain (gpointer data)
{
  Drained *self = data;
  NorpcNatsLink *link = self->serving->link;

  if (!norpc_nats_link_is_connected (link))
    {
      end_drain (NATS_CONNECTION_DISCONNECTED, self);
      return;
    }

  self->timer = g_timeout_source_new (FLUSH_TIMEOUT);
  g_source_set_static_name (self->timer, "NorpcNatsExport drain");
  g_source_set_callback (self->timer, drain_timed_out_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  norpc_nats_link_flush (link, FLUSH_TIMEOUT, end_drain, self);
}

/* Runs in the thread of the link, after the last reply was sent. The answers are before the next urgent job. */
static void
finish_drain_after_answers (gpointer data)
{
  norpc_nats_link_invoke_urgent (((Drained *) data)->serving->link, finish_drain, data);
}

/* Thread-safe. Takes ownership of @task. */
static void
begin_to_finish_drain (NorpcNatsServing *self,
                       GTask            *task)
{
  Drained *drained = g_new (Drained, 1);

  *drained = (Drained) { norpc_nats_serving_ref (self), task, NULL };
  norpc_nats_link_invoke (self->link, finish_drain_after_answers, drained);
}

/* An answer on its way to the thread of the link. */
typedef struct
{
  NorpcNatsServing *serving; /* (owned) */
  natsMsg          *message; /* (owned) */
  int               size;
  gboolean          has_sequences; /* tells the last numbers of messages about signals */
} Answer;

/* Runs in the thread of the link. */
static void
send_answer (gpointer data)
{
  Answer *self = data;

  g_atomic_int_add (&self->serving->n_answers, -1);
  g_atomic_int_add (&self->serving->n_answer_bytes, -self->size);
  if (self->has_sequences)
    norpc_nats_last_sequences_set (self->serving->sequences, self->message);
  norpc_nats_link_publish (self->serving->link, self->message, NULL);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Thread-safe. Takes ownership of @message. The thread of the link sends it, because sending may block, and the thread of
 * the library that asks for this delivers the messages of all connections. It is urgent, because a client takes a call for
 * lost if it does not hear of it for some seconds, and there may be many signals to send. A client whose call has no
 * answer notices that.
 */
static void
push_answer (NorpcNatsServing *self,
             natsMsg          *message,
             gboolean          has_sequences)
{
  Answer *answer;

  if (g_atomic_int_get (&self->n_answers) >= MAX_ANSWERS ||
      g_atomic_int_get (&self->n_answer_bytes) >= MAX_ANSWER_BYTES)
    {
      natsMsg_Destroy (message);
      return;
    }

  answer = g_new (Answer, 1);
  *answer = (Answer) { norpc_nats_serving_ref (self), message, natsMsg_GetDataLength (message), has_sequences };
  g_atomic_int_inc (&self->n_answers);
  g_atomic_int_add (&self->n_answer_bytes, answer->size);
  norpc_nats_link_invoke_urgent (self->link, send_answer, answer);
}

/* Thread-safe. Takes ownership of @message. */
void
norpc_nats_serving_answer (NorpcNatsServing *self,
                           natsMsg          *message)
{
  push_answer (self, message, FALSE);
}

/* Thread-safe. Takes ownership of @message, which is to tell how many messages about signals came before it. */
void
norpc_nats_serving_answer_question (NorpcNatsServing *self,
                                    natsMsg          *message)
{
  push_answer (self, message, TRUE);
}

static void
publish_hint (NorpcNatsServing *self,
              const char       *text)
{
  g_autofree char *subject = norpc_nats_make_services (self->prefix);
  natsMsg *message = norpc_nats_message_new_text (subject, text);

  if (message != NULL)
    norpc_nats_link_publish (self->link, message, NULL);
}

/* Runs in the thread of the link. */
static void
hint_services (gpointer data)
{
  NorpcNatsServing *self = data;

  g_atomic_int_set (&self->is_hinting, FALSE);
  publish_hint (self, self->id);
  norpc_nats_serving_unref (self);
}

/* A gap among the messages of an interface. */
typedef struct
{
  NorpcNatsServing         *serving; /* (owned) */
  const NorpcInterfaceInfo *info;
  gint64                    number;  /* of the gap */
} Gap;

/* Runs in the thread of the link. */
static void
hint_lost (gpointer data)
{
  Gap *self = data;

  norpc_nats_last_sequences_note (self->serving->sequences, self->info->dbus.name, self->number);
  publish_hint (self->serving, self->serving->id);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Thread-safe. Tells the clients that services may have changed: they ask which there are, and for the values of
 * properties.
 */
void
norpc_nats_serving_hint (NorpcNatsServing *self)
{
  if (g_atomic_int_compare_and_exchange (&self->is_hinting, FALSE, TRUE))
    norpc_nats_link_invoke (self->link, hint_services, norpc_nats_serving_ref (self));
}

/* Thread-safe. Tells the clients that signals or changes of properties were lost, after all that have been pushed so
 * far: they ask, and learn the number of the gap.
 */
void
norpc_nats_serving_hint_lost (NorpcNatsServing         *self,
                              const NorpcInterfaceInfo *info,
                              gint64                    number)
{
  Gap *gap = g_new (Gap, 1);

  *gap = (Gap) { norpc_nats_serving_ref (self), info, number };
  norpc_nats_link_invoke (self->link, hint_lost, gap);
}

/* Messages that were published while there was no connection may be lost. */
static void
hint_when_reconnected (NorpcNatsChange change,
                       gpointer        data)
{
  if (change == NORPC_NATS_RECONNECTED)
    norpc_nats_serving_hint (data);
}

/* Runs in the thread of the link. Takes ownership of the serving. */
static void
begin_watch (gpointer data)
{
  NorpcNatsServing *self = data;

  norpc_nats_link_add_watch (self->link, hint_when_reconnected, self, norpc_nats_serving_unref);
}

/* It serves an interface: clients learn of it. */
void
norpc_nats_serving_begin (NorpcNatsServing *self)
{
  norpc_nats_link_invoke (self->link, begin_watch, norpc_nats_serving_ref (self));
  norpc_nats_serving_hint (self);
}

/* Runs in the context of the export. */
static gboolean
end_announcers_cb (gpointer data)
{
  g_ptr_array_set_size (((NorpcNatsServing *) data)->announcers, 0);

  return G_SOURCE_REMOVE;
}

/* Thread-safe. The announcers end in the context of the export, which may be about to flush them. They do so at once if
 * this thread owns the context.
 */
void
norpc_nats_serving_end_announcers (NorpcNatsServing *self)
{
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, end_announcers_cb, norpc_nats_serving_ref (self),
                              norpc_nats_serving_unref);
}

typedef struct
{
  NorpcNatsServing *serving;  /* (owned) */
  GPtrArray        *controls; /* (owned) */
} Ended;

/* Runs in the thread of the link. Clients learn that this one has ended after NATS does. */
static void
end_controls (gpointer data)
{
  Ended *self = data;

  g_ptr_array_unref (self->controls);
  publish_hint (self->serving, self->serving->id);
  norpc_nats_link_remove_watch (self->serving->link, self->serving);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Thread-safe. Takes ownership of @controls. */
static void
begin_to_end_controls (NorpcNatsServing *self,
                       GPtrArray        *controls)
{
  Ended *ended = g_new (Ended, 1);

  *ended = (Ended) { norpc_nats_serving_ref (self), controls };
  norpc_nats_link_invoke (self->link, end_controls, ended);
}

/* Thread-safe. */
static void
served_ended (NorpcNatsServing *self)
{
  g_autoptr (GTask) task = NULL;
  GPtrArray *controls = NULL;

  g_mutex_lock (&self->lock);
  self->n_served--;
  if (self->n_served == 0)
    {
      task = g_steal_pointer (&self->drain);
      controls = g_steal_pointer (&self->controls);
    }
  g_mutex_unlock (&self->lock);

  if (controls != NULL)
    begin_to_end_controls (self, controls);
  if (task != NULL)
    begin_to_finish_drain (self, g_steal_pointer (&task));
}

NorpcNatsServed *
norpc_nats_served_new (NorpcNatsServing         *serving,
                       const NorpcInterfaceInfo *info)
{
  NorpcNatsServed *self = g_new0 (NorpcNatsServed, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->serving = norpc_nats_serving_ref (serving);
  self->info = info;
  self->stats = g_new0 (NorpcNatsMethodStats, norpc_interface_info_get_n_methods (info));
  g_mutex_lock (&serving->lock);
  serving->n_served++;
  g_mutex_unlock (&serving->lock);

  return self;
}

NorpcNatsServed *
norpc_nats_served_ref (NorpcNatsServed *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
void
norpc_nats_served_unref (gpointer data)
{
  NorpcNatsServed *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  served_ended (self->serving);
  for (guint i = 0; i < norpc_interface_info_get_n_methods (self->info); i++)
    g_free (self->stats[i].last_error);
  g_free (self->stats);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Called with the lock of the serving held. @error is the reply, or NULL. */
void
norpc_nats_served_count (NorpcNatsServed *self,
                         guint            method,
                         gint64           time,
                         const GError    *error)
{
  NorpcNatsMethodStats *stats = &self->stats[method];

  stats->n_requests++;
  stats->time += time;
  if (error == NULL)
    return;

  stats->n_errors++;
  g_free (stats->last_error);
  stats->last_error = g_utf8_make_valid (error->message, MIN (strlen (error->message), MAX_LAST_ERROR));
}

/* Takes ownership of @task, which returns in the context of the export once the last subscription and the last
 * request have ended. Returns FALSE, and does nothing, if another task does.
 */
gboolean
norpc_nats_serving_drain (NorpcNatsServing *self,
                          GTask            *task)
{
  gboolean drains, ended;

  g_mutex_lock (&self->lock);
  drains = self->drain == NULL;
  if (drains)
    g_task_set_task_data (task, norpc_nats_serving_ref (self), norpc_nats_serving_unref);
  ended = drains && self->n_served == 0;
  if (drains && !ended)
    self->drain = task;
  g_mutex_unlock (&self->lock);

  if (ended)
    begin_to_finish_drain (self, task);

  return drains;
}

NorpcNatsServing *
norpc_nats_serving_new (NorpcNatsConnection *connection,
                        const char          *prefix,
                        NorpcEndpoint       *endpoint,
                        guint                capacity)
{
  NorpcNatsServing *self = g_new0 (NorpcNatsServing, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->link = norpc_nats_connection_get_link (connection);
  self->prefix = g_strdup (prefix);
  self->endpoint = g_object_ref (endpoint);
  self->context = g_main_context_ref_thread_default ();
  self->capacity = capacity;
  self->id = g_uuid_string_random ();
  g_mutex_init (&self->lock);
  self->requests = g_hash_table_new (g_str_hash, g_str_equal);
  self->sequences = norpc_nats_last_sequences_new ();

  return self;
}
