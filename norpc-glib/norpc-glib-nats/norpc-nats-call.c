/* norpc-nats-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One call on its way to another process. */

#include "norpc-nats-call-private.h"
#include "norpc-nats-error-private.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"

/* After a server of NATS has been restarted, the services reconnect as the clients do, in any order. */
#define TIME_TO_RECONNECT (10 * G_TIME_SPAN_SECOND)

/* How often a call is sent again because its process has gone. It may be the call that ends the processes, or one
 * that NATS does not permit.
 */
#define MAX_GONE 3

/* Unless noted otherwise, it is used in the thread of the link. */
typedef struct
{
  NorpcNatsWaiter  waiter;  /* must be first */
  NorpcNatsWatched watched; /* while it waits for its reply */
  NorpcNatsRoute  *route;   /* (unowned), since construction: as long as there is @owner */
  GObject         *owner;   /* (owned), since construction */
  NorpcCall       *call;    /* (owned) (nullable): until it is answered */
  GVariant        *args;    /* (owned), since construction */
  char            *reply;   /* (owned) (nullable): the subject for its reply */
  gulong           cancelled_id;
  gboolean         is_ended; /* it does not count among those of the endpoint any more */
  guint            n_gone;   /* how often its process has gone, or it has not reached any */
  gint64           patience; /* until then, its service may be about to reconnect; or 0 */
} Call;

static const NorpcInterfaceInfo *
get_info (Call *self)
{
  return norpc_call_get_interface_info (self->call);
}

static gboolean
has_flag (Call            *self,
          NorpcMethodFlags flag)
{
  return (get_info (self)->methods[norpc_call_get_method (self->call)]->flags & flag) != 0;
}

/* Returns the part of the subject that stands behind the interface. */
static const char *
get_member (Call *self)
{
  if (norpc_call_gets_properties (self->call))
    return NORPC_NATS_GET;
  if (norpc_call_get_set_property (self->call) != NULL)
    return NORPC_NATS_SET;

  return norpc_call_get_method_name (self->call);
}

static gboolean
accesses_properties (NorpcCall *call)
{
  return norpc_call_gets_properties (call) || norpc_call_get_set_property (call) != NULL;
}

static void
unwatch (Call *self)
{
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (norpc_call_get_cancellable (self->call), self->cancelled_id);
  self->cancelled_id = 0;
}

/* Called before the call is answered, so that its client can call again at once. One that was cancelled counts until the
 * thread of the link knows of it, so that these calls are limited, too.
 */
static void
end_call (Call *self)
{
  if (!self->is_ended)
    self->route->ended (self->owner);
  self->is_ended = TRUE;
}

/* Thread-safe. A call fails. If it is a one-way call, the next flush says so. */
void
norpc_nats_call_note_unsent (NorpcNatsRoute *route,
                             NorpcCall      *call,
                             const GError   *error)
{
  const NorpcInterfaceInfo *info = norpc_call_get_interface_info (call);

  if ((info->methods[norpc_call_get_method (call)]->flags & NORPC_METHOD_FLAGS_ONEWAY) != 0)
    norpc_nats_link_note_unsent (route->link, error);
}

/* Takes ownership of @self, whose call has been completed. */
static void
call_free (Call *self)
{
  unwatch (self);
  norpc_nats_liveness_remove (self->route->liveness, &self->watched);
  norpc_call_unref (self->call);
  g_variant_unref (self->args);
  g_free (self->reply);
  end_call (self);
  g_object_unref (self->owner);
  g_free (self);
}

/* Takes ownership of @self and @error. */
static void
fail (Call   *self,
      GError *error)
{
  unwatch (self);
  norpc_nats_call_note_unsent (self->route, self->call, error);
  end_call (self);
  norpc_call_take_error (self->call, error);
  call_free (self);
}

/* Takes ownership of @self. */
static void
reject (Call       *self,
        const char *reason)
{
  fail (self, g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED, "%s.%s failed: %s", get_info (self)->dbus.name,
                           norpc_call_get_method_name (self->call), reason));
}

/* Tells the service that nothing waits for its reply. */
static void
send_cancel (Call *self)
{
  g_autofree char *subject = norpc_nats_make_control (self->route->prefix, "cancel");
  natsMsg *message = norpc_nats_message_new_text (subject, self->reply);

  if (message != NULL)
    norpc_nats_link_publish (self->route->link, message, NULL);
}

/* Runs in the thread of the link, in which the cancellable was got. If the reply is on its way, that comes to
 * nothing by itself.
 */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      user_data)
{
  Call *self = user_data;

  if (!norpc_nats_inbox_remove (self->route->inbox, &self->waiter))
    return;

  if (self->reply != NULL)
    send_cancel (self);
  call_free (self);
}

/* Returns a message (owned), or NULL if @error is set. */
static natsMsg *
make_message (Call    *self,
              GError **error)
{
  gint64 deadline = norpc_call_get_deadline (self->call);
  g_autofree char *subject = norpc_nats_make_subject (self->route->prefix, get_info (self), get_member (self));
  natsMsg *message = norpc_nats_message_new (subject, self->reply, self->args, error);

  if (message != NULL && deadline != 0)
    {
      gint64 left = (deadline - norpc_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, CLAMP (left, 1, G_MAXINT32));

      norpc_nats_message_set_header (message, NORPC_NATS_HEADER_TIMEOUT, text);
    }
  if (message != NULL)
    norpc_nats_message_set_trace (message, self->call);

  return message;
}

/* Takes ownership of @self and @error. The connection may be lost before the library says so. */
static void
fail_to_send (Call   *self,
              GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (self->patience == 0 || self->patience == G_MAXINT64)
    self->patience = now + TIME_TO_RECONNECT;

  if (!has_flag (self, NORPC_METHOD_FLAGS_IDEMPOTENT) || !g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
      now >= self->patience)
    {
      g_prefix_error (&error, "%s.%s failed: ", get_info (self)->dbus.name, norpc_call_get_method_name (self->call));
      fail (self, error);
      return;
    }

  g_error_free (error);
  norpc_nats_inbox_park_briefly (self->route->inbox, &self->waiter);
}

/* Takes ownership of @self. */
static void
send_one_way (Call *self)
{
  GError *error = NULL;
  natsMsg *message = make_message (self, &error);

  if (message == NULL || !norpc_nats_link_publish_now (self->route->link, message, &error))
    {
      fail_to_send (self, error);
      return;
    }

  norpc_nats_link_note_one_way (self->route->link);
  end_call (self);
  norpc_call_return_values (self->call, 0, NULL);
  call_free (self);
}

/* Takes ownership of @self. */
static void
send_with_reply (Call *self)
{
  GError *error = NULL;
  natsMsg *message;

  g_free (self->reply);
  self->reply = norpc_nats_inbox_add (self->route->inbox, &self->waiter);
  message = make_message (self, &error);
  if (message != NULL && norpc_nats_link_publish_now (self->route->link, message, &error))
    {
      self->waiter.is_sent = TRUE;
      self->watched.reply = self->reply;
      self->watched.size = g_variant_get_size (self->args);
      norpc_nats_liveness_add (self->route->liveness, &self->watched);
      return;
    }

  /* No reply can have come to a message that was not sent, unless somebody else has sent one. */
  if (norpc_nats_inbox_remove (self->route->inbox, &self->waiter))
    fail_to_send (self, error);
  else
    g_error_free (error);
}

/* Takes ownership of @self. */
static void
wait_for_connection (Call *self)
{
  if (has_flag (self, NORPC_METHOD_FLAGS_IDEMPOTENT))
    self->patience = G_MAXINT64;
  norpc_nats_inbox_park (self->route->inbox, &self->waiter);
}

/* Takes ownership of @self. */
static void
reject_closed (Call *self)
{
  g_autofree char *reason = norpc_nats_link_describe_end (self->route->link);

  reject (self, reason);
}

/* Returns TRUE if a call that cannot be sent at the moment waits for a connection. One that has not been sent yet also
 * does if there is a connection, which the thread of the link is about to notice.
 */
static gboolean
may_wait (Call *self)
{
  return has_flag (self, NORPC_METHOD_FLAGS_IDEMPOTENT) ||
         (!self->waiter.is_sent && norpc_nats_link_is_connected (self->route->link));
}

/* Takes ownership of @self. It does not overtake a call of its endpoint that waits. */
static void
call_send (Call *self)
{
  gboolean is_usable = norpc_nats_link_is_usable (self->route->link);

  if (norpc_nats_link_is_closed (self->route->link))
    reject_closed (self);
  else if (!is_usable && may_wait (self))
    wait_for_connection (self);
  else if (!is_usable)
    reject (self, "there is no connection to NATS");
  else if (self->route->n_parked > 0)
    norpc_nats_inbox_park (self->route->inbox, &self->waiter);
  else if (has_flag (self, NORPC_METHOD_FLAGS_ONEWAY))
    send_one_way (self);
  else
    send_with_reply (self);
}

static void
begin (gpointer data)
{
  Call *self = data;
  GCancellable *cancellable = norpc_call_get_cancellable (self->call);

  if (g_cancellable_is_cancelled (cancellable) || norpc_call_is_replied (self->call) ||
      !norpc_call_mark_sent (self->call))
    {
      call_free (self);
      return;
    }

  self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
  call_send (self);
}

/* Returns the results (owned) in a reply, or NULL if @error is set. */
static GVariant *
read_reply (Call     *self,
            natsMsg  *message,
            GError  **error)
{
  g_autofree char *type = NULL;
  GVariant *results;

  if (norpc_nats_error_is_in (message))
    {
      g_propagate_error (error, norpc_nats_error_from (message, get_info (self)));
      return NULL;
    }

  type = accesses_properties (self->call)
           ? g_strdup ("(a{sv})")
           : norpc_interface_info_get_out_type (get_info (self), norpc_call_get_method (self->call));
  results = norpc_nats_message_dup_body (message, type, error);
  if (results == NULL)
    g_prefix_error (error, "%s.%s: the reply is wrong: ", get_info (self)->dbus.name,
                    norpc_call_get_method_name (self->call));

  return results;
}

static void
return_results (Call     *self,
                GVariant *results)
{
  const NorpcPropertyInfo *property = norpc_call_get_set_property (self->call);
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GVariant) value = NULL;

  if (!accesses_properties (self->call))
    {
      norpc_call_return_variant (self->call, results);
      return;
    }

  values = g_variant_get_child_value (results, 0);
  if (property == NULL)
    {
      norpc_nats_remote_answer_get_all (self->route->remote, self->call, values);
      return;
    }

  value = g_variant_lookup_value (values, property->dbus.name, NULL);
  norpc_call_return_set_property (self->call, value);
}

static void
call_replied (NorpcNatsWaiter *waiter,
              natsMsg         *message)
{
  Call *self = (Call *) waiter;
  g_autoptr (GVariant) results = NULL;
  GError *error = NULL;

  norpc_nats_liveness_note_reply (self->route->liveness, (gsize) natsMsg_GetDataLength (message));
  if (natsMsg_IsNoResponders (message) && self->patience > g_get_monotonic_time ())
    {
      natsMsg_Destroy (message);
      norpc_nats_liveness_remove (self->route->liveness, &self->watched);
      norpc_nats_inbox_park_briefly (self->route->inbox, waiter);
      return;
    }

  unwatch (self);
  if (natsMsg_IsNoResponders (message) || norpc_nats_error_is_rejection (message))
    norpc_call_mark_rejected (self->call);
  if (natsMsg_IsNoResponders (message))
    error = g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED, "%s.%s failed: nothing serves '%s' at NATS",
                         get_info (self)->dbus.name, norpc_call_get_method_name (self->call), self->route->prefix);
  else
    results = read_reply (self, message, &error);
  natsMsg_Destroy (message);

  end_call (self);
  if (error != NULL)
    norpc_call_take_error (self->call, error);
  else
    return_results (self, results);
  call_free (self);
}

static gboolean
call_lost (NorpcNatsWaiter *waiter,
           const char      *reason,
           gboolean         for_good)
{
  Call *self = (Call *) waiter;

  if (!for_good && may_wait (self))
    {
      if (has_flag (self, NORPC_METHOD_FLAGS_IDEMPOTENT))
        self->patience = G_MAXINT64;
      self->waiter.is_sent = FALSE;
      norpc_nats_liveness_remove (self->route->liveness, &self->watched);
      return FALSE;
    }

  reject (self, reason);

  return TRUE;
}

static void
call_resume (NorpcNatsWaiter *waiter)
{
  Call *self = (Call *) waiter;

  if (self->patience == G_MAXINT64)
    self->patience = g_get_monotonic_time () + TIME_TO_RECONNECT;
  call_send (self);
}

/* The process that has got the call has gone, or the call has not reached any. */
static void
call_gone (NorpcNatsWatched *watched)
{
  Call *self = (Call *) ((char *) watched - G_STRUCT_OFFSET (Call, watched));

  if (!norpc_nats_inbox_remove (self->route->inbox, &self->waiter))
    return;

  if (has_flag (self, NORPC_METHOD_FLAGS_IDEMPOTENT) && self->n_gone++ < MAX_GONE)
    call_send (self);
  else
    reject (self, "the process that served it has gone, or NATS does not permit its messages");
}

static const NorpcNatsWaiterImpl call_impl = { call_replied, call_lost, call_resume };

/* Returns a text (owned) that says why a call cannot be sent, or NULL. */
static char *
find_not_portable (NorpcCall *call)
{
  const NorpcInterfaceInfo *info = norpc_call_get_interface_info (call);
  const NorpcPropertyInfo *property = norpc_call_get_set_property (call);

  if (norpc_call_gets_properties (call))
    return NULL;
  if (property == NULL)
    return norpc_nats_find_not_portable (info, norpc_call_get_method (call));

  return norpc_nats_property_is_portable (property)
           ? NULL
           : g_strdup_printf ("The property %s.%s cannot be set over NATS: its values have no form there",
                              info->dbus.name, property->dbus.name);
}

/* Returns a text (owned) that says why the arguments cannot be sent, or NULL. */
static char *
find_handle (NorpcCall *call,
             GVariant  *args)
{
  const NorpcInterfaceInfo *info = norpc_call_get_interface_info (call);
  const NorpcPropertyInfo *property = norpc_call_get_set_property (call);

  if (norpc_call_gets_properties (call))
    return NULL;
  if (property == NULL)
    return norpc_nats_find_handle (info, norpc_call_get_method (call), "argument", args);

  return norpc_nats_has_handle (args)
           ? g_strdup_printf ("The property %s.%s cannot be set over NATS: its value has a file descriptor in a variant",
                              info->dbus.name, property->dbus.name)
           : NULL;
}

/* Returns the arguments (owned), or NULL if @error is set. */
static GVariant *
dup_args (NorpcCall  *call,
          GError    **error)
{
  const NorpcPropertyInfo *property = norpc_call_get_set_property (call);
  g_autofree char *reason = find_not_portable (call);
  g_autoptr (GVariant) args = NULL;
  g_autoptr (GVariant) value = NULL;

  if (reason != NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, reason);
      return NULL;
    }

  args = norpc_call_dup_args_variant (call, error);
  if (args == NULL)
    return NULL;

  reason = find_handle (call, args);
  if (reason != NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, reason);
      return NULL;
    }
  if (property == NULL)
    return g_steal_pointer (&args);

  value = g_variant_get_child_value (args, 0);

  return g_variant_ref_sink (g_variant_new ("(sv)", property->dbus.name, value));
}

void
norpc_nats_call_send (NorpcNatsRoute *route,
                      NorpcCall      *call)
{
  GError *error = NULL;
  GVariant *args = dup_args (call, &error);
  Call *self;

  if (args == NULL)
    {
      norpc_nats_call_note_unsent (route, call, error);
      route->ended (route->owner);
      norpc_call_take_error (call, error);
      norpc_call_unref (call);
      return;
    }

  /* From here on, the tuple has the bytes of its parts, and does not refer to memory of the application, which the thread
   * of the link would release.
   */
  g_variant_get_data (args);
  self = g_new0 (Call, 1);
  self->waiter.impl = &call_impl;
  self->waiter.n_parked = &route->n_parked;
  self->watched.gone = call_gone;
  self->route = route;
  self->owner = g_object_ref (route->owner);
  self->call = call;
  self->args = args;
  norpc_nats_link_invoke (route->link, begin, self);
}
