/* norpc-property-relay-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-subscribers-private.h"
#include "norpc-list-relay-private.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Sends changes of the properties of a service to the subscribers of its endpoint. */
typedef struct _NorpcPropertyRelay NorpcPropertyRelay;

NorpcPropertyRelay *norpc_property_relay_new  (GObject            *service,
                                               NorpcSubscribers   *subscribers,
                                               NorpcListRelay     *lists);
void                norpc_property_relay_invalidate (NorpcPropertyRelay *self);
void                norpc_property_relay_free (NorpcPropertyRelay *self);

G_END_DECLS
