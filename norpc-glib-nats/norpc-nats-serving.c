/* norpc-nats-serving.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-serving-private.h"

NorpcNatsServing *
norpc_nats_serving_ref (NorpcNatsServing *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
void
norpc_nats_serving_unref (gpointer data)
{
  NorpcNatsServing *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_object_unref (self->endpoint);
  g_free (self->prefix);
  g_object_unref (self->connection);
  g_free (self);
}

NorpcNatsServed *
norpc_nats_served_new (NorpcNatsServing         *serving,
                       const NorpcInterfaceInfo *info)
{
  NorpcNatsServed *self = g_new (NorpcNatsServed, 1);

  self->serving = norpc_nats_serving_ref (serving);
  self->info = info;

  return self;
}

void
norpc_nats_served_free (gpointer self)
{
  norpc_nats_serving_unref (((NorpcNatsServed *) self)->serving);
  g_free (self);
}

NorpcNatsServing *
norpc_nats_serving_new (NorpcNatsConnection *connection,
                        const char          *prefix,
                        NorpcEndpoint       *endpoint,
                        guint                capacity)
{
  NorpcNatsServing *self = g_new0 (NorpcNatsServing, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->link = norpc_nats_connection_get_link (connection);
  self->prefix = g_strdup (prefix);
  self->endpoint = g_object_ref (endpoint);
  self->context = g_main_context_ref_thread_default ();
  self->capacity = capacity;
  g_mutex_init (&self->lock);
  self->requests = g_hash_table_new (g_str_hash, g_str_equal);

  return self;
}
