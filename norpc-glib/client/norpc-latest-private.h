/* norpc-latest-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * The newest call of each latest-wins method that a client has sent.
 */
typedef struct
{
  GMutex      lock;
  GHashTable *calls; /* (owned) (nullable) [lock]: of NorpcMethodInfo and NorpcCall, with a
                        reference to its memory */
} NorpcLatest;

void norpc_latest_init    (NorpcLatest *self);
void norpc_latest_clear   (NorpcLatest *self);
void norpc_latest_replace (NorpcLatest *self,
                           NorpcCall   *call);

G_END_DECLS
