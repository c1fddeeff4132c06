/* norpc-dbus-clients.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifdef __linux__
#define _GNU_SOURCE /* for struct ucred */
#include <sys/socket.h>
#endif

#include "call/norpc-call-group-private.h"
#include "call/norpc-sender-private.h"
#include "norpc-dbus-clients-private.h"
#include "norpc-dbus-mailbox-private.h"
#include "norpc-dbus-unreceived-private.h"

struct _NorpcDBusClients
{
  gatomicrefcount      ref_count;
  GDBusConnection     *connection; /* (owned) */
  NorpcDBusClientFunc  func;
  NorpcDBusClientLeftFunc left;
  gpointer             data;
  GHashTable          *clients;    /* (owned): of names and owned NorpcDBusClient */
  gboolean             ended;
};

static NorpcDBusClients *
clients_ref (NorpcDBusClients *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
clients_unref (gpointer data)
{
  NorpcDBusClients *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->clients);
  g_object_unref (self->connection);
  g_free (self);
}

/* Adds the cancellables of the requests of a client to @cancellables. */
static void
steal_requests (NorpcDBusClient *self,
                GPtrArray       *cancellables)
{
  GHashTableIter iter;
  gpointer cancellable;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &cancellable))
    g_ptr_array_add (cancellables, g_object_ref (cancellable));
  g_hash_table_remove_all (self->requests);
}

/* A service that is cancelled runs code of the application, which may change anything here. */
static void
cancel (GPtrArray *cancellables)
{
  for (guint i = 0; i < cancellables->len; i++)
    g_cancellable_cancel (cancellables->pdata[i]);
}

static void
client_unref (gpointer data)
{
  NorpcDBusClient *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->end, norpc_dbus_match_free);
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_hash_table_unref (self->requests);
  g_clear_pointer (&self->sender, norpc_sender_unref);
  g_free (self->name);
  g_clear_pointer (&self->notes.trace, norpc_trace_context_unref);
  g_free (self);
}

NorpcDBusClients *
norpc_dbus_clients_new (GDBusConnection     *connection,
                        NorpcDBusClientFunc  func,
                        NorpcDBusClientLeftFunc left,
                        gpointer             data)
{
  NorpcDBusClients *self = g_new0 (NorpcDBusClients, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->func = func;
  self->left = left;
  self->data = data;
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, client_unref);

  return self;
}

void
norpc_dbus_clients_cancel_all (NorpcDBusClients *self)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer client;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &client))
    steal_requests (client, cancellables);
  cancel (cancellables);
}

/* The messages of clients that the bus has not identified yet are answered, too. */
void
norpc_dbus_clients_free (NorpcDBusClients *self)
{
  GHashTableIter iter;
  gpointer value;

  self->ended = TRUE;
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      NorpcDBusClient *client = value;

      for (GList *l = client->waiting.head; l != NULL; l = l->next)
        {
          norpc_dbus_release_unreceived (self->connection, l->data);
          norpc_dbus_mailbox_answer_closed (self->connection, l->data);
        }
    }
  g_hash_table_remove_all (self->clients);
  clients_unref (self);
}

static gboolean
is_gone (GVariant *args)
{
  const char *owner = "";

  if (g_variant_is_of_type (args, G_VARIANT_TYPE ("(sss)")))
    g_variant_get (args, "(&s&s&s)", NULL, NULL, &owner);

  return *owner == '\0';
}

/* Handles a message (owned). Code of the application may run: afterwards, the client may have left, and @self may have
 * ended.
 */
static void
handle_taken (NorpcDBusClients *self,
              NorpcDBusClient  *client,
              GDBusMessage     *message)
{
  g_atomic_ref_count_inc (&client->ref_count);
  self->func (client, message, self->data);
  client_unref (client);
}

/* Called by those that keep @self. Code of the application may run, as above. */
static void
handle_waiting (NorpcDBusClients *self,
                NorpcDBusClient  *client)
{
  GDBusMessage *message;

  g_atomic_ref_count_inc (&client->ref_count);
  while (!self->ended && (message = g_queue_pop_head (&client->waiting)) != NULL)
    handle_taken (self, client, message);
  client_unref (client);
}

/* Called by those that keep @self. Code of the application may run, as above. The calls that wait for replies are
 * cancelled; the others are handled, because their client need not have waited for that.
 */
static void
remove_client (NorpcDBusClients *self,
               const char       *name)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *owned_name = g_strdup (name);
  NorpcDBusClient *client = g_hash_table_lookup (self->clients, owned_name);

  if (client != NULL)
    {
      client->has_left = TRUE;
      if (client->sender == NULL)
        client->sender = norpc_sender_new (self->connection, client->name, NULL);
      handle_waiting (self, client);
    }
  if (self->ended || g_hash_table_lookup (self->clients, owned_name) != client || client == NULL)
    return;

  steal_requests (client, cancellables);
  g_hash_table_remove (self->clients, owned_name);
  self->left (owned_name, self->data);
  cancel (cancellables);
}

static void
vanished_cb (GDBusConnection *connection G_GNUC_UNUSED,
             const char      *sender,
             const char      *path G_GNUC_UNUSED,
             const char      *interface_name G_GNUC_UNUSED,
             const char      *member G_GNUC_UNUSED,
             GVariant        *args,
             gpointer         user_data)
{
  NorpcDBusClients *self = clients_ref (user_data);
  g_autoptr (GVariant) name = g_variant_get_child_value (args, 0);

  if (!self->ended && g_strcmp0 (sender, "org.freedesktop.DBus") == 0 && is_gone (args))
    remove_client (self, g_variant_get_string (name, NULL));
  clients_unref (self);
}

/* Returns the credentials (owned) in a reply of the bus, or NULL if they are not complete. */
static GCredentials *
read_credentials (GVariant *reply)
{
#ifdef __linux__
  g_autoptr (GVariant) dict = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) groups = g_variant_lookup_value (dict, "UnixGroupIDs", G_VARIANT_TYPE ("au"));
  struct ucred ucred = { .gid = (gid_t) -1 };
  guint32 uid;
  guint32 pid;
  GCredentials *credentials;

  if (!g_variant_lookup (dict, "UnixUserID", "u", &uid) || !g_variant_lookup (dict, "ProcessID", "u", &pid))
    return NULL;

  ucred.uid = uid;
  ucred.pid = (pid_t) pid;
  if (groups != NULL && g_variant_n_children (groups) > 0)
    {
      guint32 gid;

      g_variant_get_child (groups, 0, "u", &gid);
      ucred.gid = gid;
    }
  credentials = g_credentials_new ();
  g_credentials_set_native (credentials, G_CREDENTIALS_TYPE_LINUX_UCRED, &ucred);

  return credentials;
#else
  return NULL;
#endif
}

/* A question to the bus. */
typedef struct
{
  NorpcDBusClients *clients; /* (owned) */
  char             *name;    /* (owned) */
} Question;

static void
identified_cb (GObject      *connection,
               GAsyncResult *result,
               gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);
  g_autoptr (GCredentials) credentials = reply != NULL ? read_credentials (reply) : NULL;
  NorpcDBusClient *client = question->clients->ended ? NULL
                                                     : g_hash_table_lookup (question->clients->clients, question->name);

  /* It may have left before anybody asked to be told. */
  if (client != NULL && g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    {
      remove_client (question->clients, question->name);
    }
  else if (client != NULL)
    {
      client->sender = norpc_sender_new (question->clients->connection, client->name, credentials);
      handle_waiting (question->clients, client);
    }
  clients_unref (question->clients);
  g_free (question->name);
  g_free (question);
}

/* Returns the credentials (owned) of the peer, or NULL. GDBus has them only for the side that has authenticated it. */
static GCredentials *
dup_peer_credentials (GDBusConnection *connection)
{
  GCredentials *credentials = g_dbus_connection_get_peer_credentials (connection);
  GIOStream *stream = g_dbus_connection_get_stream (connection);

  if (credentials != NULL)
    return g_object_ref (credentials);
  if (!G_IS_SOCKET_CONNECTION (stream))
    return NULL;

  return g_socket_get_credentials (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), NULL);
}

/* Asks the bus who a client is, and to be told when it leaves. */
static void
identify (NorpcDBusClients *self,
          NorpcDBusClient  *client)
{
  Question *question;

  if (*client->name == '\0')
    {
      g_autoptr (GCredentials) credentials = dup_peer_credentials (self->connection);

      client->sender = norpc_sender_new (self->connection, NULL, credentials);
      return;
    }

  client->end = norpc_dbus_match_new (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                      "org.freedesktop.DBus", "NameOwnerChanged", client->name, NORPC_DBUS_MATCH_SIGNAL,
                                      vanished_cb,
                                      clients_ref (self), clients_unref);
  question = g_new (Question, 1);
  *question = (Question) { clients_ref (self), g_strdup (client->name) };
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionCredentials", g_variant_new ("(s)", client->name), G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, identified_cb, question);
}

static NorpcDBusClient *
ensure_client (NorpcDBusClients *self,
               const char       *name)
{
  NorpcDBusClient *client = g_hash_table_lookup (self->clients, name);

  if (client != NULL)
    return client;

  client = g_new0 (NorpcDBusClient, 1);
  g_atomic_ref_count_init (&client->ref_count);
  client->name = g_strdup (name);
  client->number = norpc_call_next_client ();
  client->requests = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  g_hash_table_insert (self->clients, client->name, client);
  identify (self, client);

  return client;
}

/* Has the function for clients that have left called when the process leaves the bus, whether it calls or not. */
void
norpc_dbus_clients_watch (NorpcDBusClients *self,
                          const char       *name)
{
  ensure_client (self, name);
}

/* Takes ownership of @message, which is handled once its sender is known, and those before it have been handled. */
void
norpc_dbus_clients_take (NorpcDBusClients *self,
                         GDBusMessage     *message)
{
  const char *name = g_dbus_message_get_sender (message);
  NorpcDBusClient *client;

  /* On a connection without a bus, the peer can write there what it wants. */
  if (g_dbus_connection_get_unique_name (self->connection) == NULL || name == NULL)
    name = "";
  client = ensure_client (self, name);
  if (client->sender != NULL && g_queue_is_empty (&client->waiting))
    handle_taken (self, client, message);
  else
    g_queue_push_tail (&client->waiting, message);
}

/* Returns a cancellable (owned) for a request, or NULL if the client has one with the same number. */
GCancellable *
norpc_dbus_client_begin (NorpcDBusClient *self,
                         guint32          serial)
{
  GCancellable *cancellable;

  if (g_hash_table_contains (self->requests, GUINT_TO_POINTER (serial)))
    return NULL;

  cancellable = g_cancellable_new ();
  g_hash_table_insert (self->requests, GUINT_TO_POINTER (serial), g_object_ref (cancellable));

  return cancellable;
}

/* Returns FALSE if the client does not wait for an answer any more. */
gboolean
norpc_dbus_clients_finish (NorpcDBusClients *self,
                           const char       *name,
                           guint32           serial)
{
  NorpcDBusClient *client = g_hash_table_lookup (self->clients, name);

  return client != NULL && g_hash_table_remove (client->requests, GUINT_TO_POINTER (serial));
}

void
norpc_dbus_client_cancel (NorpcDBusClient *self,
                          guint32          serial)
{
  g_autoptr (GCancellable) cancellable = g_hash_table_lookup (self->requests, GUINT_TO_POINTER (serial));

  if (cancellable == NULL)
    return;

  g_object_ref (cancellable);
  g_hash_table_remove (self->requests, GUINT_TO_POINTER (serial));
  g_cancellable_cancel (cancellable);
}

/* Gets the notes about a call, to be read or written. A client sends them directly before the call, so that those about
 * another one are out of date: that call has begun, or was rejected.
 */
NorpcDBusNotes *
norpc_dbus_client_get_notes (NorpcDBusClient *self,
                             guint32          serial)
{
  if (self->notes.serial != serial)
    {
      g_clear_pointer (&self->notes.trace, norpc_trace_context_unref);
      self->notes = (NorpcDBusNotes) { .serial = serial };
    }

  return &self->notes;
}
