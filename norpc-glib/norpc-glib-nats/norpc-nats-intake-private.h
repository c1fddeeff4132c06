/* norpc-nats-intake-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-serving-private.h"

G_BEGIN_DECLS

/*
 * The messages that an export receives. Threads of the library take them, and reject those that are too many. All
 * others go to the context of the export.
 */

/* Called in the context of the export. The requests that wait there in the end fail. */
void norpc_nats_intake_begin   (NorpcNatsServing *serving);
void norpc_nats_intake_end     (NorpcNatsServing *serving);

/* Called by a thread that owns the context of the export, and after the end. The requests that the endpoint has fail,
 * because nothing runs the context in which their replies would arrive.
 */
void norpc_nats_intake_abandon (NorpcNatsServing *serving);

/* Run in a thread of the library. Take ownership of @message. */
void norpc_nats_intake_request  (natsMsg          *message,
                                 gpointer          served);
void norpc_nats_intake_cancel   (natsMsg          *message,
                                 gpointer          serving);
void norpc_nats_intake_question (natsMsg          *message,
                                 gpointer          serving);

G_END_DECLS
