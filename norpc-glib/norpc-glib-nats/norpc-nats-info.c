/* norpc-nats-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"

/* A server closes the connection if a line of the protocol, which has subjects, is longer than 4096 bytes. */
#define MAX_PREFIX 1024

/* Tokens with dots between them, without wildcards. Those that begin with a dollar sign, and inboxes, have other
 * meanings.
 */
gboolean
norpc_nats_is_prefix (const char *prefix)
{
  gboolean token_is_empty = TRUE;

  if (strlen (prefix) > MAX_PREFIX || g_str_equal (prefix, "_INBOX") || g_str_has_prefix (prefix, "_INBOX."))
    return FALSE;

  for (const char *c = prefix; *c != '\0'; c++)
    {
      if (*c == '*' || *c == '>' || *c == ' ' || g_ascii_iscntrl (*c) || (*c == '.' && token_is_empty) ||
          (*c == '$' && token_is_empty))
        return FALSE;
      token_is_empty = *c == '.';
    }

  return !token_is_empty && g_utf8_validate (prefix, -1, NULL);
}

/* Returns FALSE and sets @error, with the text of the prefix, if that is not valid. */
gboolean
norpc_nats_check_prefix (const char  *kind,
                         const char  *prefix,
                         GError     **error)
{
  g_autofree char *printable = NULL;

  if (norpc_nats_is_prefix (prefix))
    return TRUE;

  printable = g_strescape (prefix, NULL);
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "'%.100s' is not a valid %s: expected names with dots "
               "between them, without spaces, control characters, '*' and '>', which do not begin with '$', and of "
               "which the first is not '_INBOX', of at most %d bytes", printable, kind, MAX_PREFIX);

  return FALSE;
}

/* A handle is a file descriptor, which does not leave the machine. */
static gboolean
has_form (const char *signature)
{
  return *signature != '\0' && strchr (signature, 'h') == NULL;
}

/* Returns the first value that cannot leave the process, or NULL. */
static const GDBusArgInfo *
find_value (GDBusArgInfo * const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (!has_form (list[i]->signature))
      return list[i];

  return NULL;
}

/* Returns a text (owned) that says why a method cannot be called over NATS, or NULL. */
char *
norpc_nats_find_not_portable (const NorpcInterfaceInfo *info,
                              guint                     method)
{
  const NorpcMethodInfo *method_info = info->methods[method];
  const GDBusArgInfo *arg = find_value (method_info->dbus.in_args);
  const GDBusArgInfo *result = find_value (method_info->dbus.out_args);

  if ((method_info->flags & NORPC_METHOD_FLAGS_STREAM) != 0)
    return g_strdup_printf ("%s.%s cannot be called over NATS: it is a stream", info->dbus.name,
                            method_info->dbus.name);
  if (arg != NULL)
    return g_strdup_printf ("%s.%s cannot be called over NATS: the argument '%s' cannot be sent", info->dbus.name,
                            method_info->dbus.name, arg->name);
  if (result != NULL)
    return g_strdup_printf ("%s.%s cannot be called over NATS: the result '%s' cannot be sent", info->dbus.name,
                            method_info->dbus.name, result->name);

  return NULL;
}

/* Returns a text (owned) that says which of the arguments or results, as @kind says, has a file descriptor in a variant, or
 * NULL.
 */
char *
norpc_nats_find_handle (const NorpcInterfaceInfo *info,
                        guint                     method,
                        const char               *kind,
                        GVariant                 *values)
{
  const GDBusMethodInfo *method_info = &info->methods[method]->dbus;
  GDBusArgInfo **list = g_str_equal (kind, "argument") ? method_info->in_args : method_info->out_args;

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (values, i);

      if (norpc_nats_has_handle (value))
        return g_strdup_printf ("%s.%s cannot be called over NATS: the %s '%s' has a file descriptor in a variant",
                                info->dbus.name, method_info->name, kind, list[i]->name);
    }

  return NULL;
}

gboolean
norpc_nats_signal_is_portable (const NorpcSignalInfo *info)
{
  return find_value (info->dbus.args) == NULL;
}

gboolean
norpc_nats_property_is_portable (const NorpcPropertyInfo *info)
{
  return has_form (info->dbus.signature);
}

/* Returns TRUE if the interface has signals that cross. */
gboolean
norpc_nats_has_signals (const NorpcInterfaceInfo *info)
{
  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (norpc_nats_signal_is_portable (info->signals[i]))
      return TRUE;

  return FALSE;
}

/* Returns TRUE if the interface has properties whose changes cross. */
gboolean
norpc_nats_has_changes (const NorpcInterfaceInfo *info)
{
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    {
      const NorpcPropertyInfo *property = info->properties[i];

      if (norpc_nats_property_is_portable (property) &&
          (property->dbus.flags & G_DBUS_PROPERTY_INFO_FLAGS_READABLE) != 0 &&
          (property->updates == NORPC_PROPERTY_UPDATES_VALUE || property->updates == NORPC_PROPERTY_UPDATES_INVALIDATES))
        return TRUE;
    }

  return FALSE;
}

/* Returns the subject (owned) of a member. */
char *
norpc_nats_make_subject (const char               *prefix,
                         const NorpcInterfaceInfo *info,
                         const char               *member)
{
  return g_strconcat (prefix, ".", info->dbus.name, ".", member, NULL);
}

/* Returns a subject (owned) between norpc-glib on both sides, to which clients publish. No interface has a name that
 * begins with a dollar sign.
 */
char *
norpc_nats_make_control (const char *prefix,
                         const char *name)
{
  return g_strconcat (prefix, ".$norpc.", name, NULL);
}

/* Returns the subject (owned) by which services say that they may have changed. */
char *
norpc_nats_make_services (const char *prefix)
{
  return g_strconcat (prefix, ".", NORPC_NATS_SERVICES, NULL);
}
