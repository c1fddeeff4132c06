/* norpc-nats-announcer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-announcer-private.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-sequences-private.h"

/* How many messages of an export, and how many bytes of them, are on their way to the thread of the link. Those that are
 * more are lost.
 */
#define MAX_MESSAGES 10000
#define MAX_BYTES (32 * 1024 * 1024)

struct _NorpcNatsAnnouncer
{
  NorpcNatsServing         *serving;  /* (owned) */
  const NorpcInterfaceInfo *info;
  NorpcFollower            *follower; /* (owned) */
  gint64                    number;     /* of the last message about signals, or gap */
  gboolean                  has_gap;    /* messages were lost since the last one that was kept */
  gboolean                  complained; /* that messages were lost */
};

/* A message on its way to the thread of the link. */
typedef struct
{
  NorpcNatsServing         *serving; /* (owned) */
  const NorpcInterfaceInfo *info;
  char                     *member;  /* (owned): the part of the subject behind the interface */
  GVariant                 *body;    /* (owned) */
  int                       size;
  gint64                    number;  /* or 0 if it is not about signals */
} Job;

static gboolean
publish_event (Job         *self,
               const char  *subject,
               GVariant    *body,
               GError     **error)
{
  natsMsg *message = norpc_nats_message_new (subject, NULL, body, error);

  if (message != NULL && self->number > 0)
    norpc_nats_sequence_set (message, self->serving->id, self->number);

  return message != NULL && norpc_nats_link_publish (self->serving->link, message, error);
}

/* Values that are too large together, or that have a file descriptor: clients request those that cross. */
static gboolean
publish_names (Job         *self,
               const char  *subject)
{
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GVariantIter) invalidated = NULL;
  g_autoptr (GVariant) body = NULL;
  GVariantBuilder names;
  GVariantIter iter;
  const char *name;

  g_variant_get (self->body, "(@a{sv}as)", &values, &invalidated);
  g_variant_builder_init (&names, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_variant_builder_add (&names, "s", name);
  while (g_variant_iter_next (invalidated, "&s", &name))
    g_variant_builder_add (&names, "s", name);
  body = g_variant_ref_sink (g_variant_new ("(@a{sv}as)", g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0),
                                            &names));

  return publish_event (self, subject, body, NULL);
}

/* Runs in the thread of the link. Messages that cannot be sent because there is no connection are not missed: clients
 * request the values when there is one again.
 */
static void
run_announcement (gpointer data)
{
  Job *self = data;
  g_autofree char *subject = norpc_nats_make_subject (self->serving->prefix, self->info, self->member);
  g_autoptr (GError) error = NULL;

  g_atomic_int_add (&self->serving->n_events, -1);
  g_atomic_int_add (&self->serving->n_event_bytes, -self->size);
  if (self->number > 0)
    norpc_nats_last_sequences_note (self->serving->sequences, self->info->dbus.name, self->number);
  if (!publish_event (self, subject, self->body, &error) &&
      (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT) ||
       g_error_matches (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED)) &&
      (!g_str_equal (self->member, NORPC_NATS_CHANGED) || !publish_names (self, subject)))
    g_warning ("%s: %s", subject, error->message);
  g_variant_unref (self->body);
  norpc_nats_serving_unref (self->serving);
  g_free (self->member);
  g_free (self);
}

/* Clients learn of each gap in its place among the messages: it has a number, but no message. */
static void
note_gap (NorpcNatsAnnouncer *self)
{
  if (!self->complained)
    g_message ("%s: signals and changes of properties come faster than NATS takes them, and some were lost; more "
               "of this kind is not reported", self->info->dbus.name);
  self->complained = TRUE;
  if (!self->has_gap)
    norpc_nats_serving_hint_lost (self->serving, self->info, ++self->number);
  self->has_gap = TRUE;
}

/* When there are too many messages, some are lost. Those about signals have numbers. */
static void
push (NorpcNatsAnnouncer *self,
      const char         *member,
      GVariant           *body,
      gboolean            is_signal)
{
  NorpcNatsServing *serving = self->serving;
  gsize size = g_variant_get_size (body);
  Job *job;

  if (g_atomic_int_get (&serving->n_events) >= MAX_MESSAGES || size > MAX_BYTES ||
      g_atomic_int_get (&serving->n_event_bytes) > MAX_BYTES)
    {
      note_gap (self);
      return;
    }

  self->has_gap = FALSE;
  job = g_new (Job, 1);
  *job = (Job) { norpc_nats_serving_ref (serving), self->info, g_strdup (member), g_variant_ref (body), (int) size,
                  is_signal ? ++self->number : 0 };
  g_atomic_int_inc (&serving->n_events);
  g_atomic_int_add (&serving->n_event_bytes, job->size);
  norpc_nats_link_invoke (serving->link, run_announcement, job);
}

static void
signal_emitted (const NorpcSignalInfo *info,
                GVariant              *args,
                const char            *problem,
                gpointer               data)
{
  NorpcNatsAnnouncer *self = data;
  g_autofree char *member = g_strconcat (NORPC_NATS_SIGNAL, info->dbus.name, NULL);

  if (args != NULL)
    push (self, member, args, TRUE);
  else
    g_warning ("%s.%s was not sent over NATS: %s", self->info->dbus.name, info->dbus.name, problem);
}

/* Clients learn of it in its place among the messages. */
static void
emissions_lost (const NorpcSignalInfo *info,
                guint                  n_lost,
                gpointer               data)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new ("(su)", info->dbus.name, n_lost));

  push (data, NORPC_NATS_EMISSIONS_LOST, body, TRUE);
}

static void
properties_changed (GVariant *values,
                    GVariant *invalidated,
                    gpointer  data)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new ("(@a{sv}@as)", values, invalidated));

  push (data, NORPC_NATS_CHANGED, body, FALSE);
}

static const NorpcFollowerFuncs follower_funcs = { signal_emitted, emissions_lost, properties_changed };

NorpcNatsAnnouncer *
norpc_nats_announcer_new (NorpcNatsServing         *serving,
                          const NorpcInterfaceInfo *info)
{
  NorpcNatsAnnouncer *self = g_new0 (NorpcNatsAnnouncer, 1);

  self->serving = norpc_nats_serving_ref (serving);
  self->info = info;
  self->follower = norpc_follower_new (serving->endpoint, info, &follower_funcs, self);

  return self;
}

void
norpc_nats_announcer_free (gpointer data)
{
  NorpcNatsAnnouncer *self = data;

  norpc_follower_free (self->follower);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

/* Called before a reply is sent. */
void
norpc_nats_announcer_flush (NorpcNatsAnnouncer *self)
{
  norpc_follower_flush (self->follower);
}
