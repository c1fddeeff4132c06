/* norpc-invocation.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope.h"
#include "call/norpc-call-variant.h"
#include "core/norpc-value-text-private.h"
#include "dynamic/norpc-description.h"
#include "norpc-invocation-private.h"
#include "norpc-server-report-private.h"

#define MAX_RESULT 65536 /* bytes of one result as text */

/* Returns the end of the quoted string at @text. */
static const char *
skip_string (const char *text)
{
  char quote = *text++;

  while (*text != '\0' && *text != quote)
    text += text[0] == '\\' && text[1] != '\0' ? 2 : 1;

  return *text != '\0' ? text + 1 : text;
}

/* Returns TRUE if the whole of @text is in one pair of parentheses. */
static gboolean
is_tuple (const char *text)
{
  guint depth = 0;

  if (*text != '(')
    return FALSE;

  while (*text != '\0')
    if (*text == '\'' || *text == '"')
      {
        text = skip_string (text);
      }
    else
      {
        depth += *text == '(';
        depth -= *text == ')';
        text++;
        if (depth == 0)
          break;
      }

  return depth == 0 && *text == '\0';
}

/* Returns a tuple (owned) of @type for the one argument in @text, which is in parentheses: those of the tuple, without the
 * comma perhaps, or those of the argument.
 */
static GVariant *
parse_single_arg (const char  *type,
                  const char  *text,
                  GError     **error)
{
  g_autofree char *with_comma = g_strdup_printf ("%.*s,)", (int) strlen (text) - 1, text);
  g_autofree char *wrapped = g_strconcat ("(", text, ",)", NULL);
  gboolean is_tuple_arg = type[1] == '(';
  GVariant *args = g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, NULL);

  if (args == NULL)
    args = g_variant_parse (G_VARIANT_TYPE (type), with_comma, NULL, NULL, is_tuple_arg ? NULL : error);
  if (args == NULL && is_tuple_arg)
    args = g_variant_parse (G_VARIANT_TYPE (type), wrapped, NULL, NULL, error);

  return args;
}

/* Returns a tuple (owned) of @type for @text, which may lack the parentheses, and the comma after a single
 * argument. Arguments may be tuples themselves.
 */
static GVariant *
parse_args (const char  *type,
            const char  *text,
            GError     **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *wrapped = NULL;
  gboolean is_single = g_variant_type_n_items (G_VARIANT_TYPE (type)) == 1;

  if (is_tuple (trimmed) && is_single)
    return parse_single_arg (type, trimmed, error);
  if (is_tuple (trimmed))
    return g_variant_parse (G_VARIANT_TYPE (type), trimmed, NULL, NULL, error);

  wrapped = g_strconcat ("(", trimmed, is_single ? ",)" : ")", NULL);

  return g_variant_parse (G_VARIANT_TYPE (type), wrapped, NULL, NULL, error);
}

/* Returns an index, or -1 if @error is set. */
static int
find_invoked_method (const NorpcInterfaceInfo  *info,
                     const char                *method_name,
                     GError                   **error)
{
  int method = norpc_interface_info_find_method (info, method_name);

  if (method < 0)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no method '%s'", info->dbus.name,
                   method_name);
      return -1;
    }
  if (norpc_method_info_is_stream (info->methods[method]))
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s.%s is a stream, which has no form as text",
                   info->dbus.name, method_name);
      return -1;
    }

  return method;
}

/* Thread-safe. Returns a call (owned) and the channel (owned) to send it to, or NULL if @error is set. */
NorpcCall *
norpc_invocation_new_call (guint          server,
                           const char    *interface_name,
                           const char    *method_name,
                           const char    *args,
                           NorpcChannel **channel,
                           GError       **error)
{
  g_autoptr (NorpcChannel) found = NULL;
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GVariant) parsed = NULL;
  g_autofree char *type = NULL;
  const NorpcInterfaceInfo *info;
  int method;

  found = norpc_server_report_find_interface (server, interface_name, &info, error);
  method = found != NULL ? find_invoked_method (info, method_name, error) : -1;
  if (method < 0)
    return NULL;

  type = norpc_interface_info_get_in_type (info, (guint) method);
  if (type == NULL)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                   "%s.%s has an argument of a type that has no form as text", interface_name, method_name);
      return NULL;
    }
  parsed = parse_args (type, args, error);
  if (parsed == NULL)
    {
      g_prefix_error (error, "%s.%s takes arguments of the type '%s': ", interface_name, method_name, type);
      return NULL;
    }

  call = norpc_call_new (info, (guint) method);
  if (!norpc_call_set_args_variant (call, parsed, error))
    return NULL;
  norpc_call_set_timeout (call, NORPC_DEFAULT_SYNC_TIMEOUT);
  *channel = g_steal_pointer (&found);

  return g_steal_pointer (&call);
}

/* Called in the client's context. Returns the results as text (owned), or NULL if @error is set. */
char *
norpc_invocation_get_result (NorpcReply  *reply,
                             GError     **error)
{
  NorpcCall *call = norpc_reply_get_call (reply);

  if (!norpc_reply_propagate_error (reply, error))
    return NULL;

  return norpc_values_to_text (norpc_call_get_method_info (call)->dbus.out_args, call->values + call->n_args,
                               call->n_results, MAX_RESULT);
}
