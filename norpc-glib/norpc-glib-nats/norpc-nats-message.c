/* norpc-nats-message.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-message-private.h"
#include "norpc-nats-number-private.h"

/* About how many bytes the library needs for a name or a value of a header, besides its text. */
#define HEADER_OVERHEAD 64

/* Returns the value (owned) in little-endian normal form. */
static GVariant *
make_portable (GVariant *value)
{
  g_autoptr (GVariant) normal = g_variant_get_normal_form (value);

  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_steal_pointer (&normal) : g_variant_byteswap (normal);
}

/* Returns TRUE if a value has a file descriptor, also in a variant: it does not leave the machine. */
gboolean
norpc_nats_has_handle (GVariant *value)
{
  const char *type = g_variant_get_type_string (value);

  if (strchr (type, 'h') != NULL)
    return TRUE;
  if (strchr (type, 'v') == NULL)
    return FALSE;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (norpc_nats_has_handle (child))
        return TRUE;
    }

  return FALSE;
}

static gboolean
check_handles (GVariant  *value,
               GError   **error)
{
  if (!norpc_nats_has_handle (value))
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                       "a file descriptor in a variant has no form over NATS");

  return FALSE;
}

/* Returns a message (owned), or NULL if @error is set. */
natsMsg *
norpc_nats_message_new (const char  *subject,
                        const char  *reply,
                        GVariant    *body,
                        GError     **error)
{
  g_autoptr (GVariant) portable = make_portable (body);
  gsize size = g_variant_get_size (portable);
  natsMsg *message = NULL;

  if (!check_handles (body, error))
    return NULL;

  if (size <= G_MAXINT &&
      natsMsg_Create (&message, subject, reply, size > 0 ? g_variant_get_data (portable) : NULL, (int) size) == NATS_OK &&
      norpc_nats_message_set_header (message, NORPC_NATS_HEADER_TYPE, g_variant_get_type_string (body)))
    return message;

  natsMsg_Destroy (message);
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: %" G_GSIZE_FORMAT
               " bytes do not fit into a message of NATS", subject, size);

  return NULL;
}

/* Returns a message (owned) with any text, or NULL. */
natsMsg *
norpc_nats_message_new_text (const char *subject,
                             const char *text)
{
  natsMsg *message;
  gsize size = strlen (text);

  return size <= G_MAXINT && natsMsg_Create (&message, subject, NULL, text, (int) size) == NATS_OK ? message : NULL;
}

/* Returns TRUE if a message contains exactly a text. */
gboolean
norpc_nats_message_has_text (natsMsg    *message,
                             const char *text)
{
  gsize size = strlen (text);

  return (gsize) natsMsg_GetDataLength (message) == size && memcmp (natsMsg_GetData (message), text, size) == 0;
}

static gsize
get_header_size (natsMsg    *message,
                 const char *name)
{
  g_autofree const char **values = NULL;
  int n_values = 0;
  gsize size = strlen (name) + HEADER_OVERHEAD;

  if (natsMsgHeader_Values (message, name, &values, &n_values) != NATS_OK)
    return size;

  for (int i = 0; i < n_values; i++)
    size += (values[i] != NULL ? strlen (values[i]) : 0) + HEADER_OVERHEAD;

  return size;
}

/* Returns about how many bytes of memory a message has, with its headers. The library does not tell their size. */
gsize
norpc_nats_message_get_size (natsMsg *message)
{
  const char *reply = natsMsg_GetReply (message);
  g_autofree const char **names = NULL;
  int n_names = 0;
  gsize size = (gsize) natsMsg_GetDataLength (message) + strlen (natsMsg_GetSubject (message)) +
               (reply != NULL ? strlen (reply) : 0);

  if (natsMsgHeader_Keys (message, &names, &n_names) != NATS_OK)
    return size;

  for (int i = 0; i < n_names; i++)
    size += get_header_size (message, names[i]);

  return size;
}

/* The library makes spaces of line breaks. */
gboolean
norpc_nats_message_set_header (natsMsg    *message,
                               const char *name,
                               const char *value)
{
  return natsMsgHeader_Set (message, name, value) == NATS_OK;
}

/* Returns the value of a header, or NULL. */
const char *
norpc_nats_message_get_header (natsMsg    *message,
                               const char *name)
{
  const char *value;

  return natsMsgHeader_Get (message, name, &value) == NATS_OK ? value : NULL;
}

/* Returns TRUE if a header cannot have this value. The library takes the next header for the value of one that is
 * empty, or fails once and drops it if it is the last one.
 */
gboolean
norpc_nats_is_blank (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;

  return *text == '\0';
}

/* Gets the value of a header that is in a message at most once, or NULL if it is not there. Readers may not agree on
 * which one of several values counts, so these are rejected. Returns FALSE if @error is set.
 */
gboolean
norpc_nats_message_get_single (natsMsg     *message,
                               const char  *name,
                               const char **value,
                               GError     **error)
{
  g_autofree const char **values = NULL;
  int n_values = 0;
  natsStatus status = natsMsgHeader_Values (message, name, &values, &n_values);

  if (status == NATS_PROTOCOL_ERROR)
    status = natsMsgHeader_Values (message, name, &values, &n_values);
  *value = NULL;
  if (status != NATS_OK)
    return TRUE;
  if (n_values != 1 || values[0] == NULL || norpc_nats_is_blank (values[0]))
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "the header %s %s", name,
                   n_values > 1 ? "is there more than once" : "is empty");
      return FALSE;
    }
  *value = values[0];

  return TRUE;
}

/* Returns what a message from outside contains, which is checked to be normal, of the expected type and without file
 * descriptors, or NULL if @error is set. A value without content, such as an empty tuple, needs no header.
 */
GVariant *
norpc_nats_message_dup_body (natsMsg     *message,
                             const char  *expected_type,
                             GError     **error)
{
  int size = natsMsg_GetDataLength (message);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *type;

  if (!norpc_nats_message_get_single (message, NORPC_NATS_HEADER_TYPE, &type, error))
    return NULL;
  if (type == NULL && size == 0 && g_str_equal (expected_type, "()"))
    return g_variant_ref_sink (g_variant_new ("()"));
  if (type == NULL || !g_str_equal (type, expected_type))
    {
      g_autofree char *printable = type != NULL ? g_strescape (type, NULL) : NULL;

      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                   "expected a header " NORPC_NATS_HEADER_TYPE " with '%s', got %.100s", expected_type,
                   printable != NULL ? printable : "none");
      return NULL;
    }

  bytes = g_bytes_new (natsMsg_GetData (message), (gsize) size);
  value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (expected_type), bytes, FALSE));
  if (!g_variant_is_normal_form (value))
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%d bytes are not a value of type '%s' in "
                   "normal form", size, expected_type);
      return NULL;
    }

  return check_handles (value, error) ? make_portable (value) : NULL;
}

/* Gets the time that the sender of a message still waits, or 0 if it does not say that. */
gboolean
norpc_nats_message_get_timeout (natsMsg  *message,
                                guint    *milliseconds,
                                GError  **error)
{
  const char *value;
  gint64 number;

  *milliseconds = 0;
  if (!norpc_nats_message_get_single (message, NORPC_NATS_HEADER_TIMEOUT, &value, error))
    return FALSE;
  if (value == NULL)
    return TRUE;
  if (!norpc_nats_number_read (value, 1, G_MAXINT32, &number))
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                           "the header " NORPC_NATS_HEADER_TIMEOUT " is not a number of milliseconds");
      return FALSE;
    }
  *milliseconds = (guint) number;

  return TRUE;
}

/* The headers of the W3C's Trace Context. */
#define TRACE_PARENT "traceparent"
#define TRACE_STATE "tracestate"

/* A message for @call belongs to the same trace. */
void
norpc_nats_message_set_trace (natsMsg   *message,
                              NorpcCall *call)
{
  g_autofree char *parent = norpc_call_dup_trace_parent (call);
  g_autofree char *state = norpc_call_dup_trace_state (call);

  if (parent != NULL)
    norpc_nats_message_set_header (message, TRACE_PARENT, parent);
  if (state != NULL)
    norpc_nats_message_set_header (message, TRACE_STATE, state);
}

/* Returns the values (container owned) of the headers with a name in any case, as that of the W3C may be written: libnats
 * and other clients do not agree.
 */
static GPtrArray *
get_values (natsMsg            *message,
            const char * const *keys,
            int                 n_keys,
            const char         *name)
{
  GPtrArray *all = g_ptr_array_new ();

  for (int i = 0; i < n_keys; i++)
    {
      g_autofree const char **values = NULL;
      int n_values = 0;

      if (g_ascii_strcasecmp (keys[i], name) != 0 ||
          natsMsgHeader_Values (message, keys[i], &values, &n_values) != NATS_OK)
        continue;
      for (int j = 0; j < n_values; j++)
        if (values[j] != NULL)
          g_ptr_array_add (all, (gpointer) values[j]);
    }

  return all;
}

/* The call that @message asks for belongs to the trace of that, if it is of one. Headers that are not valid are ignored,
 * as the W3C says, and several ones with states are one list.
 */
void
norpc_nats_message_get_trace (natsMsg   *message,
                              NorpcCall *call)
{
  g_autofree const char **keys = NULL;
  g_autoptr (GPtrArray) parents = NULL, states = NULL;
  g_autofree char *state = NULL;
  int n_keys = 0;

  if (natsMsgHeader_Keys (message, &keys, &n_keys) != NATS_OK)
    return;
  parents = get_values (message, keys, n_keys, TRACE_PARENT);
  if (parents->len != 1)
    return;

  states = get_values (message, keys, n_keys, TRACE_STATE);
  g_ptr_array_add (states, NULL);
  state = g_strjoinv (",", (char **) states->pdata);
  norpc_call_set_trace_context (call, parents->pdata[0], state);
}
