/* kv-store-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define KV_STORE_N_DATABASES 16

/* The longest value that a store holds, in bytes. */
#define KV_STORE_MAX_LENGTH (512 * 1024 * 1024)

/**
 * KvSetFlags:
 * @KV_SET_IF_ABSENT: only if there is no such key
 * @KV_SET_IF_PRESENT: only if there is such a key
 * @KV_SET_KEEP_TTL: the key keeps its time to live
 */
typedef enum /*< flags >*/
{
  KV_SET_NONE       = 0,
  KV_SET_IF_ABSENT  = 1 << 0,
  KV_SET_IF_PRESENT = 1 << 1,
  KV_SET_KEEP_TTL   = 1 << 2
} KvSetFlags;

/**
 * KvExpireFlags:
 * @KV_EXPIRE_IF_NONE: only if the key lives for ever
 * @KV_EXPIRE_IF_ANY: only if the key has a time to live
 * @KV_EXPIRE_IF_LATER: only if the key then lives longer
 * @KV_EXPIRE_IF_SOONER: only if the key then lives less long
 */
typedef enum /*< flags >*/
{
  KV_EXPIRE_NONE      = 0,
  KV_EXPIRE_IF_NONE   = 1 << 0,
  KV_EXPIRE_IF_ANY    = 1 << 1,
  KV_EXPIRE_IF_LATER  = 1 << 2,
  KV_EXPIRE_IF_SOONER = 1 << 3
} KvExpireFlags;

/**
 * KvStoreError:
 * @KV_STORE_ERROR_NO_DATABASE: there is no database of that number
 * @KV_STORE_ERROR_NOT_A_NUMBER: the value is not a decimal number of 64 bits
 * @KV_STORE_ERROR_OVERFLOW: the sum is not a number of 64 bits
 * @KV_STORE_ERROR_BAD_TTL: a time to live is negative or ends too late
 * @KV_STORE_ERROR_TOO_LONG: the value would be longer than
 *   KV_STORE_MAX_LENGTH
 */
typedef enum
{
  KV_STORE_ERROR_NO_DATABASE,
  KV_STORE_ERROR_NOT_A_NUMBER,
  KV_STORE_ERROR_OVERFLOW,
  KV_STORE_ERROR_BAD_TTL,
  KV_STORE_ERROR_TOO_LONG
} KvStoreError;

#define KV_STORE_ERROR (kv_store_error_quark ())

GQuark kv_store_error_quark (void);

G_END_DECLS
