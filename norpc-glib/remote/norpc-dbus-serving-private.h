/* norpc-dbus-serving-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"
#include "norpc-dbus-announcer-private.h"
#include "norpc-dbus-clients-private.h"
#include "norpc-dbus-mailbox-private.h"
#include "norpc-dbus-unawaited-private.h"

G_BEGIN_DECLS

/*
 * An object of an export: that which the export was made for, or one below it, which has come out of it. The requests of
 * its clients share it, so that it lasts until the last one has been answered. It is used in the context of the export.
 */
typedef struct _NorpcDBusServing NorpcDBusServing;
typedef struct _NorpcDBusObjects NorpcDBusObjects;

struct _NorpcDBusServing
{
  gatomicrefcount   ref_count;
  NorpcDBusServing *root;       /* (owned) (nullable), since construction: that of the export, of an object below it */
  GDBusConnection  *connection; /* (owned), since construction */
  char             *path;       /* (owned), since construction */
  NorpcEndpoint    *endpoint;   /* (owned) (nullable), since construction: NULL if the object has no interfaces */
  GMainContext     *context;    /* (owned), since construction */
  GPtrArray        *infos;      /* (owned): of NorpcInterfaceInfo */
  GPtrArray        *announcers; /* (owned): of owned NorpcDBusAnnouncer */
  GArray           *registrations; /* (owned) (element-type guint): of GDBus, until the object is no longer exported */
  GHashTable       *holders;    /* (owned) (nullable): of owned names and numbers, how often each client has the object;
                                   NULL if all clients have it */
  GHashTable       *followers;  /* (owned): of owned names and numbers, how often each client follows it */
  NorpcDBusMailbox *mailbox;    /* (owned), since construction: that of the export */
  GHashTable       *requests;   /* (owned): those of the export that endpoints have, which own themselves */

  /* Of the export's own object only: see norpc_dbus_serving_get_root (). */
  NorpcDBusClients *clients;    /* (owned) (nullable): until the object is no longer exported */
  NorpcDBusObjects *objects;    /* (owned) (nullable): as long */
  NorpcDBusUnawaited *unawaited; /* (owned), since construction */
  GHashTable       *streams;    /* (owned): of unowned paths and owned NorpcDBusServedStream */
  guint64           n_streams;  /* that were opened */
  gulong            closed_id;  /* until the object is no longer exported: tells that the connection is closed */
  void            (*emptied) (NorpcDBusServing *self); /* (nullable): the last object below it has gone */
  NorpcDBusOutlet   outlet;
};

NorpcDBusServing *norpc_dbus_serving_new_below (NorpcDBusServing *root,
                                                const char       *path,
                                                NorpcEndpoint    *endpoint);
NorpcDBusServing *norpc_dbus_serving_ref   (NorpcDBusServing *self);
void              norpc_dbus_serving_unref (gpointer          self);
NorpcDBusServing *norpc_dbus_serving_get_root (NorpcDBusServing *self);
gboolean          norpc_dbus_serving_add_interface (NorpcDBusServing          *self,
                                                    const NorpcInterfaceInfo  *info,
                                                    GError                   **error);
void              norpc_dbus_serving_unregister (NorpcDBusServing *self);
void              norpc_dbus_serving_flush (NorpcDBusServing *self);

/* Followers get the signals with objects. */
void              norpc_dbus_serving_follow (NorpcDBusServing *self,
                                             const char       *client,
                                             gboolean          follows);

G_END_DECLS
