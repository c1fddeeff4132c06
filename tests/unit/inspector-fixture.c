/* inspector-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "inspector-fixture.h"

void
inspected_set_up (Inspected     *self,
                  gconstpointer  capacity)
{
  fixture_set_up (&self->base, capacity);
  self->inspector = norpc_inspector_new ();
}

void
inspected_tear_down (Inspected     *self,
                     gconstpointer  unused)
{
  g_clear_object (&self->inspector);
  fixture_tear_down (&self->base, unused);
}

/* Waits for the test, which takes something out of the queue that it has put in before. */
static gboolean
unlock (StoreStore  *service,
        const char  *user,
        const char  *password,
        GError     **error)
{
  GAsyncQueue *gate = norpc_simple_service_get_data (service);

  if (gate != NULL)
    g_async_queue_pop (gate);
  if (g_str_equal (password, "wrong"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "not this one");

  return *error == NULL;
}

static gboolean
forget (StoreStore  *service,
        const char  *key,
        GError     **error)
{
  return TRUE;
}

static gboolean
place (StoreStore  *service,
       GVariant    *point,
       const char  *name,
       GError     **error)
{
  return TRUE;
}

static gboolean
move (StoreStore  *service,
      GVariant    *by,
      GError     **error)
{
  return TRUE;
}

static StoreAccount *
enroll (StoreStore          *service,
        const StoreAccount  *account,
        GPtrArray           *others,
        const StoreGroup    *group,
        guint                count,
        GError             **error)
{
  return store_account_copy (account);
}

static const StoreStoreInterface store_funcs = {
  .unlock = unlock,
  .forget = forget,
  .place = place,
  .move = move,
  .enroll = enroll,
};

/* Starts a store, whose method Unlock takes something out of @gate (nullable) first. */
NorpcServer *
serve_store (gpointer gate)
{
  GError *error = NULL;
  NorpcServer *server = norpc_serve (store_store_new_for_funcs (&store_funcs, gate, NULL), &error);

  g_assert_no_error (error);

  return server;
}

static GVariant *
get_value (GVariant   *list,
           guint       index,
           const char *key)
{
  g_autoptr (GVariant) dict = NULL;
  GVariant *value;

  g_assert_cmpuint (index, <, g_variant_n_children (list));
  dict = g_variant_get_child_value (list, index);
  value = g_variant_lookup_value (dict, key, NULL);
  if (value == NULL)
    g_error ("there is no key '%s'", key);

  return value;
}

char *
get_text (GVariant   *list,
          guint       index,
          const char *key)
{
  g_autoptr (GVariant) value = get_value (list, index, key);

  return g_variant_dup_string (value, NULL);
}

void
assert_text (GVariant   *list,
             guint       index,
             const char *key,
             const char *expected)
{
  g_autofree char *text = get_text (list, index, key);

  g_assert_cmpstr (text, ==, expected);
}

guint64
get_number (GVariant   *list,
            guint       index,
            const char *key)
{
  g_autoptr (GVariant) value = get_value (list, index, key);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (guint64) g_variant_get_int64 (value);

  return g_variant_get_uint64 (value);
}

/* Returns the index of the first entry whose value is @text, or the length of the list. */
guint
find_entry (GVariant   *list,
            const char *key,
            const char *text)
{
  guint i;

  for (i = 0; i < g_variant_n_children (list); i++)
    {
      g_autofree char *found = get_text (list, i, key);

      if (g_str_equal (found, text))
        break;
    }

  return i;
}
