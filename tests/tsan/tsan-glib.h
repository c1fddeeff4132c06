/* tsan-glib.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define _GNU_SOURCE
#include <dlfcn.h>

#include <gio/gio.h>

extern void __tsan_acquire (void *address) __attribute__ ((weak));
extern void __tsan_release (void *address) __attribute__ ((weak));
extern void __tsan_write_range (void *address, unsigned long size) __attribute__ ((weak));

#define REAL(name)                                                  \
  ({                                                                \
    static __typeof__ (&(name)) real_;                              \
    if (__atomic_load_n (&real_, __ATOMIC_RELAXED) == NULL)         \
      __atomic_store_n (&real_,                                     \
                        (__typeof__ (&(name))) dlsym (RTLD_NEXT, #name), \
                        __ATOMIC_RELAXED);                          \
    __atomic_load_n (&real_, __ATOMIC_RELAXED);                     \
  })

static inline void
acquire (gconstpointer address)
{
  if (__tsan_acquire != NULL && address != NULL)
    __tsan_acquire ((gpointer) address);
}

static inline void
release (gconstpointer address)
{
  if (__tsan_release != NULL && address != NULL)
    __tsan_release ((gpointer) address);
}
