/* norpc-nats-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-events-private.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-sequences-private.h"
#include "norpc-nats-subscription-private.h"

/* How many messages, and how many bytes of them, are on their way to the thread of the link. Those that are more are
 * lost.
 */
#define MAX_MESSAGES 10000
#define MAX_BYTES (32 * 1024 * 1024)

struct _NorpcNatsEvents
{
  gatomicrefcount       ref_count;
  NorpcNatsLink        *link;   /* (owned), since construction */
  char                 *prefix; /* (owned), since construction */
  NorpcRemoteInterface *remote; /* (owned), since construction */
  const NorpcNatsEventsFuncs *funcs; /* since construction */
  gpointer              data;   /* (unowned), since construction */

  int n_messages; /* atomic: that are on their way */
  int n_bytes;    /* atomic: of those */
  int has_gap;    /* atomic: some were not taken since the last one that was, which is on its way, too */

  /* Accessed in the thread of the link. */
  NorpcNatsSubscription *signals;    /* (owned) (nullable): while it is started */
  NorpcNatsSubscription *losses;     /* (owned) (nullable): while it is started */
  NorpcNatsSubscription *changes;    /* (owned) (nullable): while it is started */
  NorpcNatsSequences    *sequences;  /* (owned) (nullable): while it is started, if there are signals */
  gint64                 n_dropped;  /* messages of these that the library had dropped when that was last checked */
  gboolean               complained; /* about what the services send */
};

/* A message on its way to the thread of the link. */
typedef struct
{
  NorpcNatsEvents *events;  /* (owned) */
  natsMsg         *message; /* (owned) (nullable): NULL if some were lost */
  int              size;    /* of the message */
  void           (*take) (NorpcNatsEvents *self,
                          natsMsg         *message);
} Job;

NorpcNatsEvents *
norpc_nats_events_new (NorpcNatsLink            *link,
                       const char               *prefix,
                       const NorpcInterfaceInfo *info,
                       const NorpcNatsEventsFuncs *funcs,
                       gpointer                  data)
{
  NorpcNatsEvents *self = g_new0 (NorpcNatsEvents, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->link = norpc_nats_link_ref (link);
  self->prefix = g_strdup (prefix);
  self->remote = norpc_remote_interface_new (info);
  self->funcs = funcs;
  self->data = data;

  return self;
}

/* Thread-safe. */
NorpcNatsEvents *
norpc_nats_events_ref (NorpcNatsEvents *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
void
norpc_nats_events_unref (gpointer data)
{
  NorpcNatsEvents *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_remote_interface_unref (self->remote);
  g_free (self->prefix);
  norpc_nats_link_unref (self->link);
  g_free (self);
}

NorpcRemoteInterface *
norpc_nats_events_get_remote (NorpcNatsEvents *self)
{
  return self->remote;
}

/* Anybody may publish what the description does not allow, and do so often: only the first message is reported. */
static void
complain (NorpcNatsEvents *self,
          const GError    *error)
{
  if (!self->complained)
    g_message ("'%s' at NATS: %s; it is ignored, and further messages of this kind are not reported", self->prefix, error->message);
  self->complained = TRUE;
}

/* Returns the index of a signal that can cross, or -1. */
static int
find_signal (const NorpcInterfaceInfo *info,
             const char               *name)
{
  for (int i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->dbus.name, name))
      return norpc_nats_signal_is_portable (info->signals[i]) ? i : -1;

  return -1;
}

/* Returns FALSE if @error is set: the message is to be ignored. */
static gboolean
follow_sequence (NorpcNatsEvents  *self,
                 natsMsg          *message,
                 GError          **error)
{
  g_autofree char *service = NULL;
  gint64 number;

  if (!norpc_nats_sequence_get (message, &service, &number, error))
    return FALSE;
  if (service != NULL && !norpc_nats_sequences_advance (self->sequences, service, number - 1, number))
    norpc_remote_interface_lose_signals (self->remote);

  return TRUE;
}

static void
take_signal (NorpcNatsEvents *self,
             natsMsg         *message)
{
  const NorpcInterfaceInfo *info = norpc_remote_interface_get_info (self->remote);
  const char *name = strrchr (natsMsg_GetSubject (message), '.') + 1;
  int signal = find_signal (info, name);
  g_autofree char *type = signal >= 0 ? norpc_interface_info_get_signal_type (info, (guint) signal) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) args = NULL;

  if (follow_sequence (self, message, &error) && signal >= 0)
    args = norpc_nats_message_dup_body (message, type, &error);
  if (args != NULL)
    norpc_remote_interface_emit (self->remote, name, args, &error);
  else if (error != NULL)
    g_prefix_error (&error, "%s: signal '%s': ", info->dbus.name, name);
  if (error != NULL)
    complain (self, error);
}

/* An export could not publish emissions that were made before the next ones. */
static void
take_lost_emissions (NorpcNatsEvents *self,
                     natsMsg         *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = NULL;
  const char *name;
  guint n_lost;

  if (follow_sequence (self, message, &error))
    body = norpc_nats_message_dup_body (message, "(su)", &error);
  if (body != NULL)
    {
      g_variant_get (body, "(&su)", &name, &n_lost);
      norpc_remote_interface_lose_emissions (self->remote, name, n_lost);
    }
  else
    {
      g_prefix_error (&error, "%s: lost signals: ", norpc_remote_interface_get_info (self->remote)->dbus.name);
      complain (self, error);
    }
}

static void
take_changes (NorpcNatsEvents *self,
              natsMsg         *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = norpc_nats_message_dup_body (message, "(a{sv}as)", &error);
  g_autoptr (GVariant) values = NULL;
  g_autofree const char **invalidated = NULL;

  if (body != NULL)
    {
      g_variant_get (body, "(@a{sv}^a&s)", &values, &invalidated);
      norpc_remote_interface_change (self->remote, values, (const char * const *) invalidated, &error);
    }
  else
    {
      g_prefix_error (&error, "%s: changes of properties: ",
                      norpc_remote_interface_get_info (self->remote)->dbus.name);
    }
  if (error != NULL)
    complain (self, error);
}

/* Runs in the thread of the link. */
static void
run_event (gpointer data)
{
  Job *job = data;
  NorpcNatsEvents *self = job->events;
  gboolean is_started = self->signals != NULL || self->changes != NULL;

  if (job->message != NULL)
    {
      g_atomic_int_add (&self->n_messages, -1);
      g_atomic_int_add (&self->n_bytes, -job->size);
      if (is_started && self->funcs->arrived (self->data))
        job->take (self, job->message);
      natsMsg_Destroy (job->message);
    }
  else if (is_started)
    {
      self->funcs->lost (self->data);
    }
  norpc_nats_events_unref (self);
  g_free (job);
}

/* Thread-safe. Takes ownership of @message. */
static void
push_job (NorpcNatsEvents *self,
          natsMsg         *message,
          int              size,
          void           (*take) (NorpcNatsEvents *self,
                                  natsMsg         *message))
{
  Job *job = g_new (Job, 1);

  *job = (Job) { norpc_nats_events_ref (self), message, size, take };
  norpc_nats_link_invoke (self->link, run_event, job);
}

/* Runs in a thread of the library. */
static void
receive (NorpcNatsEvents *self,
         natsMsg         *message,
         void           (*take) (NorpcNatsEvents *self,
                                 natsMsg         *message))
{
  int size = (int) MIN (norpc_nats_message_get_size (message), MAX_BYTES);

  if (g_atomic_int_get (&self->n_messages) < MAX_MESSAGES && g_atomic_int_get (&self->n_bytes) < MAX_BYTES)
    {
      g_atomic_int_inc (&self->n_messages);
      g_atomic_int_add (&self->n_bytes, size);
      g_atomic_int_set (&self->has_gap, FALSE);
      push_job (self, message, size, take);
      return;
    }

  natsMsg_Destroy (message);
  if (g_atomic_int_compare_and_exchange (&self->has_gap, FALSE, TRUE))
    push_job (self, NULL, 0, NULL);
}

static void
signal_cb (natsMsg  *message,
           gpointer  data)
{
  receive (data, message, take_signal);
}

static void
loss_cb (natsMsg  *message,
         gpointer  data)
{
  receive (data, message, take_lost_emissions);
}

static void
changes_cb (natsMsg  *message,
            gpointer  data)
{
  receive (data, message, take_changes);
}

/* A connection that is closed has no events. */
static NorpcNatsSubscription *
subscribe (NorpcNatsEvents      *self,
           const char           *members,
           NorpcNatsMessageFunc  func)
{
  g_autofree char *subject = norpc_nats_make_subject (self->prefix, norpc_remote_interface_get_info (self->remote),
                                                      members);

  return norpc_nats_subscription_new (self->link, subject, NULL, func, norpc_nats_events_ref (self),
                                      norpc_nats_events_unref, NULL);
}

void
norpc_nats_events_start (NorpcNatsEvents *self)
{
  const NorpcInterfaceInfo *info = norpc_remote_interface_get_info (self->remote);

  if (self->signals == NULL && norpc_nats_has_signals (info))
    {
      if (self->sequences == NULL)
        self->sequences = norpc_nats_sequences_new ();
      if (norpc_nats_link_is_connected (self->link))
        norpc_nats_events_connected (self);
      self->signals = subscribe (self, NORPC_NATS_SIGNAL "*", signal_cb);
      self->losses = subscribe (self, NORPC_NATS_EMISSIONS_LOST, loss_cb);
    }
  if (self->changes == NULL && norpc_nats_has_changes (info))
    self->changes = subscribe (self, NORPC_NATS_CHANGED, changes_cb);
}

void
norpc_nats_events_stop (NorpcNatsEvents *self)
{
  norpc_remote_interface_set_available (self->remote, FALSE);
  g_clear_pointer (&self->signals, norpc_nats_subscription_drop);
  g_clear_pointer (&self->losses, norpc_nats_subscription_drop);
  g_clear_pointer (&self->changes, norpc_nats_subscription_drop);
  g_clear_pointer (&self->sequences, norpc_nats_sequences_free);
  self->n_dropped = 0;
}

/* There is a connection, maybe again. */
void
norpc_nats_events_connected (NorpcNatsEvents *self)
{
  if (self->sequences != NULL)
    norpc_nats_sequences_begin (self->sequences);
}

/* Signals of any service may have been lost. */
void
norpc_nats_events_lose_signals (NorpcNatsEvents *self)
{
  if (self->sequences != NULL)
    norpc_nats_sequences_restart (self->sequences);
  norpc_remote_interface_lose_signals (self->remote);
}

/* A service has answered a question, after all that it has published before. */
void
norpc_nats_events_take_answer (NorpcNatsEvents *self,
                               const char      *service,
                               natsMsg         *answer)
{
  const char *name = norpc_remote_interface_get_info (self->remote)->dbus.name;
  gint64 number;

  if (self->sequences != NULL && norpc_nats_last_sequence_get (answer, name, &number) &&
      !norpc_nats_sequences_advance (self->sequences, service, number, number))
    norpc_remote_interface_lose_signals (self->remote);
}

static gint64
count_dropped (NorpcNatsSubscription *subscription)
{
  return subscription != NULL ? norpc_nats_subscription_get_n_dropped (subscription) : 0;
}

/* Returns TRUE if the library has dropped messages since this was last checked. */
gboolean
norpc_nats_events_check_dropped (NorpcNatsEvents *self)
{
  gint64 n_dropped = count_dropped (self->signals) + count_dropped (self->losses) + count_dropped (self->changes);
  gboolean more = n_dropped > self->n_dropped;

  self->n_dropped = n_dropped;

  return more;
}
