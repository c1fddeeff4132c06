/* norpc-helper-process-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-subscribers-private.h"
#include "norpc-helper.h"

G_BEGIN_DECLS

/* The environment variable that tells a helper which file descriptor its connection is. */
#define NORPC_HELPER_VARIABLE "NORPC_HELPER_FD"

/* How often a program is started. */
typedef struct
{
  guint max_restarts; /* within the window */
  guint window;       /* milliseconds */
  guint min_delay;    /* milliseconds before the first restart; each next one waits twice as long */
  guint max_delay;    /* milliseconds */
} NorpcHelperPolicy;

/*
 * The process of a helper, which is started again when it ends. It works in the thread of D-Bus endpoints.
 *
 * The functions are thread-safe.
 */
typedef struct _NorpcHelperProcess NorpcHelperProcess;

NorpcHelperProcess *norpc_helper_process_new         (const char * const      *argv,
                                                      const char              *path,
                                                      const NorpcHelperPolicy *policy);
void                norpc_helper_process_unref       (gpointer                 self);
void                norpc_helper_process_stop        (NorpcHelperProcess      *self);
void                norpc_helper_process_send        (NorpcHelperProcess      *self,
                                                      NorpcCall               *call);
NorpcHelperState    norpc_helper_process_get_state   (NorpcHelperProcess      *self);
guint               norpc_helper_process_get_n_starts (NorpcHelperProcess     *self);
void                norpc_helper_process_await_ready (NorpcHelperProcess      *self,
                                                      NorpcCall               *probe);
void                norpc_helper_process_subscribe   (NorpcHelperProcess      *self,
                                                      NorpcSubscriber         *subscriber);
void                norpc_helper_process_unsubscribe (NorpcHelperProcess      *self,
                                                      NorpcSubscriber         *subscriber);

G_END_DECLS
