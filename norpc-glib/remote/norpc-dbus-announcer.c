/* norpc-dbus-announcer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-log-private.h"
#include "norpc-dbus-announcer-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-follower-private.h"

struct _NorpcDBusAnnouncer
{
  NorpcDBusOutlet          *outlet;    /* (unowned) */
  char                     *path;      /* (owned) */
  const NorpcInterfaceInfo *info;
  NorpcDBusReceiversFunc    receivers;
  gpointer                  data;      /* (unowned): of `receivers` */
  NorpcFollower            *follower;  /* (owned) */
  GSource                  *source;    /* (owned) (nullable): sends what waits, unless a message is sent before */
  guint                    *n_unsent;  /* (owned): by signal, emissions that were not sent, and that clients do not know of */
};

/* How long announcements wait for room, in milliseconds, before they are tried again. */
#define RETRY_INTERVAL 200

/* Sends a signal to a process, or to all if @receiver is NULL. The error of a signal that cannot be sent does not
 * matter: the connection is closed. Only one that is too large fails.
 */
void
norpc_dbus_outlet_send (NorpcDBusOutlet *self,
                        const char      *receiver,
                        const char      *path,
                        const char      *interface_name,
                        const char      *member,
                        GVariant        *args)
{
  g_autoptr (GError) error = NULL;

  if (receiver != NULL && *receiver == '\0')
    receiver = NULL;
  norpc_dbus_outflow_add (self->connection, args);
  if (!g_dbus_connection_emit_signal (self->connection, receiver, path, interface_name, member, args, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    norpc_warning ("%s.%s was not sent over D-Bus: %s", interface_name, member, error->message);
}

/* @args is floating or owned by the caller. */
static void
send_dbus_signal (NorpcDBusAnnouncer *self,
                  const char         *interface_name,
                  const char         *member,
                  GVariant           *args)
{
  g_autoptr (GPtrArray) receivers = self->receivers (self->data, FALSE);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (args);

  if (receivers == NULL)
    norpc_dbus_outlet_send (self->outlet, NULL, self->path, interface_name, member, sunk);
  for (guint i = 0; receivers != NULL && i < receivers->len; i++)
    norpc_dbus_outlet_send (self->outlet, receivers->pdata[i], self->path, interface_name, member, sunk);
}

/* Returns the form (owned) of the arguments of a signal, or NULL with a message (owned). */
static GVariant *
make_signal (const NorpcSignalInfo *info,
             const GValue          *values,
             guint                  n_values,
             NorpcDBusPassage      *passage,
             char                 **problem)
{
  GVariant *args = norpc_dbus_passage_get_values (passage, info->dbus.args, values, n_values, "argument", problem);
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;

  if (sunk != NULL)
    *problem = norpc_dbus_find_args_excess (info->dbus.args, sunk, "argument");

  return *problem == NULL ? norpc_dbus_to_form (sunk, NULL, problem) : NULL;
}

static void
warn_not_sent (NorpcDBusAnnouncer    *self,
               const NorpcSignalInfo *info,
               const char            *problem)
{
  norpc_warning ("%s.%s was not sent over D-Bus: %s", self->info->dbus.name, info->dbus.name, problem);
}

static GVariant *
make_loss (NorpcDBusAnnouncer    *self,
           const NorpcSignalInfo *info,
           guint                  n_lost)
{
  return g_variant_new ("(ssu)", self->info->dbus.name, info->dbus.name, n_lost);
}

/* Each receiver has the objects in the message once more. One that has too many does not get the signal, and learns that. */
static void
send_with_objects (NorpcDBusAnnouncer    *self,
                   const NorpcSignalInfo *info,
                   const GValue          *values,
                   guint                  n_values)
{
  g_autoptr (GPtrArray) receivers = self->receivers (self->data, TRUE);

  for (guint i = 0; i < receivers->len; i++)
    {
      NorpcDBusPassage passage = self->outlet->passage;
      g_autofree char *problem = NULL;
      g_autoptr (GVariant) form = NULL;

      passage.peer = receivers->pdata[i];
      form = make_signal (info, values, n_values, &passage, &problem);
      if (form != NULL)
        {
          norpc_dbus_outlet_send (self->outlet, passage.peer, self->path, self->info->dbus.name, info->dbus.name, form);
        }
      else
        {
          g_autoptr (GVariant) loss = g_variant_ref_sink (make_loss (self, info, 1));

          warn_not_sent (self, info, problem);
          norpc_dbus_outlet_send (self->outlet, passage.peer, self->path, NORPC_DBUS_CALLS, NORPC_DBUS_LOST, loss);
        }
      norpc_dbus_passage_end (&passage, form != NULL);
    }
}

static void wait_for_room (NorpcDBusAnnouncer *self);

/* Clients are to learn of emissions that were not sent: as soon as there is room for it, and before what comes after. */
static void
note_unsent (NorpcDBusAnnouncer *self,
             guint               signal,
             guint               n_lost)
{
  self->n_unsent[signal] += n_lost;
  if (self->source == NULL)
    wait_for_room (self);
}

static void
announce_signal (guint         signal,
                 const GValue *values,
                 guint         n_values,
                 gpointer      data)
{
  NorpcDBusAnnouncer *self = data;
  const NorpcSignalInfo *info = self->info->signals[signal];
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;

  if (!norpc_dbus_outlet_flush (self->outlet))
    {
      note_unsent (self, signal, 1);
      return;
    }
  if (norpc_dbus_args_have_objects (info->dbus.args))
    {
      send_with_objects (self, info, values, n_values);
      return;
    }

  form = make_signal (info, values, n_values, NULL, &problem);
  if (form != NULL)
    {
      send_dbus_signal (self, self->info->dbus.name, info->dbus.name, form);
      return;
    }

  warn_not_sent (self, info, problem);
  note_unsent (self, signal, 1);
  norpc_dbus_outlet_flush (self->outlet);
}

/* Clients learn of it in its place among the signals. */
static void
announce_loss (guint    signal,
               guint    n_lost,
               gpointer data)
{
  NorpcDBusAnnouncer *self = data;

  norpc_dbus_outlet_flush (self->outlet);
  note_unsent (self, signal, n_lost);
  norpc_dbus_outlet_flush (self->outlet);
}

static GVariant *
get_announced_value (const NorpcArgInfo  *info,
                     const GValue        *value,
                     char               **problem)
{
  return norpc_dbus_get_value (NULL, info, value, problem);
}

/* An object is not sent to all: each client reads it. */
static gboolean
is_sent (const NorpcPropertyInfo *info)
{
  const NorpcArgInfo arg = { { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type,
                             info->get_element_type };

  return norpc_dbus_arg_get_object_type (&arg) == G_TYPE_INVALID;
}

static void
send_losses (NorpcDBusAnnouncer *self)
{
  for (guint i = 0; i < norpc_interface_info_get_n_signals (self->info); i++)
    {
      guint n_lost = self->n_unsent[i];

      if (n_lost == 0)
        continue;

      self->n_unsent[i] = 0;
      send_dbus_signal (self, NORPC_DBUS_CALLS, NORPC_DBUS_LOST,
                        make_loss (self, self->info->signals[i], n_lost));
    }
}

/* Clients have to read values that together are too large for a message. */
static gboolean
send_changes (GVariant *values,
              GVariant *invalidated,
              gpointer  data)
{
  NorpcDBusAnnouncer *self = data;
  g_autoptr (GVariant) changes = g_variant_ref_sink (g_variant_new ("(s@a{sv}@as)", self->info->dbus.name, values,
                                                                    invalidated));
  g_autofree char *problem = norpc_dbus_find_body_excess (changes);

  if (problem != NULL && g_variant_n_children (values) > 0)
    return FALSE;

  send_dbus_signal (self, NORPC_DBUS_PROPERTIES, "PropertiesChanged", changes);

  return TRUE;
}

/* Called before a message is sent: the changes and losses that came before it are sent before it. Returns FALSE if the
 * other side does not read what was sent: then they wait.
 */
gboolean
norpc_dbus_outlet_flush (NorpcDBusOutlet *self)
{
  NorpcDBusAnnouncer *announcer;

  if (!norpc_dbus_outflow_has_room (self->connection))
    return FALSE;

  while ((announcer = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_source_destroy (announcer->source);
      g_clear_pointer (&announcer->source, g_source_unref);
      send_losses (announcer);
      norpc_follower_flush (announcer->follower);
    }

  return TRUE;
}

static gboolean
flush_cb (gpointer user_data)
{
  NorpcDBusAnnouncer *self = user_data;

  if (!norpc_dbus_outlet_flush (self->outlet))
    {
      g_queue_remove (&self->outlet->waiting, self);
      g_clear_pointer (&self->source, g_source_unref);
      wait_for_room (self);
    }

  return G_SOURCE_REMOVE;
}

/* Takes ownership of @source, which sends what waits unless a message is sent before. */
static void
wait_with_source (NorpcDBusAnnouncer *self,
                  GSource            *source)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->source = source;
  g_queue_push_tail (&self->outlet->waiting, self);
  g_source_set_static_name (source, "norpc D-Bus announcements");
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, flush_cb, self, NULL);
  g_source_attach (source, context);
}

static void
wait_for_room (NorpcDBusAnnouncer *self)
{
  wait_with_source (self, g_timeout_source_new (RETRY_INTERVAL));
}

static void
send_changes_soon (gpointer data)
{
  NorpcDBusAnnouncer *self = data;

  if (self->source == NULL)
    wait_with_source (self, g_idle_source_new ());
}

static const NorpcFollowerImpl follower_impl = {
  "was not sent over D-Bus", norpc_dbus_signal_is_portable, norpc_dbus_property_is_portable, is_sent,
  get_announced_value, announce_signal, announce_loss, send_changes_soon, send_changes
};

/* Called in the context of the export. */
NorpcDBusAnnouncer *
norpc_dbus_announcer_new (NorpcDBusOutlet          *outlet,
                          const char               *path,
                          NorpcEndpoint            *endpoint,
                          const NorpcInterfaceInfo *info,
                          NorpcDBusReceiversFunc    receivers,
                          gpointer                  data)
{
  NorpcDBusAnnouncer *self = g_new0 (NorpcDBusAnnouncer, 1);

  self->outlet = outlet;
  norpc_dbus_outflow_use (outlet->connection);
  self->path = g_strdup (path);
  self->info = info;
  self->receivers = receivers;
  self->data = data;
  self->n_unsent = g_new0 (guint, norpc_interface_info_get_n_signals (info));
  self->follower = norpc_follower_new_with_impl (endpoint, info, &follower_impl, self);

  return self;
}

void
norpc_dbus_announcer_free (gpointer data)
{
  NorpcDBusAnnouncer *self = data;

  norpc_follower_free (self->follower);
  if (self->source != NULL)
    {
      g_queue_remove (&self->outlet->waiting, self);
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  norpc_dbus_outflow_unuse (self->outlet->connection);
  g_free (self->n_unsent);
  g_free (self->path);
  g_free (self);
}

/* Returns the proxy (unowned) that follows the service. */
NorpcProxy *
norpc_dbus_announcer_get_proxy (NorpcDBusAnnouncer *self)
{
  return norpc_follower_get_proxy (self->follower);
}
