/* norpc-export-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-export-private.h"
#include "server/norpc-worker-private.h"

G_BEGIN_DECLS

/* Shared by the files of an export: norpc-export.c has the owner's side, and norpc-import.c what
 * other contexts have.
 */

/* Protects the fields that are marked [lock]. No other code runs while it is held, except for
 * functions of GLib that call none.
 */
extern GMutex norpc_exports_lock;

struct _NorpcExport
{
  guint                  n_refs;  /* [lock] */
  const NorpcExportKind *kind;    /* since construction */
  GObject               *object;  /* (unowned) (nullable), since construction: owned by the worker until it has
                                     stopped, and accessed in its context only; NULL in another process */
  NorpcEndpoint         *endpoint; /* (owned), since construction: a channel, or that of another process */
  char                  *key;     /* (owned) (nullable), since construction: of an object of another process */
  void                 (*end_endpoint) (NorpcEndpoint *endpoint); /* (nullable), since construction: with a key */
  NorpcWorker           *worker;  /* (owned) (nullable), since construction: NULL if it could not be
                                     attached to the context, and in another process */
  gboolean               owns_worker; /* since construction: it is not that of a server */
  GSList                *imports; /* (owned) [lock]: of unowned NorpcImport */
};

NorpcExport *norpc_export_get            (const NorpcExportKind *kind,
                                          GObject               *object);
NorpcExport *norpc_export_get_outside    (const NorpcExportKind *kind,
                                          const char            *key,
                                          NorpcEndpoint       *(*new_endpoint) (gpointer data),
                                          gpointer               data,
                                          void                 (*end_endpoint) (NorpcEndpoint *endpoint));
NorpcExport *norpc_export_ref_locked     (NorpcExport           *self);
void         norpc_export_unref          (NorpcExport           *self);
GObject     *norpc_export_dup_own_object (NorpcExport           *self);

G_END_DECLS
