/* norpc-shared-source-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * One source for many members in a main context. A main loop visits each of its sources in each
 * iteration, so thousands of them would slow it down even while they have nothing to do. A
 * member costs nothing until it is woken up.
 */
typedef struct _NorpcSharedSource NorpcSharedSource;

typedef struct
{
  gboolean (*run)   (gpointer      data,     /* in the context: returns TRUE if it is to run again */
                     GMainContext *context);
  void     (*end)   (gpointer      data);    /* thread-safe: called while the context is being freed */
  void     (*ref)   (gpointer      data);    /* thread-safe */
  void     (*unref) (gpointer      data);    /* thread-safe */
} NorpcSharedSourceFuncs;

NorpcSharedSource *norpc_shared_source_get    (GMainContext                 *context,
                                               const NorpcSharedSourceFuncs *funcs);
void               norpc_shared_source_unref  (NorpcSharedSource            *self);
GMainContext      *norpc_shared_source_get_context (NorpcSharedSource       *self);
void               norpc_shared_source_add    (NorpcSharedSource            *self,
                                               gpointer                      data);
void               norpc_shared_source_remove (NorpcSharedSource            *self,
                                               gpointer                      data);
void               norpc_shared_source_wake   (NorpcSharedSource            *self,
                                               gpointer                      data);

G_END_DECLS
