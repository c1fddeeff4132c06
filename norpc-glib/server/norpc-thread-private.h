/* norpc-thread-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-thread.h"

G_BEGIN_DECLS

/* Implemented by an object that uses a thread, and that must end before the thread does. */
typedef struct
{
  void (*stop)  (gpointer data); /* thread-safe, does not wait: the thread is about to end */
  void (*end)   (gpointer data); /* in the thread */
  void (*ref)   (gpointer data); /* thread-safe */
  void (*unref) (gpointer data); /* thread-safe */
} NorpcThreadUserFuncs;

NorpcThread *norpc_thread_dup_current (GMainContext *context);

GThread *norpc_thread_get_gthread (NorpcThread                 *self);
gboolean norpc_thread_add_user    (NorpcThread                 *self,
                                   const NorpcThreadUserFuncs  *funcs,
                                   gpointer                     data,
                                   GError                     **error);
void     norpc_thread_remove_user (NorpcThread                 *self,
                                   gpointer                     data);
void     norpc_thread_quit        (NorpcThread                 *self);

G_END_DECLS
