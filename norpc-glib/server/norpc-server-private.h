/* norpc-server-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-server.h"
#include "norpc-worker-private.h"

G_BEGIN_DECLS

struct _NorpcServer
{
  GObject parent_instance;

  /* All fields are set at construction. */
  NorpcWorker    *worker;    /* (owned) */
  NorpcChannel *channel; /* (owned) */
  GObject      *service; /* (owned): until constructed, then owned by the worker */
  gboolean      has_service;
  NorpcThread  *thread;  /* (owned) (nullable) */
  GMainContext *context; /* (owned) (nullable) */
};

gboolean norpc_server_attach            (NorpcServer  *self,
                                         GError      **error);
gboolean norpc_service_check_interface (gpointer   service,
                                        GError   **error);

G_END_DECLS
