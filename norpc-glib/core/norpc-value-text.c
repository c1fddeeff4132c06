/* norpc-value-text.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-value-text-private.h"
#include "norpc-value-variant-private.h"

#define MAX_VALUES 8 /* when the text has the length of so many values, no other value begins */
#define MAX_DATA   4096 /* bytes of a value that is printed at all */

/* Appends the beginning of @added, but no part of a character. */
static void
append_beginning (GString    *text,
                  const char *added,
                  gsize       max_length)
{
  if (strlen (added) <= max_length)
    {
      g_string_append (text, added);
      return;
    }

  g_string_append_len (text, added, g_utf8_find_prev_char (added, added + max_length + 1) - added);
  g_string_append (text, "…");
}

/* A long string is shortened before it is quoted, because it may be very long. */
static void
append_string (GString    *text,
               const char *string,
               gsize       max_length)
{
  g_autofree char *beginning = g_strndup (string, max_length + 1);
  g_autofree char *valid = g_utf8_make_valid (beginning, -1);
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_string (valid));
  g_autofree char *quoted = g_variant_print (variant, FALSE);

  append_beginning (text, quoted, max_length);
}

static void
append_variant (GString  *text,
                GVariant *variant,
                gsize     max_length)
{
  g_autofree char *printed = NULL;

  if (g_variant_get_size (variant) > MAX (max_length, MAX_DATA))
    {
      g_string_append_printf (text, "<%s, %" G_GSIZE_FORMAT " bytes>", g_variant_get_type_string (variant),
                              g_variant_get_size (variant));
      return;
    }

  printed = g_variant_print (variant, FALSE);
  append_beginning (text, printed, max_length);
}

static void
append_value (GString            *text,
              const NorpcArgInfo *info,
              const GValue       *value,
              gsize               max_length)
{
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) variant = NULL;

  if (norpc_arg_info_is_sensitive (info))
    {
      g_string_append (text, "<sensitive>");
      return;
    }
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    {
      append_string (text, g_value_get_string (value), max_length);
      return;
    }

  variant = norpc_value_to_variant (info, value, &problem);
  if (variant == NULL)
    g_string_append_printf (text, "<%s>", g_type_name (norpc_arg_info_get_described_gtype (info)));
  else
    append_variant (text, g_variant_ref_sink (variant), max_length);
}

/* Called in the thread that owns the values, which are valid. Returns the names and the values (owned), such
 * as "key='a', amount=3", with at most @max_length bytes of each value.
 */
char *
norpc_values_to_text (GDBusArgInfo * const *infos,
                      const GValue         *values,
                      guint                 n_values,
                      gsize                 max_length)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_values; i++)
    {
      if (i > 0)
        g_string_append (text, ", ");
      if (text->len > MAX_VALUES * max_length)
        {
          g_string_append (text, "…");
          break;
        }
      g_string_append_printf (text, "%s=", infos[i]->name);
      append_value (text, (const NorpcArgInfo *) infos[i], &values[i], max_length);
    }

  return g_string_free (text, FALSE);
}
