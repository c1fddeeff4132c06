/* norpc-interrupt-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interrupt.h"

G_BEGIN_DECLS

/* A thread that waits for a condition. On the stack of the thread. */
typedef struct _NorpcInterruptibleWait NorpcInterruptibleWait;

struct _NorpcInterruptibleWait
{
  NorpcInterrupt         *interrupt; /* (owned) (nullable) */
  GMutex                 *mutex;     /* (unowned) */
  GCond                  *cond;      /* (unowned) */
  NorpcInterruptibleWait *outer;     /* (unowned) (nullable) [interrupt's lock] */
};

void     norpc_interrupt_begin_wait (NorpcInterruptibleWait *wait,
                                     GMutex                 *mutex,
                                     GCond                  *cond);
gboolean norpc_interrupt_run_locked (NorpcInterruptibleWait *wait);
void     norpc_interrupt_end_wait   (NorpcInterruptibleWait *wait);

G_END_DECLS
