/* norpc-nats-sequences-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-message-private.h"

G_BEGIN_DECLS

/*
 * The numbers of the messages about the signals of one interface, by which a client notices that some were lost.
 *
 * Each export numbers the messages that it publishes about the signals of an interface, from 1, and each gap where it
 * has dropped messages. A number that is not the next one tells of a loss. The answer of an export to a question has its
 * last numbers, so that a loss is noticed even if no other message follows.
 */

/* Headers of a message about a signal, and of an answer. */
#define NORPC_NATS_HEADER_SEQUENCE "Norpc-Sequence"   /* the identifier of the export, and the number */
#define NORPC_NATS_HEADER_SEQUENCES "Norpc-Sequences" /* by interface, the number of the last message, in a list */

void     norpc_nats_sequence_set (natsMsg     *message,
                                  const char  *service,
                                  gint64       number);
gboolean norpc_nats_sequence_get (natsMsg     *message,
                                  char       **service,
                                  gint64      *number,
                                  GError     **error);

/* The last numbers of an export, by the name of the interface. Used in one thread. */
GHashTable *norpc_nats_last_sequences_new  (void);
void        norpc_nats_last_sequences_note (GHashTable *last,
                                            const char *interface_name,
                                            gint64      number);
void        norpc_nats_last_sequences_set  (GHashTable *last,
                                            natsMsg    *message);
gboolean    norpc_nats_last_sequence_get   (natsMsg    *message,
                                            const char *interface_name,
                                            gint64     *number);

/* The last numbers that a client knows, of each export. Used in one thread. */
typedef struct _NorpcNatsSequences NorpcNatsSequences;

NorpcNatsSequences *norpc_nats_sequences_new     (void);
void                norpc_nats_sequences_free    (NorpcNatsSequences *self);
void                norpc_nats_sequences_begin   (NorpcNatsSequences *self);
gboolean            norpc_nats_sequences_advance (NorpcNatsSequences *self,
                                                  const char         *service,
                                                  gint64              before,
                                                  gint64              number);
void                norpc_nats_sequences_restart (NorpcNatsSequences *self);

G_END_DECLS
