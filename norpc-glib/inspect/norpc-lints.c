/* norpc-lints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-lints-private.h"

#define MAX_LINTS 1000

static const char * const names[] = {
  [NORPC_LINT_BLOCKING_HANDLER] = "blocking-handler",
  [NORPC_LINT_FULL_QUEUE] = "full-queue",
  [NORPC_LINT_NO_DEADLINE] = "no-deadline",
  [NORPC_LINT_WARNING] = "warning",
};

typedef struct
{
  NorpcLintKind kind;
  guint         server;         /* or 0 */
  char         *interface_name; /* (owned): or "" */
  char         *method_name;    /* (owned): or "" */
  guint64       count;
  double        amount;         /* the largest so far */
  char         *text;           /* (owned): that goes with the amount */
} Lint;

static GMutex lints_lock;
static GPtrArray *lints;    /* (owned) (nullable) [lints_lock]: of owned Lint, in the order of their first
                               appearance */
static GHashTable *by_key;  /* (owned) (nullable) [lints_lock]: owned strings to unowned Lint */

static void
free_lint (gpointer data)
{
  Lint *self = data;

  g_free (self->interface_name);
  g_free (self->method_name);
  g_free (self->text);
  g_free (self);
}

/* Called with the lock held. Takes ownership of @key. Returns NULL if there are too many. */
static Lint *
ensure_lint_locked (NorpcLintKind  kind,
                    guint          server,
                    const char    *interface_name,
                    const char    *method_name,
                    char          *key)
{
  Lint *lint;

  if (lints == NULL)
    {
      lints = g_ptr_array_new_with_free_func (free_lint);
      by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }

  lint = g_hash_table_lookup (by_key, key);
  if (lint != NULL || lints->len >= MAX_LINTS)
    {
      g_free (key);
      return lint;
    }

  lint = g_new0 (Lint, 1);
  lint->kind = kind;
  lint->server = server;
  lint->interface_name = g_strdup (interface_name);
  lint->method_name = g_strdup (method_name);
  g_ptr_array_add (lints, lint);
  g_hash_table_insert (by_key, key, lint);

  return lint;
}

/* Thread-safe. @count is the number of new cases. @text describes one, and is kept if @amount is the largest so far. The texts of
 * warnings tell them apart.
 */
void
norpc_lints_note (NorpcLintKind  kind,
                  guint          server,
                  const char    *interface_name,
                  const char    *method_name,
                  guint          count,
                  double         amount,
                  const char    *text)
{
  char *key = g_strdup_printf ("%d %u %s.%s %s", kind, server, interface_name, method_name,
                               kind == NORPC_LINT_WARNING ? text : "");
  Lint *lint;

  g_mutex_lock (&lints_lock);
  lint = ensure_lint_locked (kind, server, interface_name, method_name, key);
  if (lint != NULL)
    {
      lint->count += count;
      if (lint->text == NULL || amount > lint->amount)
        {
          lint->amount = amount;
          g_free (lint->text);
          lint->text = g_strdup (text);
        }
    }
  g_mutex_unlock (&lints_lock);
}

/* Thread-safe. */
void
norpc_lints_clear (void)
{
  g_mutex_lock (&lints_lock);
  g_clear_pointer (&by_key, g_hash_table_unref);
  g_clear_pointer (&lints, g_ptr_array_unref);
  g_mutex_unlock (&lints_lock);
}

/* Thread-safe. Returns an `aa{sv}` (floating). */
GVariant *
norpc_lints_list (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&lints_lock);
  for (guint i = 0; lints != NULL && i < lints->len; i++)
    {
      const Lint *lint = g_ptr_array_index (lints, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (names[lint->kind]));
      g_variant_builder_add (&builder, "{sv}", "service", g_variant_new_uint32 (lint->server));
      g_variant_builder_add (&builder, "{sv}", "interface", g_variant_new_string (lint->interface_name));
      g_variant_builder_add (&builder, "{sv}", "method", g_variant_new_string (lint->method_name));
      g_variant_builder_add (&builder, "{sv}", "count", g_variant_new_uint64 (lint->count));
      g_variant_builder_add (&builder, "{sv}", "text", g_variant_new_string (lint->text));
      g_variant_builder_close (&builder);
    }
  g_mutex_unlock (&lints_lock);

  return g_variant_builder_end (&builder);
}
