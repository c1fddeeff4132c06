/* norpc-wait-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-wait-result-private.h"

G_BEGIN_DECLS

/* Runs in the context of the wait. Ends it if it is over or cancelled. */
typedef void (*NorpcWaitFunc) (gpointer object);

/*
 * An asynchronous wait of an object for something that happens later.
 *
 * The callback runs in the main-loop iteration in which the wait is over, even if it began in the same
 * one: otherwise what has arrived meanwhile would overtake it.
 *
 * If the struct is shared between threads, it belongs to the lock of its owner.
 */
typedef struct
{
  NorpcWaitResult    *result;    /* (owned) (nullable): while there is a wait */
  GMainContext       *context;   /* (owned) (nullable): of the wait */
  GSource            *source;    /* (owned) (nullable): in the context */
  GAsyncReadyCallback callback;  /* (nullable) */
  gpointer            user_data;
  GCancellable       *gone;      /* (owned) (nullable): the callback does not run once it is cancelled */
} NorpcWait;

void      norpc_wait_begin (NorpcWait           *self,
                            gpointer             object,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data,
                            gpointer             source_tag,
                            NorpcWaitFunc        func,
                            GCancellable        *gone);
void      norpc_wait_wake  (NorpcWait           *self);
NorpcWait norpc_wait_steal (NorpcWait           *self);
void      norpc_wait_end   (NorpcWait           *self);

void norpc_wait_refuse (gpointer             object,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data,
                        gpointer             source_tag,
                        GCancellable        *gone,
                        GError              *error);

G_END_DECLS
