/* norpc-lints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-lints-private.h"

#define MAX_LINTS 1000 /* that are kept */

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
  char         *key;            /* (owned) */
  GList         link;           /* in `lints` */
  GList         recency_link;   /* in `by_recency` */
} Lint;

/* [lints_lock] */
static GMutex lints_lock;
static GQueue lints = G_QUEUE_INIT;      /* of owned Lint, in the order of their first appearance */
static GQueue by_recency = G_QUEUE_INIT; /* of unowned Lint, the one that was noticed last at the end */
static GHashTable *by_key;               /* (owned) (nullable): unowned strings to unowned Lint */
static guint64 n_dropped;                /* lints that are no longer in the list */

static void
free_lint (Lint *self)
{
  g_free (self->key);
  g_free (self->interface_name);
  g_free (self->method_name);
  g_free (self->text);
  g_free (self);
}

/* Called with the lock held. */
static void
remove_lint_locked (Lint *lint)
{
  g_hash_table_remove (by_key, lint->key);
  g_queue_unlink (&lints, &lint->link);
  g_queue_unlink (&by_recency, &lint->recency_link);
  free_lint (lint);
}

/* Called with the lock held. Takes ownership of @key. Drops the lint that has not been noticed for the longest time, if
 * there are too many.
 */
static Lint *
add_lint_locked (NorpcLintKind  kind,
                 guint          server,
                 const char    *interface_name,
                 const char    *method_name,
                 char          *key)
{
  Lint *lint = g_new0 (Lint, 1);

  if (by_key == NULL)
    by_key = g_hash_table_new (g_str_hash, g_str_equal);
  if (lints.length >= MAX_LINTS)
    {
      remove_lint_locked (by_recency.head->data);
      n_dropped++;
    }

  lint->kind = kind;
  lint->server = server;
  lint->interface_name = g_strdup (interface_name);
  lint->method_name = g_strdup (method_name);
  lint->key = key;
  lint->link.data = lint;
  lint->recency_link.data = lint;
  g_queue_push_tail_link (&lints, &lint->link);
  g_queue_push_tail_link (&by_recency, &lint->recency_link);
  g_hash_table_insert (by_key, key, lint);

  return lint;
}

/* Called with the lock held. Takes ownership of @key. The lint is the one that was noticed last then. */
static Lint *
ensure_lint_locked (NorpcLintKind  kind,
                    guint          server,
                    const char    *interface_name,
                    const char    *method_name,
                    char          *key)
{
  Lint *lint = by_key != NULL ? g_hash_table_lookup (by_key, key) : NULL;

  if (lint == NULL)
    return add_lint_locked (kind, server, interface_name, method_name, key);

  g_free (key);
  g_queue_unlink (&by_recency, &lint->recency_link);
  g_queue_push_tail_link (&by_recency, &lint->recency_link);

  return lint;
}

/* Thread-safe. @count is the number of new cases. @text describes one, and is kept if @amount is the largest so far.
 * The texts of warnings tell them apart.
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
  lint->count += count;
  if (lint->text == NULL || amount > lint->amount)
    {
      lint->amount = amount;
      g_free (lint->text);
      lint->text = g_strdup (text);
    }
  g_mutex_unlock (&lints_lock);
}

/* Thread-safe. */
void
norpc_lints_clear (void)
{
  g_mutex_lock (&lints_lock);
  while (lints.head != NULL)
    remove_lint_locked (lints.head->data);
  g_clear_pointer (&by_key, g_hash_table_unref);
  n_dropped = 0;
  g_mutex_unlock (&lints_lock);
}

static void
append_lint (GVariantBuilder *builder,
             const char      *name,
             guint            server,
             const char      *interface_name,
             const char      *method_name,
             guint64          count,
             const char      *text)
{
  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (builder, "{sv}", "service", g_variant_new_uint32 (server));
  g_variant_builder_add (builder, "{sv}", "interface", g_variant_new_string (interface_name));
  g_variant_builder_add (builder, "{sv}", "method", g_variant_new_string (method_name));
  g_variant_builder_add (builder, "{sv}", "count", g_variant_new_uint64 (count));
  g_variant_builder_add (builder, "{sv}", "text", g_variant_new_string (text));
  g_variant_builder_close (builder);
}

/* Thread-safe. Returns an `aa{sv}` (floating). If some were dropped, the first entry says so. */
GVariant *
norpc_lints_list (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&lints_lock);
  if (n_dropped > 0)
    append_lint (&builder, "dropped-lints", 0, "", "", n_dropped,
                 "the lints that were noticed last are listed; others were dropped, because at most "
                 G_STRINGIFY (MAX_LINTS) " are kept");
  for (GList *link = lints.head; link != NULL; link = link->next)
    {
      const Lint *lint = link->data;

      append_lint (&builder, names[lint->kind], lint->server, lint->interface_name, lint->method_name, lint->count,
                   lint->text);
    }
  g_mutex_unlock (&lints_lock);

  return g_variant_builder_end (&builder);
}
