/* kv-sharding.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-sharding.h"

#include "kv-sharded-store.h"
#include "kv-slot.h"

/* A layer that makes one store of several ones, the shards, each of which owns a part of the keys. A call for one key
 * goes to the shard of that key as it is. All other calls go on to a service that asks each shard.
 */
struct _KvSharding
{
  NorpcLayer parent_instance;

  GPtrArray *shards; /* (owned): of owned NorpcEndpoint, since construction */
};

G_DEFINE_FINAL_TYPE (KvSharding, kv_sharding, NORPC_TYPE_LAYER)

/* Returns the argument (unowned) that is the key, or NULL. */
static GBytes *
find_key (NorpcCall *call)
{
  const NorpcInterfaceInfo *info = norpc_call_get_interface_info (call);
  GDBusArgInfo **in_args = info->methods[norpc_call_get_method (call)]->dbus.in_args;
  guint n_args;
  GValue *args = norpc_call_get_args (call, &n_args);

  for (guint i = 0; i < n_args; i++)
    {
      if (g_str_equal (in_args[i]->name, "key"))
        return g_value_get_boxed (&args[i]);
    }

  return NULL;
}

/* Runs in the thread of the client. */
static gboolean
kv_sharding_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error G_GNUC_UNUSED)
{
  KvSharding *self = KV_SHARDING (layer);
  GBytes *key = find_key (call);

  if (key == NULL)
    norpc_layer_pass_on (layer, call);
  else
    norpc_endpoint_send (self->shards->pdata[kv_slot_find_shard (key, self->shards->len)], norpc_call_ref (call));

  return TRUE;
}

static void
kv_sharding_finalize (GObject *object)
{
  g_ptr_array_unref (KV_SHARDING (object)->shards);

  G_OBJECT_CLASS (kv_sharding_parent_class)->finalize (object);
}

static void
kv_sharding_class_init (KvShardingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kv_sharding_finalize;
  NORPC_LAYER_CLASS (klass)->take = kv_sharding_take;
}

static void
kv_sharding_init (KvSharding *self)
{
}

/* The service for calls of many keys is called directly, so that it sends its own calls at once: those to one shard
 * arrive in the order in which the client has made them.
 *
 * Returns: (transfer full): the store that consists of @shards, NorpcEndpoint, for clients in this thread */
NorpcEndpoint *
kv_sharding_new_endpoint (GPtrArray *shards)
{
  g_autoptr (KvShardedStore) store = kv_sharded_store_new (shards);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (store));
  KvSharding *self = g_object_new (KV_TYPE_SHARDING, NULL);

  self->shards = g_ptr_array_ref (shards);

  return norpc_stack_new (self, direct, NULL);
}
