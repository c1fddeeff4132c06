/* kv-sharded-store-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kv-sharded-store.h"

G_BEGIN_DECLS

struct _KvShardedStore
{
  GObject parent_instance;

  GPtrArray *shards; /* (owned): of owned KvStoreProxy, since construction */
};

typedef struct _KvGathering KvGathering;

/* The share of one shard in a call. */
typedef struct
{
  KvGathering *gathering; /* (unowned) */
  GPtrArray   *items;     /* (owned) (nullable): GBytes or KvPair, until they are sent */
  guint        n_keys;    /* that the shard is asked for */
  GPtrArray   *found;     /* (owned) (nullable): KvFound of the reply, one for each key */
  guint        n_taken;   /* how many of those are in the reply to the client */
} KvShare;

/* A scan of the shards, one after the other. */
typedef struct
{
  guint   database;
  GBytes *pattern; /* (owned) (nullable) */
  guint64 count;   /* how many keys are wanted, at least 1 */
} KvScan;

/* A call whose shares are pending. */
struct _KvGathering
{
  KvShardedStore *self;      /* (owned) */
  NorpcCall      *call;      /* (owned) */
  void          (*complete) (KvGathering *self);
  guint           n_pending;
  GError         *error;     /* (owned) (nullable): of the first share that has failed */
  GPtrArray      *keys;      /* (owned) (nullable): GBytes, as asked for, or as found */
  guint64         sum;       /* of the numbers in the replies, or the next cursor */
  KvScan          scan;
  GTree          *databases; /* (owned) (nullable): number -> Database (owned) */
  KvShare         shares[];  /* one for each shard */
};

KvGathering  *kv_gathering_new      (KvStore        *store,
                                     NorpcCall      *call,
                                     void          (*complete) (KvGathering *self));
void          kv_gathering_end      (KvGathering    *self);
KvStoreProxy *kv_gathering_begin    (KvGathering    *self,
                                     guint           index);
void          kv_gathering_add      (KvGathering    *self,
                                     GBytes         *key,
                                     gpointer        item,
                                     GDestroyNotify  destroy);
void          kv_gathering_add_keys (KvGathering    *self,
                                     GPtrArray      *keys);
void          kv_share_end          (KvShare        *self,
                                     const GError   *error);

void          kv_sharded_store_init_keys  (KvStoreInterface *iface);
void          kv_sharded_store_init_lists (KvStoreInterface *iface);

G_END_DECLS
