/* norpc-dbus-opened-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "dynamic/norpc-dynamic-stream.h"
#include "events/norpc-stream-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-opened-stream-private.h"
#include "norpc-dbus-stream-info-private.h"
#include "norpc-dbus-unanswered-private.h"

/* How many items may be on their way without a reply: a bus limits the number of replies that a connection waits for,
 * usually to 128.
 */
#define MAX_WRITES 32

struct _NorpcDBusOpenedStream
{
  gatomicrefcount           ref_count; /* of replies that are waited for, too */
  NorpcDBusObject          *object;    /* (owned) */
  const NorpcInterfaceInfo *interface_info;
  guint                     method;
  NorpcStream              *stream;    /* (owned): the service's end of the client's stream */
  NorpcPipe                *pipe;      /* (owned) */
  GSource                  *watch;     /* (owned): wakes up when the client has read or written */
  char                     *sender;    /* (owned) (nullable): of the object, if there is a bus */
  char                     *path;      /* (owned) */
  char                     *interface_name; /* (owned) */
  NorpcDBusOutcomeFunc      func;
  gpointer                  owner;     /* (unowned): until the stream has ended */
  gboolean                  has_ended;
  gboolean                  has_credit; /* the service has had the first credit with the call */
  gboolean                  awaits_end; /* the service has not yet answered the message that waits for the end */
  gboolean                  is_abandoned; /* nobody waits for that answer, which is counted as missing */

  guint64                   n_granted; /* items that the writer has had credit for */
  guint64                   n_passed;  /* items that have arrived from the service, or that were sent to it */
  gboolean                  awaits_credit; /* the service has not yet answered a message that gives credit */
  guint                     n_writes;  /* that the service has not answered */
  gboolean                  finished;  /* the service knows that there are no more items */
};

static NorpcDBusOpenedStream *
opened_stream_ref (NorpcDBusOpenedStream *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
opened_stream_unref (gpointer data)
{
  NorpcDBusOpenedStream *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->stream);
  norpc_pipe_unref (self->pipe);
  g_source_unref (self->watch);
  g_free (self->interface_name);
  g_free (self->path);
  g_free (self->sender);
  norpc_dbus_object_unref (self->object);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcDBusOpenedStream, opened_stream_unref)

static const NorpcMethodInfo *
get_stream_method (NorpcDBusOpenedStream *self)
{
  return self->interface_info->methods[self->method];
}

/* Of the pipe. The client, or an export that passes the call on, has the other end. */
static NorpcPipeEnd
get_own_end (NorpcDBusOpenedStream *self)
{
  return norpc_dbus_stream_goes_in (get_stream_method (self)) ? NORPC_PIPE_READER : NORPC_PIPE_WRITER;
}

/* Takes ownership of the error. */
static void
fail_opened_stream (NorpcDBusOpenedStream *self,
                    GError                *error)
{
  self->func (self->owner, NULL, error, TRUE);
}

static void fail_wrong (NorpcDBusOpenedStream *self,
                        const char            *format,
                        ...) G_GNUC_PRINTF (2, 3);

/* The service has sent what its description does not allow. */
static void
fail_wrong (NorpcDBusOpenedStream *self,
            const char            *format,
            ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fail_opened_stream (self, g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s",
                                         self->interface_info->dbus.name, get_stream_method (self)->dbus.name, text));
}

/* Sends a message to the object of the stream. Without @func, nobody waits for its reply. */
static void
send_to_service (NorpcDBusOpenedStream *self,
                 const char            *member,
                 GVariant              *args,
                 GAsyncReadyCallback    func)
{
  g_dbus_connection_call (self->object->connection, self->sender != NULL ? self->sender : self->object->name,
                          self->path, self->interface_name, member, args, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          G_MAXINT, NULL, func, func != NULL ? opened_stream_ref (self) : NULL);
}

/* Returns the error (owned) of a reply, or NULL if there is none, or if the stream has ended. */
static GError *
finish_message (NorpcDBusOpenedStream *self,
                GObject               *connection,
                GAsyncResult          *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (error == NULL || self->has_ended)
    return NULL;
  if (norpc_dbus_error_is_own (error, G_IO_ERROR_CLOSED))
    return g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED, "%s.%s failed: the connection is closed",
                        self->interface_info->dbus.name, get_stream_method (self)->dbus.name);

  /* The methods of a stream reject items; they do not return errors of the service. */
  return norpc_dbus_error_translate_rejection (g_steal_pointer (&error));
}

static void
sent_cb (GObject      *connection,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (NorpcDBusOpenedStream) self = user_data;
  GError *error = finish_message (self, connection, result);

  if (error != NULL)
    fail_opened_stream (self, error);
}

/* The service answers this message when the stream has ended. Without it, nothing would tell that the connection is
 * closed: the context in which that is signalled may be blocked by the client.
 */
static void
waited_cb (GObject      *connection,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (NorpcDBusOpenedStream) self = user_data;
  GError *error = finish_message (self, connection, result);

  self->awaits_end = FALSE;
  if (self->is_abandoned)
    norpc_dbus_unanswered_remove (self->object->connection, self->object->name);
  if (error != NULL)
    fail_opened_stream (self, error);
  else if (!self->has_ended)
    fail_wrong (self, "the service has ended the stream without an outcome");
}

static void give_credit (NorpcDBusOpenedStream *self);

static void
credit_given_cb (GObject      *connection,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (NorpcDBusOpenedStream) self = user_data;
  GError *error = finish_message (self, connection, result);

  self->awaits_credit = FALSE;
  if (error != NULL)
    fail_opened_stream (self, error);
  else if (!self->has_ended)
    give_credit (self);
}

/* Gives the service credit for as many items as there is room for. One message at a time is on its way, so that a
 * client that reads fast does not flood the service with them.
 */
static void
give_credit (NorpcDBusOpenedStream *self)
{
  guint64 n_read = self->n_passed - norpc_pipe_get_n_items (self->pipe);
  guint64 n_new = n_read + self->pipe->capacity - self->n_granted;

  if (self->awaits_credit || n_new == 0)
    return;

  self->awaits_credit = TRUE;
  self->n_granted += n_new;
  send_to_service (self, NORPC_DBUS_STREAM_CREDIT, g_variant_new ("(u)", (guint32) n_new), credit_given_cb);
}

static void write_items (NorpcDBusOpenedStream *self);

/* A service that reads no more closes its end; the stream goes on. */
static void
item_written_cb (GObject      *connection,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (NorpcDBusOpenedStream) self = user_data;
  GError *error = finish_message (self, connection, result);

  self->n_writes--;
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED))
    {
      norpc_stream_close (self->stream);
      g_error_free (error);
    }
  else if (error != NULL)
    {
      fail_opened_stream (self, error);
    }
  else if (!self->has_ended)
    {
      write_items (self);
    }
}

/* Returns FALSE if @item cannot be sent, and ends the stream. The message does not refer to memory of the item. */
static gboolean
write_to_service (NorpcDBusOpenedStream *self,
                  NorpcItem             *item)
{
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) values = norpc_item_dup_variant (item, &error);

  if (values == NULL)
    {
      fail_opened_stream (self, error);
      return FALSE;
    }

  problem = norpc_dbus_find_args_excess (get_stream_method (self)->items, values, "item");
  if (problem == NULL)
    form = norpc_dbus_to_form (values, NULL, &problem);
  if (form != NULL)
    problem = norpc_dbus_find_body_excess (form);
  if (problem != NULL)
    {
      fail_wrong (self, "%s", problem);
      return FALSE;
    }

  g_variant_get_data (form);
  self->n_passed++;
  self->n_writes++;
  send_to_service (self, NORPC_DBUS_STREAM_WRITE, form, item_written_cb);

  return TRUE;
}

static void
release_item (gpointer item)
{
  norpc_item_unref (item);
}

/* Sends the items of the client that the service has given credit for, and then their end. Functions of the application that
 * free values do not run in this thread.
 */
static void
write_items (NorpcDBusOpenedStream *self)
{
  NorpcItem *item;

  while (self->n_passed < self->n_granted && self->n_writes < MAX_WRITES &&
         (item = norpc_stream_take_item (self->stream)) != NULL)
    {
      gboolean written = write_to_service (self, item);

      norpc_background_push_release (release_item, item);
      if (!written)
        return;
    }

  if (self->finished || !(self->pipe->empty || norpc_stream_is_at_end (self->stream)))
    return;

  self->finished = TRUE;
  send_to_service (self, NORPC_DBUS_STREAM_FINISH, NULL, sent_cb);
}

static gboolean
pipe_watch_dispatch (GSource     *source,
                     GSourceFunc  callback G_GNUC_UNUSED,
                     gpointer     user_data)
{
  g_autoptr (NorpcDBusOpenedStream) self = opened_stream_ref (user_data);

  g_source_set_ready_time (source, -1);
  if (norpc_dbus_stream_goes_in (get_stream_method (self)))
    write_items (self);
  else
    give_credit (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pipe_watch_funcs = { NULL, NULL, pipe_watch_dispatch, NULL, NULL, NULL };

static void
take_item_signal (NorpcDBusOpenedStream *self,
                  GVariant              *args)
{
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) values =
    norpc_dbus_args_from_form (get_stream_method (self)->items, "item", args, NULL, &problem);
  g_autoptr (NorpcItem) item = norpc_item_new (self->interface_info, self->method);
  GError *error = NULL;

  if (values == NULL)
    {
      fail_wrong (self, "%s", problem);
      return;
    }

  self->n_passed++;
  if (self->n_passed > self->n_granted)
    fail_wrong (self, "the service sends more items than the client takes");
  else if (!norpc_item_set_variant (item, values, &error))
    fail_opened_stream (self, error);
  else if (!norpc_stream_write (self->stream, g_steal_pointer (&item), &error))
    g_error_free (error); /* the call has just completed, or the client reads no more */
  else
    give_credit (self);
}

/* The service takes more items. */
static void
take_credit_signal (NorpcDBusOpenedStream *self,
                    GVariant              *args)
{
  guint64 capacity = self->pipe->capacity;
  guint64 n_freed = MAX (self->n_granted, capacity) - capacity;
  guint32 n_items;

  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(u)")))
    {
      fail_wrong (self, "the credit is of type '%s'", g_variant_get_type_string (args));
      return;
    }

  g_variant_get (args, "(u)", &n_items);
  self->n_granted = MIN (self->n_granted + n_items, self->n_passed + capacity);
  norpc_pipe_free_slots (self->pipe, MAX (self->n_granted, capacity) - capacity - n_freed);
  write_items (self);
}

static void
take_failure_signal (NorpcDBusOpenedStream *self,
                     GVariant              *args)
{
  const char *name;
  const char *text;

  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(ss)")))
    {
      fail_wrong (self, "the error is of type '%s'", g_variant_get_type_string (args));
      return;
    }

  g_variant_get (args, "(&s&s)", &name, &text);
  self->func (self->owner, NULL, norpc_dbus_error_translate (g_dbus_error_new_for_dbus_error (name, text)), FALSE);
}

static void
stream_signal_cb (GDBusConnection *connection G_GNUC_UNUSED,
                  const char      *sender,
                  const char      *path,
                  const char      *interface_name,
                  const char      *member,
                  GVariant        *args,
                  gpointer         user_data)
{
  NorpcDBusObject *object = user_data;
  NorpcDBusOpenedStream *found = g_hash_table_lookup (object->streams, path);
  g_autoptr (NorpcDBusOpenedStream) self = found != NULL ? opened_stream_ref (found) : NULL;

  /* Any process on the bus can send signals to this one. */
  if (self == NULL || !g_str_equal (self->interface_name, interface_name) ||
      (self->sender != NULL && g_strcmp0 (self->sender, sender) != 0))
    return;

  if (g_str_equal (member, NORPC_DBUS_STREAM_END))
    self->func (self->owner, args, NULL, FALSE);
  else if (g_str_equal (member, NORPC_DBUS_STREAM_FAILED))
    take_failure_signal (self, args);
  else if (norpc_dbus_stream_goes_in (get_stream_method (self)) && g_str_equal (member, NORPC_DBUS_STREAM_CREDIT))
    take_credit_signal (self, args);
  else if (!norpc_dbus_stream_goes_in (get_stream_method (self)) && g_str_equal (member, NORPC_DBUS_STREAM_ITEM))
    take_item_signal (self, args);
}

/* Called before the call is sent: the first signals may arrive directly after its reply. The service sends them to this
 * connection only, so that no rule of the bus selects them.
 */
void
norpc_dbus_opened_stream_prepare (NorpcDBusObject *object,
                                  NorpcCall       *call)
{
  g_autofree char *name = norpc_dbus_stream_get_interface_name (call->interface_info, call->method);
  guint id;

  norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM);
  if (g_hash_table_contains (object->stream_signals, name))
    return;

  id = g_dbus_connection_signal_subscribe (object->connection, NULL, name, NULL, NULL, NULL,
                                           G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, stream_signal_cb,
                                           norpc_dbus_object_ref (object), norpc_dbus_object_unref);
  g_hash_table_insert (object->stream_signals, g_steal_pointer (&name), GUINT_TO_POINTER (id));
}

/* Gets the number of items for which a service has credit from the beginning. */
guint
norpc_dbus_opened_stream_get_first_credit (NorpcCall *call)
{
  NorpcStream *stream = norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM);

  return norpc_dbus_stream_goes_in (norpc_call_get_method_info (call))
           ? 0 : norpc_stream_get_private (stream)->pipe->capacity;
}

/* Returns the path (unowned) in a reply, or NULL with an error. */
static const char *
read_stream_path (NorpcDBusObject  *object,
                  NorpcCall        *call,
                  GDBusMessage     *reply,
                  GError          **error)
{
  GVariant *body = g_dbus_message_get_body (reply);
  const char *path = NULL;

  if (body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(o)")))
    g_variant_get (body, "(&o)", &path);
  if (path != NULL && !g_hash_table_contains (object->streams, path))
    return path;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, path != NULL
                 ? "%s.%s: the reply has the path of another stream" : "%s.%s: the reply is not the path of a stream",
               norpc_call_get_interface_name (call), norpc_call_peek_method_name (call));

  return NULL;
}

/* Returns the stream (owned) that @reply tells of, or NULL with an error. @has_credit tells that the service has had
 * the first credit. Once its outcome is there, or it cannot go on, @func is called with @owner.
 */
NorpcDBusOpenedStream *
norpc_dbus_opened_stream_new (NorpcDBusObject       *object,
                              NorpcCall             *call,
                              GDBusMessage          *reply,
                              gboolean               has_credit,
                              NorpcDBusOutcomeFunc   func,
                              gpointer               owner,
                              GError               **error)
{
  const char *path = read_stream_path (object, call, reply, error);
  NorpcDBusOpenedStream *self;

  if (path == NULL)
    return NULL;

  self = g_new0 (NorpcDBusOpenedStream, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->object = norpc_dbus_object_ref (object);
  self->interface_info = call->interface_info;
  self->method = call->method;
  self->stream = g_object_ref (norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM));
  self->pipe = norpc_pipe_ref (norpc_stream_get_private (self->stream)->pipe);
  self->watch = g_source_new (&pipe_watch_funcs, sizeof (GSource));
  self->sender = g_strdup (g_dbus_message_get_sender (reply));
  self->path = g_strdup (path);
  self->interface_name = norpc_dbus_stream_get_interface_name (call->interface_info, call->method);
  self->func = func;
  self->owner = owner;
  self->has_credit = has_credit;
  self->n_granted = has_credit ? norpc_dbus_opened_stream_get_first_credit (call) : 0;
  g_hash_table_insert (object->streams, self->path, self);

  return self;
}

/* Passes on what the client has done until now, and what it does from now on. */
void
norpc_dbus_opened_stream_start (NorpcDBusOpenedStream *self)
{
  gboolean goes_in = norpc_dbus_stream_goes_in (get_stream_method (self));

  g_source_set_static_name (self->watch, "norpc D-Bus stream");
  g_source_set_callback (self->watch, NULL, self, NULL);
  g_source_set_ready_time (self->watch, 0);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
  if (goes_in)
    norpc_pipe_keep_slots (self->pipe);
  norpc_pipe_set_watch (self->pipe, get_own_end (self), self->watch);
  self->awaits_end = TRUE;
  send_to_service (self, NORPC_DBUS_STREAM_WAIT, NULL, waited_cb);
  if (goes_in && !self->has_credit)
    send_to_service (self, NORPC_DBUS_STREAM_START, NULL, sent_cb);
}

/* The client does not wait for the stream any more. The bus still waits for the answer of the service. */
void
norpc_dbus_opened_stream_abandon (NorpcDBusOpenedStream *self)
{
  if (!self->awaits_end || !norpc_dbus_object_counts_answers (self->object))
    return;

  self->is_abandoned = TRUE;
  norpc_dbus_unanswered_add (self->object->connection, self->object->name);
}

/* Tells the service that the client does not wait for the stream any more. */
void
norpc_dbus_opened_stream_close (NorpcDBusOpenedStream *self)
{
  send_to_service (self, NORPC_DBUS_STREAM_CLOSE, NULL, NULL);
}

/* Releases @self: nothing is passed on any more. */
void
norpc_dbus_opened_stream_end (NorpcDBusOpenedStream *self)
{
  self->has_ended = TRUE;
  self->owner = NULL;
  norpc_pipe_set_watch (self->pipe, get_own_end (self), NULL);
  g_source_destroy (self->watch);
  g_hash_table_remove (self->object->streams, self->path);
  opened_stream_unref (self);
}

/* Called when the object has no streams any more. */
void
norpc_dbus_opened_stream_stop_all (NorpcDBusObject *object)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, object->stream_signals);
  while (g_hash_table_iter_next (&iter, NULL, &id))
    g_dbus_connection_signal_unsubscribe (object->connection, GPOINTER_TO_UINT (id));
  g_hash_table_remove_all (object->stream_signals);
}
