/* norpc-thread-users-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-thread-private.h"

G_BEGIN_DECLS

/*
 * The users of a thread, such as the workers of its servers. They end before the thread does.
 */
typedef struct
{
  GMutex      lock;
  GQueue      users; /* [lock]: of owned User, in the order in which they were added */
  GHashTable *links; /* (owned) (nullable) [lock]: the link of each user by its data, until the
                        thread ends */
} NorpcThreadUsers;

void     norpc_thread_users_init   (NorpcThreadUsers           *self);
void     norpc_thread_users_clear  (NorpcThreadUsers           *self);
gboolean norpc_thread_users_add    (NorpcThreadUsers           *self,
                                    const NorpcThreadUserFuncs *funcs,
                                    gpointer                    data,
                                    const int                  *quit);
void     norpc_thread_users_remove (NorpcThreadUsers           *self,
                                    gpointer                    data);
void     norpc_thread_users_stop   (NorpcThreadUsers           *self);
void     norpc_thread_users_end    (NorpcThreadUsers           *self);

G_END_DECLS
