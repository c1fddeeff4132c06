/* norpc-nats-liveness-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/*
 * Notices calls whose process has gone, as NATS does not tell. Calls that are not answered soon are asked for: each
 * export says which of them it has. From then on, only the export that has a call is asked, and NATS answers in
 * its place once its process has gone. A call that no export claims for a while is lost, too. This takes longer if there
 * may be much data on the way, because questions and their answers wait behind it. It takes less if an export has gone, and
 * all others that are known have answered that they do not have the call.
 *
 * Unless noted otherwise, the functions are called in the thread of the link.
 */
typedef struct _NorpcNatsLiveness NorpcNatsLiveness;
typedef struct _NorpcNatsWatched NorpcNatsWatched;

/* A call that waits for its reply embeds it. */
struct _NorpcNatsWatched
{
  void      (*gone) (NorpcNatsWatched *self); /* is called when it is not watched any more */
  const char *reply;    /* (unowned): the subject for its reply */
  gsize       size;     /* of its message, in bytes */
  gint64      since;
  guint64     n_ahead;  /* bytes of the calls that no export had claimed when it was added, with its own */
  guint64     n_received; /* bytes of the replies until then */
  char       *holder;   /* (owned) (nullable): a GRefString: the export that has it */
  guint       n_asked;  /* how often no export has claimed it, since the last claim */
  guint       n_denied; /* how many of these questions all exports have answered */
  GList       link;
  gboolean    is_watched;
};

NorpcNatsLiveness *norpc_nats_liveness_new    (NorpcNatsLink     *link,
                                               NorpcNatsInbox    *inbox,
                                               const char        *prefix);
void               norpc_nats_liveness_end    (NorpcNatsLiveness *self);
void               norpc_nats_liveness_add    (NorpcNatsLiveness *self,
                                               NorpcNatsWatched  *watched);
void               norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                                               NorpcNatsWatched  *watched);
void               norpc_nats_liveness_note_reply (NorpcNatsLiveness *self,
                                                   gsize              size);

G_END_DECLS
