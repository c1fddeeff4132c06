/* nats-process.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A NATS server of a test's own, on a port of the loopback interface. */
typedef struct _NatsProcess NatsProcess;

gboolean     nats_process_is_installed (void);
NatsProcess *nats_process_new          (void);
NatsProcess *nats_process_new_full     (const char  *option,
                                        ...) G_GNUC_NULL_TERMINATED;
void         nats_process_free         (NatsProcess *self);
const char  *nats_process_get_url      (NatsProcess *self);
guint        nats_process_get_port     (NatsProcess *self);
GSubprocess *spawn                     (GSubprocessFlags    flags,
                                        const char * const *arguments);
void         nats_process_pause        (NatsProcess *self);
void         nats_process_resume       (NatsProcess *self);
void         nats_process_kill         (NatsProcess *self);
void         nats_process_start        (NatsProcess *self);

G_END_DECLS
