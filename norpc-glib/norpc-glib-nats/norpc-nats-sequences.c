/* norpc-nats-sequences.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-info-private.h"
#include "norpc-nats-number-private.h"
#include "norpc-nats-sequences-private.h"

/* How long a client takes an export that it does not know for one that was there before, in milliseconds. The first
 * questions are answered within that time.
 */
#define SETTLING_TIME 3000

/* How many exports are told apart. */
#define MAX_EXPORTS 1000

/* The number of an export that may have published anything. */
#define ANY (-1)

struct _NorpcNatsSequences
{
  GHashTable *exports; /* (owned): of identifiers (owned) and Export (owned) */
  gint64      start;   /* monotonic time, or 0 before there is a connection */
  guint64     n_uses;
};

typedef struct
{
  gint64  number; /* of the last message, or ANY */
  guint64 use;    /* when it was used last */
} Export;

/* Without memory for the header, the message has none, and the next one tells of a loss. */
void
norpc_nats_sequence_set (natsMsg    *message,
                         const char *service,
                         gint64      number)
{
  g_autofree char *value = g_strdup_printf ("%s %" G_GINT64_FORMAT, service, number);

  norpc_nats_message_set_header (message, NORPC_NATS_HEADER_SEQUENCE, value);
}

/* Gets the export (owned) of a message and its number, or NULL and 0 if it has none, as those of other programs.
 * Returns FALSE if @error is set.
 */
gboolean
norpc_nats_sequence_get (natsMsg  *message,
                         char    **service,
                         gint64   *number,
                         GError  **error)
{
  g_autofree char *name = NULL;
  const char *value;
  const char *space;

  *service = NULL;
  *number = 0;
  if (!norpc_nats_message_get_single (message, NORPC_NATS_HEADER_SEQUENCE, &value, error))
    return FALSE;
  if (value == NULL)
    return TRUE;

  space = strchr (value, ' ');
  name = space != NULL ? g_strndup (value, (gsize) (space - value)) : NULL;
  if (name == NULL || !norpc_nats_is_prefix (name) || !norpc_nats_number_read (space + 1, 1, G_MAXINT64 - 1, number))
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                           "the header " NORPC_NATS_HEADER_SEQUENCE " is not an identifier and a number");
      return FALSE;
    }
  *service = g_steal_pointer (&name);

  return TRUE;
}

GHashTable *
norpc_nats_last_sequences_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
}

/* @interface_name is static. */
void
norpc_nats_last_sequences_note (GHashTable *last,
                                const char *interface_name,
                                gint64      number)
{
  gint64 *value = g_hash_table_lookup (last, interface_name);

  if (value == NULL)
    {
      value = g_new (gint64, 1);
      g_hash_table_insert (last, (gpointer) interface_name, value);
    }
  *value = number;
}

void
norpc_nats_last_sequences_set (GHashTable *last,
                               natsMsg    *message)
{
  g_autoptr (GString) list = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, number;

  g_hash_table_iter_init (&iter, last);
  while (g_hash_table_iter_next (&iter, &name, &number))
    g_string_append_printf (list, "%s%s %" G_GINT64_FORMAT, list->len > 0 ? "," : "", (const char *) name,
                            *(gint64 *) number);
  if (list->len > 0)
    norpc_nats_message_set_header (message, NORPC_NATS_HEADER_SEQUENCES, list->str);
}

/* Gets the number of the last message about the signals of an interface, which is 0 if there was none. Returns FALSE if
 * the header makes no sense.
 */
gboolean
norpc_nats_last_sequence_get (natsMsg    *message,
                              const char *interface_name,
                              gint64     *number)
{
  g_auto (GStrv) list = NULL;
  gsize length = strlen (interface_name);
  const char *value;

  *number = 0;
  if (!norpc_nats_message_get_single (message, NORPC_NATS_HEADER_SEQUENCES, &value, NULL))
    return FALSE;
  if (value == NULL)
    return TRUE;

  list = g_strsplit (value, ",", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_has_prefix (list[i], interface_name) && list[i][length] == ' ')
      return norpc_nats_number_read (list[i] + length + 1, 1, G_MAXINT64 - 1, number);

  return TRUE;
}

NorpcNatsSequences *
norpc_nats_sequences_new (void)
{
  NorpcNatsSequences *self = g_new0 (NorpcNatsSequences, 1);

  self->exports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

/* There is a connection, maybe again. */
void
norpc_nats_sequences_begin (NorpcNatsSequences *self)
{
  if (self->start == 0)
    self->start = g_get_monotonic_time ();
}

void
norpc_nats_sequences_free (NorpcNatsSequences *self)
{
  g_hash_table_unref (self->exports);
  g_free (self);
}

/* Anybody may publish identifiers. At worst, an export that is forgotten seems to have lost messages. */
static void
forget_oldest (NorpcNatsSequences *self)
{
  const char *oldest = NULL;
  guint64 oldest_use = G_MAXUINT64;
  GHashTableIter iter;
  gpointer name, export;

  g_hash_table_iter_init (&iter, self->exports);
  while (g_hash_table_iter_next (&iter, &name, &export))
    if (((Export *) export)->use < oldest_use)
      {
        oldest = name;
        oldest_use = ((Export *) export)->use;
      }
  g_hash_table_remove (self->exports, oldest);
}

/* Exports that were there before are known by now: another one has begun since then, with the number 1. */
static gboolean
is_settled (NorpcNatsSequences *self)
{
  return self->start != 0 && g_get_monotonic_time () - self->start >= SETTLING_TIME * G_TIME_SPAN_MILLISECOND;
}

/* Returns an export (unowned). */
static Export *
ensure_export (NorpcNatsSequences *self,
               const char         *name)
{
  Export *export = g_hash_table_lookup (self->exports, name);

  if (export == NULL)
    {
      if (g_hash_table_size (self->exports) >= MAX_EXPORTS)
        forget_oldest (self);
      export = g_new (Export, 1);
      export->number = is_settled (self) ? 0 : ANY;
      g_hash_table_insert (self->exports, g_strdup (name), export);
    }
  export->use = ++self->n_uses;

  return export;
}

/* An export has come to @number, and had come to @before when it was heard of last, unless messages were lost. Returns
 * FALSE if they were.
 */
gboolean
norpc_nats_sequences_advance (NorpcNatsSequences *self,
                              const char         *service,
                              gint64              before,
                              gint64              number)
{
  Export *export = ensure_export (self, service);
  gboolean is_next = export->number == ANY || export->number == before;

  export->number = number;

  return is_next;
}

/* A loss is known, of which the next numbers need not tell again. */
void
norpc_nats_sequences_restart (NorpcNatsSequences *self)
{
  GHashTableIter iter;
  gpointer export;

  g_hash_table_iter_init (&iter, self->exports);
  while (g_hash_table_iter_next (&iter, NULL, &export))
    ((Export *) export)->number = ANY;
}
