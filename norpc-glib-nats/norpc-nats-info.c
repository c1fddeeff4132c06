/* norpc-nats-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-info-private.h"

/* Flags of methods that a description has. With others, the runtime reads and writes properties. */
#define DESCRIBED_FLAGS \
  (NORPC_METHOD_FLAGS_ONEWAY | NORPC_METHOD_FLAGS_LATEST_WINS | NORPC_METHOD_FLAGS_IDEMPOTENT | \
   NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN)

/* Tokens with dots between them, without wildcards. */
gboolean
norpc_nats_is_prefix (const char *prefix)
{
  gboolean token_is_empty = TRUE;

  for (const char *c = prefix; *c != '\0'; c++)
    {
      if (*c == '*' || *c == '>' || *c == ' ' || g_ascii_iscntrl (*c) || (*c == '.' && token_is_empty))
        return FALSE;
      token_is_empty = *c == '.';
    }

  return !token_is_empty && g_utf8_validate (prefix, -1, NULL);
}

/* Returns the first value that cannot leave the process, or NULL. A handle is a file descriptor, which does not
 * leave the machine.
 */
static const GDBusArgInfo *
find_value (GDBusArgInfo * const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (*list[i]->signature == '\0' || strchr (list[i]->signature, 'h') != NULL)
      return list[i];

  return NULL;
}

/* Returns a text (owned) that says why a method cannot be called by NATS, or NULL. */
char *
norpc_nats_find_not_portable (const NorpcInterfaceInfo *info,
                              guint                     method)
{
  const NorpcMethodInfo *method_info = info->methods[method];
  const GDBusArgInfo *arg = find_value (method_info->dbus.in_args);
  const GDBusArgInfo *result = find_value (method_info->dbus.out_args);

  if ((method_info->flags & ~DESCRIBED_FLAGS) != 0)
    return g_strdup_printf ("%s.%s cannot be called by NATS: properties stay in the process", info->dbus.name,
                            method_info->dbus.name);
  if ((method_info->flags & NORPC_METHOD_FLAGS_STREAM) != 0)
    return g_strdup_printf ("%s.%s cannot be called by NATS: it is a stream", info->dbus.name, method_info->dbus.name);
  if (arg != NULL)
    return g_strdup_printf ("%s.%s cannot be called by NATS: the argument '%s' has no form there", info->dbus.name,
                            method_info->dbus.name, arg->name);
  if (result != NULL)
    return g_strdup_printf ("%s.%s cannot be called by NATS: the result '%s' has no form there", info->dbus.name,
                            method_info->dbus.name, result->name);

  return NULL;
}

/* Returns the subject (owned) of a member. */
char *
norpc_nats_make_subject (const char               *prefix,
                         const NorpcInterfaceInfo *info,
                         const char               *member)
{
  return g_strconcat (prefix, ".", info->dbus.name, ".", member, NULL);
}

/* Returns a subject (owned) between norpc-glib on both sides. No interface has a name that begins with a
 * dollar sign.
 */
char *
norpc_nats_make_control (const char *prefix,
                         const char *name)
{
  return g_strconcat (prefix, ".$norpc.", name, NULL);
}
