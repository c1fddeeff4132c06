/* norpc-dbus-serving-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"
#include "norpc-dbus-announcer-private.h"
#include "norpc-dbus-clients-private.h"
#include "norpc-dbus-inbox-private.h"

G_BEGIN_DECLS

/* The part of an export that its requests share. It is used in the context of the export, and lasts until the last
 * request has been answered.
 */
typedef struct
{
  gatomicrefcount   ref_count;
  GDBusConnection  *connection; /* (owned), since construction */
  char             *path;       /* (owned), since construction */
  NorpcEndpoint    *endpoint;   /* (owned), since construction */
  GMainContext     *context;    /* (owned), since construction */
  GPtrArray        *infos;      /* (owned): of NorpcInterfaceInfo */
  GPtrArray        *announcers; /* (owned): of owned NorpcDBusAnnouncer */
  NorpcDBusInbox   *inbox;      /* (owned), since construction */
  NorpcDBusClients *clients;    /* (owned) (nullable): until the object is no longer exported */
  GHashTable       *requests;   /* (owned): those that the endpoint has, which own themselves */
} NorpcDBusServing;

NorpcDBusServing *norpc_dbus_serving_ref   (NorpcDBusServing *self);
void              norpc_dbus_serving_unref (gpointer          self);
void              norpc_dbus_serving_flush (NorpcDBusServing *self);

G_END_DECLS
