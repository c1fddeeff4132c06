/* test-kv-sharding.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "kv-sharding.h"
#include "kv-slot.h"
#include "kv-store-service.h"

/* The slots are those of Redis Cluster: its specification has these examples. */

static guint
find_slot (const char *key)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (key, strlen (key));

  return kv_slot_find (bytes);
}

static void
test_slot (void)
{
  g_assert_cmpuint (find_slot ("123456789"), ==, 0x31c3);
  g_assert_cmpuint (find_slot (""), ==, 0);
  g_assert_cmpuint (find_slot ("foo"), ==, 12182);
  g_assert_cmpuint (find_slot ("{user1000}.following"), ==, find_slot ("user1000"));
  g_assert_cmpuint (find_slot ("{user1000}.followers"), ==, find_slot ("user1000"));
  g_assert_cmpuint (find_slot ("foo{}{bar}"), !=, find_slot ("bar"));
  g_assert_cmpuint (find_slot ("foo{}{bar}"), !=, find_slot ("foo"));
  g_assert_cmpuint (find_slot ("foo{{bar}}zap"), ==, find_slot ("{bar"));
  g_assert_cmpuint (find_slot ("foo{bar}{zap}"), ==, find_slot ("bar"));
  g_assert_cmpuint (find_slot ("foo}{bar"), !=, find_slot ("bar"));
  g_assert_cmpuint (find_slot ("foo{bar"), !=, find_slot ("bar"));
}

static void
test_shard (void)
{
  guint n_keys[3] = { 0 };

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *text = g_strdup_printf ("key:%u", i);
      g_autoptr (GBytes) key = g_bytes_new (text, strlen (text));

      g_assert_cmpuint (kv_slot_find_shard (key, 1), ==, 0);
      n_keys[kv_slot_find_shard (key, 3)]++;
    }

  for (guint shard = 0; shard < 3; shard++)
    g_assert_cmpuint (n_keys[shard], >, 800);
}

/* A store of which one shard is the test's own. */
typedef struct
{
  NorpcServer  *servers[2]; /* (owned) */
  KvStoreProxy *store;      /* (owned) */
} Fixture;

static Fixture *
fixture_new (GObject *last)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GPtrArray) shards = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  self->servers[0] = norpc_serve (kv_store_service_new (), &error);
  g_assert_no_error (error);
  self->servers[1] = norpc_serve (last, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (self->servers); i++)
    g_ptr_array_add (shards, g_object_ref (norpc_server_get_endpoint (self->servers[i])));
  endpoint = kv_sharding_new_endpoint (shards);
  self->store = kv_store_proxy_new (endpoint);

  return self;
}

static void
fixture_free (Fixture *self)
{
  g_object_unref (self->store);
  for (guint i = 0; i < G_N_ELEMENTS (self->servers); i++)
    {
      norpc_server_stop (self->servers[i], NORPC_STOP_FINISH, NULL, NULL);
      g_object_unref (self->servers[i]);
    }
  g_free (self);
}

/* Returns keys (owned), of which half are in each shard. */
static GPtrArray *
make_keys (guint n_keys)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint n_found[2] = { 0 };

  for (guint i = 0; keys->len < n_keys; i++)
    {
      g_autofree char *text = g_strdup_printf ("key:%u", i);
      g_autoptr (GBytes) key = g_bytes_new (text, strlen (text));
      guint shard = kv_slot_find_shard (key, 2);

      if (n_found[shard]++ < n_keys / 2)
        g_ptr_array_add (keys, g_bytes_ref (key));
    }

  return keys;
}

/* How a call has ended. */
typedef struct
{
  gboolean done;
  GError  *error; /* (owned) (nullable) */
} Outcome;

static void
outcome_end (Outcome      *self,
             const GError *error)
{
  g_assert_false (self->done);
  self->done = TRUE;
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
values_cb (GPtrArray    *values,
           const GError *error,
           gpointer      outcome)
{
  outcome_end (outcome, error);
}

static void
number_cb (guint         number,
           const GError *error,
           gpointer      outcome)
{
  outcome_end (outcome, error);
}

static void
done_cb (const GError *error,
         gpointer      outcome)
{
  outcome_end (outcome, error);
}

static void
outcome_assert (Outcome    *self,
                GQuark      domain,
                int         code,
                const char *text)
{
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (self->error, domain, code);
  g_assert_nonnull (strstr (self->error->message, text));
  g_clear_error (&self->error);
  self->done = FALSE;
}

static GPtrArray *
get_too_few (KvStore    *store,
             guint       database,
             GPtrArray  *keys,
             GError    **error)
{
  GPtrArray *values = g_ptr_array_new_with_free_func ((GDestroyNotify) kv_found_free);

  g_ptr_array_unref (keys);
  g_ptr_array_add (values, kv_found_new (NULL));

  return values;
}

/* A shard in another process may answer anything. */
static void
test_too_few_values (void)
{
  static const KvStoreInterface funcs = { .get_many = get_too_few };
  Fixture *f = fixture_new (G_OBJECT (kv_store_new_for_funcs (&funcs, NULL, NULL)));
  Outcome outcome = { FALSE };

  kv_store_proxy_call_get_many_with_reply (f->store, 0, make_keys (6), NULL, values_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED, "1 values for 3 keys");
  fixture_free (f);
}

/* One error is the reply, whatever the other shards do. */
static void
test_error (void)
{
  static const KvStoreInterface funcs = { .get = NULL };
  Fixture *f = fixture_new (G_OBJECT (kv_store_new_for_funcs (&funcs, NULL, NULL)));
  Outcome outcome = { FALSE };

  kv_store_proxy_call_get_many_with_reply (f->store, 0, make_keys (4), NULL, values_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "GetMany");
  kv_store_proxy_call_remove_with_reply (f->store, 0, make_keys (4), NULL, number_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "Remove");
  kv_store_proxy_call_flush_with_reply (f->store, NULL, done_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "Flush");
  kv_store_proxy_call_get_many_with_reply (f->store, 99, make_keys (4), NULL, values_cb, &outcome);
  while (!outcome.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (outcome.error);
  g_clear_error (&outcome.error);

  norpc_server_stop (f->servers[1], NORPC_STOP_FINISH, NULL, NULL);
  outcome.done = FALSE;
  kv_store_proxy_call_count_with_reply (f->store, 0, make_keys (4), NULL, number_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED, "Count");
  fixture_free (f);
}

static gboolean
hold_remove (KvStore    *store,
             NorpcCall  *call,
             guint       database,
             GPtrArray  *keys,
             GError    **error)
{
  NorpcCall **held = norpc_simple_service_get_data (store);

  g_ptr_array_unref (keys);
  g_atomic_pointer_set (held, norpc_call_ref (call));

  return TRUE;
}

/* A client that cancels its call cancels those of the shards, which inherit that. */
static void
test_cancelled (void)
{
  static const KvStoreInterface funcs = { .handle_remove = hold_remove };
  NorpcCall *held = NULL;
  Fixture *f = fixture_new (G_OBJECT (kv_store_new_for_funcs (&funcs, &held, NULL)));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { FALSE };

  kv_store_proxy_call_remove_with_reply (f->store, 0, make_keys (4), cancellable, number_cb, &outcome);
  while (g_atomic_pointer_get (&held) == NULL)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  outcome_assert (&outcome, G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_assert_true (norpc_call_is_cancelled (held));
  norpc_call_unref (held);
  fixture_free (f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kv/slot", test_slot);
  g_test_add_func ("/kv/slot/shard", test_shard);
  g_test_add_func ("/kv/sharding/too-few-values", test_too_few_values);
  g_test_add_func ("/kv/sharding/error", test_error);
  g_test_add_func ("/kv/sharding/cancelled", test_cancelled);

  return g_test_run ();
}
