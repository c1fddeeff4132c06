/* norpc-thread-check-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Which servers an object is the service of: more than one, as a rule, is a
 * mistake, if they are in different threads.
 *
 * It is kept with the object, and may outlive it.
 */
typedef struct
{
  gatomicrefcount ref_count;

  const char *type_name; /* since construction: of the service */

  int        n_hosts; /* atomic, written with the lock of homes */
  GPtrArray *hosts;   /* (owned) [lock of homes]: of unowned NorpcHost that have begun */
} NorpcHome;

NorpcHome *norpc_home_get       (GObject   *service);
void       norpc_home_unref     (NorpcHome *self);
void       norpc_home_move_in   (NorpcHome *self,
                                 NorpcHost *host);
void       norpc_home_move_out  (NorpcHome *self,
                                 NorpcHost *host);
void       norpc_home_look      (NorpcHome *self,
                                 NorpcHost *host,
                                 NorpcCall *call);

/* Any thread. */
static inline gboolean
norpc_home_is_shared (NorpcHome *self)
{
  return G_UNLIKELY (g_atomic_int_get (&self->n_hosts) > 1);
}

/* The thread in which the service is going to handle @call, for @host if that
 * is not NULL: warns if another has the service.
 */
static inline void
norpc_home_check (NorpcHome *self,
                  NorpcHost *host,
                  NorpcCall *call)
{
  if (G_UNLIKELY (g_atomic_int_get (&self->n_hosts) > (host != NULL ? 1 : 0)))
    norpc_home_look (self, host, call);
}

G_END_DECLS
