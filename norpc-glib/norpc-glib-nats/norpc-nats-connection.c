/* norpc-nats-connection.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-attempt-private.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-notifier-private.h"
#include "norpc-nats-number-private.h"
#include "norpc-nats-status-private.h"

/**
 * NorpcNatsConnection:
 *
 * A connection to a server, or a cluster of servers, of NATS.
 *
 * Endpoints and exports use it: one connection serves any number of them. It has a thread of its own, so that it
 * needs no running main loop, and reconnects by itself, however long that takes, until it is closed. Only the
 * options of norpc_nats_connection_new_for_options_sync() can set a limit, which is 60 attempts if they do not
 * say otherwise. libnats closes a connection that the server rejects, see [the page on
 * NATS](../norpc-glib-1/nats.html#rejected-connections); then a warning is logged, and calls fail with its reason.
 *
 * When the connection is lost, calls that wait for their replies fail with %NORPC_ERROR_CLOSED at once, except
 * for those of methods that are idempotent in the description: they are sent again when there is a connection
 * again. So a call is performed at most once by default, and at least once if its method is idempotent.
 *
 * The connection is thread-safe. It is closed when the last reference to it is released; endpoints, exports and
 * calls have references.
 *
 * Since: 0.1
 */

/* How many bytes of URLs a message shows. */
#define MAX_SHOWN 200

struct _NorpcNatsConnection
{
  GObject parent_instance;

  /* Since construction. */
  char           *urls;    /* (owned) (nullable) */
  GMainContext   *context; /* (owned): in which it notifies */
  NorpcNatsLink  *link;    /* (owned) (nullable): NULL if it could not connect */
  NorpcNatsInbox *inbox;   /* (unowned): of the link */
};

static void norpc_nats_connection_initable_iface_init (GInitableIface *iface);
static void norpc_nats_connection_async_initable_iface_init (GAsyncInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcNatsConnection, norpc_nats_connection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, norpc_nats_connection_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE,
                                                      norpc_nats_connection_async_initable_iface_init))

typedef enum
{
  PROP_URLS = 1,
  PROP_CONNECTED,
} NorpcNatsConnectionProperty;

static GParamSpec *properties[PROP_CONNECTED + 1];

/* A link whose changes are to be watched. */
typedef struct
{
  NorpcNatsLink     *link;     /* (owned) */
  NorpcNatsInbox    *inbox;    /* (owned) */
  NorpcNatsNotifier *notifier; /* (owned) */
} Watches;

/* Runs in the thread of the link. */
static void
add_watches (gpointer data)
{
  Watches *self = data;

  norpc_nats_link_add_watch (self->link, norpc_nats_inbox_change, self->inbox, norpc_nats_inbox_free);
  norpc_nats_link_add_watch (self->link, norpc_nats_notifier_change, self->notifier, norpc_nats_notifier_unref);
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Blocks. Returns a link (owned), or NULL if @error is set. */
static NorpcNatsLink *
connect_link (natsOptions     *options,
              NorpcNatsInbox **inbox,
              GError         **error)
{
  NorpcNatsLink *link = norpc_nats_link_new (options, error);

  if (link == NULL)
    return NULL;

  *inbox = norpc_nats_inbox_new (link, error);
  if (*inbox == NULL)
    g_clear_pointer (&link, norpc_nats_link_unref);

  return link;
}

/* Takes ownership of @link and @inbox. */
static void
take_link (NorpcNatsConnection *self,
           NorpcNatsLink       *link,
           NorpcNatsInbox      *inbox)
{
  Watches *watches = g_new (Watches, 1);

  self->link = link;
  self->inbox = inbox;
  *watches = (Watches) {
    norpc_nats_link_ref (link), inbox,
    norpc_nats_notifier_new (G_OBJECT (self), properties[PROP_CONNECTED], self->context)
  };
  norpc_nats_link_invoke (link, add_watches, watches);
}

static gboolean
has_scheme (const char *url,
            const char *scheme)
{
  gsize length = strlen (scheme);

  return g_ascii_strncasecmp (url, scheme, length) == 0 && g_str_has_prefix (url + length, "://");
}

/* Returns TRUE if a URL has a host, and a scheme and a port that servers have, or none. The library takes any scheme for its
 * own, tries to reach any port, and takes this machine for a host that is missing.
 */
static gboolean
is_valid_url (const char *url)
{
  const char *scheme_end = strstr (url, "://");
  const char *host = scheme_end != NULL ? scheme_end + 3 : url;
  const char *user_end = strrchr (host, '@');
  const char *address_end, *colon;
  g_autofree char *port = NULL;
  gint64 number;

  if (scheme_end != NULL && !has_scheme (url, "nats") && !has_scheme (url, "tls"))
    return FALSE;

  host = user_end != NULL ? user_end + 1 : host;
  if (strcspn (host, ":/") == 0 || strpbrk (host, " \t\r\n") != NULL)
    return FALSE;

  address_end = strrchr (host, ']');
  colon = strrchr (address_end != NULL ? address_end : host, ':');
  if (colon == NULL)
    return TRUE;

  port = g_strndup (colon + 1, strcspn (colon + 1, "/"));

  return *port == '\0' || norpc_nats_number_read (port, 1, G_MAXUINT16, &number);
}

/* Returns the URLs (owned) for a message: without the names and passwords of users, and not at any length. */
static char *
describe_urls (const char *urls)
{
  g_auto (GStrv) list = g_strsplit (urls, ",", -1);
  g_autofree char *text = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    {
      const char *scheme_end = strstr (list[i], "://");
      const char *host = strrchr (list[i], '@');
      char *shown;

      if (host == NULL)
        continue;
      shown = g_strdup_printf ("%.*s%s", scheme_end != NULL ? (int) (scheme_end + 3 - list[i]) : 0, list[i], host + 1);
      g_free (list[i]);
      list[i] = shown;
    }
  text = g_strjoinv (",", list);

  return g_utf8_make_valid (text, (gssize) MIN (strlen (text), MAX_SHOWN));
}

/* The library takes no notice of the scheme, and would send a password to a server without TLS. A connection reconnects
 * to any of its servers, so that one URL of TLS requires it of all of them.
 */
static natsStatus
require_tls (natsOptions  *options,
             GStrv         urls)
{
  for (guint i = 0; urls[i] != NULL; i++)
    if (has_scheme (urls[i], "tls"))
      return natsOptions_SetSecure (options, true);

  return NATS_OK;
}

/* The library would read what lies before a text that is empty. */
static gboolean
set_servers (natsOptions  *options,
             const char   *urls,
             GError      **error)
{
  g_auto (GStrv) list = g_strsplit (urls, ",", -1);
  gboolean is_empty = list[0] == NULL;
  natsStatus status;

  for (guint i = 0; list[i] != NULL; i++)
    is_empty = *g_strstrip (list[i]) == '\0' || is_empty;
  if (is_empty)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                           "Could not connect to NATS: a URL is empty");
      return FALSE;
    }
  for (guint i = 0; list[i] != NULL; i++)
    if (!is_valid_url (list[i]))
      {
        g_autofree char *shown = describe_urls (list[i]);

        g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "Could not connect to NATS: '%s' is not a valid "
                     "URL: expected one such as 'nats://localhost:4222' or 'tls://localhost:4222'", shown);
        return FALSE;
      }

  status = natsOptions_SetServers (options, (const char **) list, (int) g_strv_length (list));
  if (status == NATS_OK)
    status = require_tls (options, list);

  return norpc_nats_check_status (status, "Could not connect to NATS", error);
}

natsOptions *
norpc_nats_connection_new_options (const char  *urls,
                                   GError     **error)
{
  natsOptions *options = NULL;

  if (!norpc_nats_check_status (natsOptions_Create (&options), "Could not use NATS", error))
    return NULL;

  /* The library would stop trying after two minutes. */
  natsOptions_SetMaxReconnect (options, -1);
  if (urls == NULL || set_servers (options, urls, error))
    return options;

  natsOptions_Destroy (options);

  return NULL;
}

/* Blocks. Returns a link (owned), or NULL if @error is set. */
static NorpcNatsLink *
connect_to_urls (const char      *urls,
                 NorpcNatsInbox **inbox,
                 GError         **error)
{
  natsOptions *options = norpc_nats_connection_new_options (urls, error);
  NorpcNatsLink *link = options != NULL ? connect_link (options, inbox, error) : NULL;

  natsOptions_Destroy (options);

  return link;
}

static void
prefix_urls (NorpcNatsConnection  *self,
             GError              **error)
{
  g_autofree char *servers = self->urls != NULL ? describe_urls (self->urls) : NULL;

  if (servers != NULL)
    g_prefix_error (error, "'%s': ", servers);
}

/* Blocks, but not for ever. Returns FALSE if @error is set. */
static gboolean
connect_self (NorpcNatsConnection  *self,
              GCancellable         *cancellable,
              GError              **error)
{
  NorpcNatsInbox *inbox = NULL;
  NorpcNatsLink *link = norpc_nats_attempt_run (self->urls, connect_to_urls, cancellable, &inbox, error);

  if (link != NULL)
    take_link (self, link, inbox);
  else
    prefix_urls (self, error);

  return link != NULL;
}

/* May run in any thread. */
static gboolean
norpc_nats_connection_init_initable (GInitable     *initable,
                                     GCancellable  *cancellable,
                                     GError       **error)
{
  NorpcNatsConnection *self = NORPC_NATS_CONNECTION (initable);

  return self->link != NULL || connect_self (self, cancellable, error);
}

static void
norpc_nats_connection_initable_iface_init (GInitableIface *iface)
{
  iface->init = norpc_nats_connection_init_initable;
}

/* Runs in a thread of the pool, not in one of GTask's few, which a server that is silent would take from the application. */
static void
connect_in_pool (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (connect_self (g_task_get_source_object (task), g_task_get_cancellable (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
norpc_nats_connection_init_async (GAsyncInitable      *initable,
                                  int                  priority,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  GTask *task = g_task_new (initable, cancellable, callback, user_data);

  g_task_set_source_tag (task, norpc_nats_connection_init_async);
  g_task_set_priority (task, priority);
  if (NORPC_NATS_CONNECTION (initable)->link == NULL)
    {
      norpc_nats_link_invoke_blocking (connect_in_pool, task);
      return;
    }

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
norpc_nats_connection_init_finish (GAsyncInitable  *initable,
                                   GAsyncResult    *result,
                                   GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, initable), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
norpc_nats_connection_async_initable_iface_init (GAsyncInitableIface *iface)
{
  iface->init_async = norpc_nats_connection_init_async;
  iface->init_finish = norpc_nats_connection_init_finish;
}

static void
norpc_nats_connection_finalize (GObject *object)
{
  NorpcNatsConnection *self = NORPC_NATS_CONNECTION (object);

  g_clear_pointer (&self->link, norpc_nats_link_unref);
  g_main_context_unref (self->context);
  g_free (self->urls);

  G_OBJECT_CLASS (norpc_nats_connection_parent_class)->finalize (object);
}

static void
norpc_nats_connection_set_property (GObject      *object,
                                    guint         property_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  NorpcNatsConnection *self = NORPC_NATS_CONNECTION (object);

  switch ((NorpcNatsConnectionProperty) property_id)
    {
    case PROP_URLS:
      self->urls = g_value_dup_string (value);
      break;

    case PROP_CONNECTED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_nats_connection_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  NorpcNatsConnection *self = NORPC_NATS_CONNECTION (object);

  switch ((NorpcNatsConnectionProperty) property_id)
    {
    case PROP_URLS:
      g_value_set_string (value, self->urls);
      break;

    case PROP_CONNECTED:
      g_value_set_boolean (value, self->link != NULL && norpc_nats_connection_is_connected (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_nats_connection_class_init (NorpcNatsConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = norpc_nats_connection_finalize;
  object_class->set_property = norpc_nats_connection_set_property;
  object_class->get_property = norpc_nats_connection_get_property;

  /**
   * NorpcNatsConnection:urls:
   *
   * The servers, with commas between them, such as `nats://localhost:4222`, or %NULL if others were set by
   * options of the NATS library, or for its default.
   *
   * Since: 0.1
   */
  properties[PROP_URLS] =
    g_param_spec_string ("urls", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcNatsConnection:connected:
   *
   * Whether there is a connection at the moment.
   *
   * The connection notifies in the thread-default main context in which it was made. If it is lost and made
   * again before that context runs, it notifies once.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTED] =
    g_param_spec_boolean ("connected", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_nats_connection_init (NorpcNatsConnection *self)
{
  self->context = g_main_context_ref_thread_default ();
}

NorpcNatsLink *
norpc_nats_connection_get_link (NorpcNatsConnection *self)
{
  return self->link;
}

NorpcNatsInbox *
norpc_nats_connection_get_inbox (NorpcNatsConnection *self)
{
  return self->inbox;
}

/**
 * norpc_nats_connection_new:
 * @urls: (nullable): the servers, with commas between them, or %NULL for `nats://localhost:4222`
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): the function to call when there is a connection
 * @user_data: data for @callback
 *
 * Connects to NATS, without blocking.
 *
 * A URL such as `tls://localhost:4222` requires TLS. One of them requires it of all servers.
 *
 * An attempt takes as long as libnats allows, two seconds for each server by default. If a server does not answer, some
 * attempts do not end in libnats: they fail with %NORPC_ERROR_CLOSED after half a minute, and two seconds more for each
 * server. If @cancellable is cancelled, the operation fails with %G_IO_ERROR_CANCELLED at once. At most 16 attempts are
 * in progress at a time, and others wait. While 16 attempts have failed but not ended in libnats, further ones fail
 * with %NORPC_ERROR_BUSY.
 *
 * Since: 0.1
 */
void
norpc_nats_connection_new (const char          *urls,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_async_initable_new_async (NORPC_NATS_TYPE_CONNECTION, G_PRIORITY_DEFAULT, cancellable, callback, user_data,
                              "urls", urls, NULL);
}

/**
 * norpc_nats_connection_new_finish:
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Finishes an operation that was started with norpc_nats_connection_new().
 *
 * Fails with %NORPC_ERROR_CLOSED if no server can be reached, or if one does not answer or ends the connection, with
 * %NORPC_ERROR_INVALID_ARGUMENT if the URLs make no sense, with %NORPC_ERROR_BUSY as described at
 * norpc_nats_connection_new(), and with %NORPC_ERROR_FAILED for any other reason, such as a login or a certificate that
 * is rejected. Of several servers, one that was tried gives the reason.
 *
 * Returns: (transfer full): a new connection, or %NULL if @error is set
 * Since: 0.1
 */
NorpcNatsConnection *
norpc_nats_connection_new_finish (GAsyncResult  *result,
                                  GError       **error)
{
  g_autoptr (GObject) source = NULL;
  GObject *self;

  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  source = g_async_result_get_source_object (result);
  self = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);

  return self != NULL ? NORPC_NATS_CONNECTION (self) : NULL;
}

/**
 * norpc_nats_connection_new_sync:
 * @urls: (nullable): the servers, with commas between them, or %NULL for `nats://localhost:4222`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Connects to NATS, and blocks until there is a connection, but not for ever: see norpc_nats_connection_new().
 *
 * Fails with %NORPC_ERROR_CLOSED if no server can be reached, or if one does not answer or ends the connection, with
 * %NORPC_ERROR_INVALID_ARGUMENT if the URLs make no sense, with %NORPC_ERROR_BUSY as described at
 * norpc_nats_connection_new(), and with %NORPC_ERROR_FAILED for any other reason, such as a login or a certificate that
 * is rejected. Of several servers, one that was tried gives the reason.
 *
 * Returns: (transfer full): a new connection, or %NULL if @error is set
 * Since: 0.1
 */
NorpcNatsConnection *
norpc_nats_connection_new_sync (const char    *urls,
                                GCancellable  *cancellable,
                                GError       **error)
{
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (NORPC_NATS_TYPE_CONNECTION, cancellable, error, "urls", urls, NULL);
}

/**
 * norpc_nats_connection_new_for_options_sync: (skip)
 * @options: options of the NATS library
 * @error: return location for an error
 *
 * Connects to NATS with options of its library, such as those for TLS and credentials, and blocks until there is a
 * connection. It does not return if a server is silent during the handshake of TLS, or, with libnats 3.4, after the
 * login.
 *
 * The options still belong to the caller. Their functions for errors, for the loss of the connection, for the
 * end of the loss and for the end of the connection are replaced, and so are the options that say when data is
 * sent and for how long that may block. All others are used as they are.
 *
 * Fails as norpc_nats_connection_new_sync() does.
 *
 * Returns: (transfer full): a new connection, or %NULL if @error is set
 * Since: 0.1
 */
NorpcNatsConnection *
norpc_nats_connection_new_for_options_sync (struct __natsOptions  *options,
                                            GError               **error)
{
  g_autoptr (NorpcNatsConnection) self = NULL;
  NorpcNatsInbox *inbox = NULL;
  NorpcNatsLink *link;

  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (NORPC_NATS_TYPE_CONNECTION, NULL);

  link = connect_link (options, &inbox, error);
  if (link == NULL)
    return NULL;

  take_link (self, link, inbox);

  return g_steal_pointer (&self);
}

/**
 * norpc_nats_connection_get_urls:
 * @self: a connection
 *
 * Gets the servers that the connection was made for.
 *
 * Returns: (nullable): the URLs of the servers, with commas between them, or %NULL if they were not given
 * Since: 0.1
 */
const char *
norpc_nats_connection_get_urls (NorpcNatsConnection *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (self), NULL);

  return self->urls;
}

/**
 * norpc_nats_connection_is_connected:
 * @self: a connection
 *
 * Checks whether the connection is established at the moment. This function is thread-safe.
 *
 * Returns: %TRUE if messages can be sent
 * Since: 0.1
 */
gboolean
norpc_nats_connection_is_connected (NorpcNatsConnection *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (self), FALSE);

  return self->link != NULL && norpc_nats_link_is_connected (self->link);
}

/**
 * norpc_nats_connection_close:
 * @self: a connection
 *
 * Closes the connection for good.
 *
 * Calls that wait for their replies, and later ones, fail with %NORPC_ERROR_CLOSED. One-way calls that have not been
 * sent yet are dropped: call [method@NorpcNats.Connection.flush_sync] before. This function does not block, and is
 * thread-safe.
 *
 * Since: 0.1
 */
void
norpc_nats_connection_close (NorpcNatsConnection *self)
{
  g_return_if_fail (NORPC_NATS_IS_CONNECTION (self));
  g_return_if_fail (self->link != NULL);

  norpc_nats_link_close (self->link);
}
