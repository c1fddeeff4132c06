/* norpc-dbus-error.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "dynamic/norpc-dynamic-info-private.h"
#include "norpc-dbus-error-private.h"

#define LIMITS_EXCEEDED "org.freedesktop.DBus.Error.LimitsExceeded"

/* The names of the errors of the runtime that D-Bus has no name for. */
static const struct
{
  NorpcError  code;
  const char *name;
} own_names[] = {
  { NORPC_ERROR_FAILED, "org.norpc.Error.Failed" },
  { NORPC_ERROR_CLOSED, "org.norpc.Error.Closed" },
  { NORPC_ERROR_NO_REPLY, "org.norpc.Error.NoReply" },
  { NORPC_ERROR_WOULD_DEADLOCK, "org.norpc.Error.WouldDeadlock" },
  { NORPC_ERROR_INVALID_ARGUMENT, "org.norpc.Error.InvalidArgument" },
  { NORPC_ERROR_INVALID_DESCRIPTION, "org.norpc.Error.InvalidDescription" },
};

/* The errors of D-Bus that say the same as one of the runtime. The first one of a code is its name. */
static const struct
{
  NorpcError  code;
  GDBusError  dbus_code;
  const char *name;
} standard_names[] = {
  { NORPC_ERROR_NOT_IMPLEMENTED, G_DBUS_ERROR_UNKNOWN_METHOD, "org.freedesktop.DBus.Error.UnknownMethod" },
  { NORPC_ERROR_NOT_IMPLEMENTED, G_DBUS_ERROR_UNKNOWN_INTERFACE, NULL },
  { NORPC_ERROR_TIMED_OUT, G_DBUS_ERROR_TIMED_OUT, "org.freedesktop.DBus.Error.TimedOut" },
  { NORPC_ERROR_TIMED_OUT, G_DBUS_ERROR_TIMEOUT, NULL },
  { NORPC_ERROR_BUSY, G_DBUS_ERROR_LIMITS_EXCEEDED, LIMITS_EXCEEDED },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_NO_REPLY, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_DISCONNECTED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SERVICE_UNKNOWN, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_NAME_HAS_NO_OWNER, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_UNKNOWN_OBJECT, NULL },
  /* The bus could not start the service. */
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_EXEC_FAILED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_FORK_FAILED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_CHILD_EXITED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_CHILD_SIGNALED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_FAILED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_SETUP_FAILED, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_CONFIG_INVALID, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_SERVICE_INVALID, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_FILE_INVALID, NULL },
  { NORPC_ERROR_CLOSED, G_DBUS_ERROR_SPAWN_NO_MEMORY, NULL },
};

/* Thread-safe. Returns the name (owned) that an error of another service has on D-Bus, and that this process does not
 * know, or NULL.
 */
static char *
get_unknown_name (const GError *error)
{
  g_autofree char *name = NULL;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR))
    return NULL;

  name = g_dbus_error_get_remote_error (error);

  return name != NULL && g_dbus_is_error_name (name) ? g_steal_pointer (&name) : NULL;
}

/* Thread-safe. Returns the name (owned) of an error. An error that came over D-Bus keeps the one that it had there. */
char *
norpc_dbus_error_get_name (const GError *error)
{
  g_autofree char *name = get_unknown_name (error);

  if (name != NULL)
    return g_steal_pointer (&name);

  if (error->domain == NORPC_ERROR)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (own_names); i++)
        if ((int) own_names[i].code == error->code)
          return g_strdup (own_names[i].name);
      for (gsize i = 0; i < G_N_ELEMENTS (standard_names); i++)
        if ((int) standard_names[i].code == error->code)
          return g_strdup (standard_names[i].name);
    }

  name = g_dbus_error_encode_gerror (error);

  /* D-Bus does not permit that of a negative code or of a long domain. */
  return g_dbus_is_error_name (name) ? g_steal_pointer (&name) : g_strdup ("org.norpc.Error.Failed");
}

/* Thread-safe. Returns the message (owned) that is sent with the name of an error. */
char *
norpc_dbus_error_get_text (const GError *error)
{
  g_autofree char *name = get_unknown_name (error);
  g_autoptr (GError) stripped = g_error_copy (error);

  if (name != NULL)
    g_dbus_error_strip_remote_error (stripped);

  return g_utf8_make_valid (stripped->message, -1);
}

static gboolean
find_own_code (const char *name,
               int        *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_names); i++)
    if (g_str_equal (own_names[i].name, name))
      {
        *code = (int) own_names[i].code;
        return TRUE;
      }

  return FALSE;
}

static gboolean
find_standard_code (const GError *error,
                    int          *code)
{
  for (gsize i = 0; error->domain == G_DBUS_ERROR && i < G_N_ELEMENTS (standard_names); i++)
    if ((int) standard_names[i].dbus_code == error->code)
      {
        *code = (int) standard_names[i].code;
        return TRUE;
      }

  return FALSE;
}

/* Thread-safe. Returns TRUE if GDBus itself reports an error, which the service may have returned just as well. */
gboolean
norpc_dbus_error_is_own (const GError *error,
                         GIOErrorEnum  code)
{
  return g_error_matches (error, G_IO_ERROR, (int) code) && !g_dbus_error_is_remote_error (error);
}

/* Thread-safe. Takes ownership of an error of GDBus, and returns (owned) what a client is to get: its message
 * has no name of D-Bus in it, unless nothing else tells what the error is.
 */
GError *
norpc_dbus_error_translate (GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  int code;

  if (name != NULL && find_own_code (name, &code))
    {
      error->domain = NORPC_ERROR;
      error->code = code;
    }
  else if (find_standard_code (error, &code))
    {
      error->domain = NORPC_ERROR;
      error->code = code;
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR))
    {
      return error;
    }

  if (name != NULL)
    g_dbus_error_strip_remote_error (error);

  return error;
}

/* Thread-safe. Takes ownership of an error, and returns it (owned): what an export rejects is a wrong argument, as
 * within a process.
 */
GError *
norpc_dbus_error_translate_rejection (GError *error)
{
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS))
    {
      error->domain = NORPC_ERROR;
      error->code = NORPC_ERROR_INVALID_ARGUMENT;
      g_dbus_error_strip_remote_error (error);
    }

  return norpc_dbus_error_translate (error);
}

/* Thread-safe. Returns the error (owned) in a message of the type error. */
GError *
norpc_dbus_error_from_message (GDBusMessage *message)
{
  const char *domain = g_dbus_message_get_interface (message);
  GError *error = NULL;

  if (!g_dbus_message_to_gerror (message, &error))
    return g_error_new (NORPC_ERROR, NORPC_ERROR_FAILED, "The reply is neither a result nor an error");

  if (g_strcmp0 (domain, NORPC_DBUS_RUNTIME_ERRORS) == 0)
    return norpc_dbus_error_translate_rejection (error);
  if (g_strcmp0 (domain, NORPC_DBUS_STANDARD_ERRORS) != 0 || error->domain != G_DBUS_ERROR)
    return norpc_dbus_error_translate (error);

  g_dbus_error_strip_remote_error (error);

  return error;
}

/* Thread-safe. Returns TRUE if a message of the type error says that no handler has begun with the call: an export of
 * norpc-glib has rejected it, or no process has the name.
 */
gboolean
norpc_dbus_error_is_rejection (GDBusMessage *message)
{
  static const char * const of_exports[] = { LIMITS_EXCEEDED, "org.norpc.Error.Closed", NULL };
  static const char * const of_bus[] = { "org.freedesktop.DBus.Error.ServiceUnknown",
                                         "org.freedesktop.DBus.Error.NameHasNoOwner", NULL };
  const char *name = g_dbus_message_get_error_name (message);
  gboolean is_of_export = g_strcmp0 (g_dbus_message_get_interface (message), NORPC_DBUS_RUNTIME_ERRORS) == 0;
  gboolean is_of_bus = g_strcmp0 (g_dbus_message_get_sender (message), "org.freedesktop.DBus") == 0;

  return name != NULL && ((is_of_export && g_strv_contains (of_exports, name)) ||
                          (is_of_bus && g_strv_contains (of_bus, name)));
}

/* Thread-safe. Registers the errors that a description which was read at run time declares with names of D-Bus.
 * Generated code registers its own.
 */
void
norpc_dbus_error_register (const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *self = norpc_dynamic_info_get (info);
  GHashTableIter iter;
  gpointer value;

  if (self == NULL)
    return;

  g_hash_table_iter_init (&iter, self->errors);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const NorpcDescribedError *described = value;

      if (described->dbus_name != NULL)
        g_dbus_error_register_error (g_quark_from_string (described->domain), described->code,
                                     described->dbus_name);
    }
}
