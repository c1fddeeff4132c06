/* norpc-export-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "channel/norpc-channel.h"
#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * An object that has been passed to other main contexts, and that they reach by a channel. The
 * object is accessed only in the context that has exported it.
 *
 * An object of another process has an export, too: its endpoint leads to that process.
 *
 * Each import, what a context has for the object, has a reference, and so has each handle in
 * transit. When the last one is released, the object serves the calls that were sent before, stops,
 * and is released in its context.
 */
typedef struct _NorpcExport NorpcExport;

/* How objects of an interface are exported and imported. All objects that are exported with one
 * kind implement the interface.
 */
typedef struct
{
  GObject *(*new_service) (GObject     *object); /* (nullable), in the thread that exports @object:
                                                    returns an object (owned) that serves the calls
                                                    instead of @object */
  GObject *(*new_handle)  (NorpcExport *export,  /* thread-safe: returns a thread-safe object
                                                    (owned) of type @type */
                           GType        type);
  GObject *(*new_import)  (NorpcExport *export,  /* in the receiver's thread, for its thread-default
                                                    context: returns an object (owned) of type
                                                    @type */
                           GType        type);
} NorpcExportKind;

gpointer norpc_export_export_object (const NorpcExportKind *kind,
                                     GType                  type,
                                     gpointer               object);
gpointer norpc_export_import_object (GType                  type,
                                     gpointer               handle);
void     norpc_export_close         (const NorpcExportKind *kind,
                                     GObject               *object);

/* Thread-safe. */
gpointer norpc_export_dup_handle    (NorpcExport           *self,
                                     GType                  type);

/* For kinds. Thread-safe. */
NorpcEndpoint *norpc_export_get_endpoint (NorpcExport *self);

G_END_DECLS
