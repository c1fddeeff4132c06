/* norpc-nats-watched.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-questions-private.h"

/* After so many questions to all that no export has answered by a claim, or denials of the one that had it, a call
 * is lost.
 */
#define MAX_ASKED 12

/* One question more for so many bytes that may be on the way before the answer to the first one. A message passes two
 * connections in each direction. Each of them ends if it takes no data for 10 s, so these questions are limited, too.
 */
#define BYTES_PER_QUESTION (256 * 1024)
#define MAX_MORE 160

/* After so many questions to all that all exports have answered, a call is lost if another export has gone. One of them may
 * be answered by an export before it takes a call that it has received already.
 */
#define MAX_DENIED 2

static gboolean
has_holder (NorpcNatsLiveness *self G_GNUC_UNUSED,
            NorpcNatsWatched  *watched,
            const char        *holder)
{
  return watched->holder == holder;
}

/* Returns after how many questions a call is lost that no export has claimed. The questions wait behind requests of the
 * endpoint, and their answers behind replies: those that have come meanwhile, and another one, which may have any size.
 */
guint
norpc_nats_liveness_get_max_asked (NorpcNatsLiveness *self,
                                   NorpcNatsWatched  *watched)
{
  guint64 n_bytes = watched->n_ahead + (self->n_received - watched->n_received) + self->max_payload;

  return MAX_ASKED + (guint) MIN (n_bytes / BYTES_PER_QUESTION, MAX_MORE);
}

static gboolean
is_lost (NorpcNatsLiveness *self,
         NorpcNatsWatched  *watched,
         const char        *unused G_GNUC_UNUSED)
{
  return watched->n_asked >= (watched->holder != NULL ? MAX_ASKED : norpc_nats_liveness_get_max_asked (self, watched));
}

static gboolean
is_denied (NorpcNatsLiveness *self G_GNUC_UNUSED,
           NorpcNatsWatched  *watched,
           const char        *unused G_GNUC_UNUSED)
{
  return watched->holder == NULL && watched->n_denied >= MAX_DENIED;
}

static void
drop_call (NorpcNatsLiveness *self,
           NorpcNatsWatched  *watched)
{
  norpc_nats_liveness_remove (self, watched);
  watched->gone (watched);
}

/* Notes their subjects first, because completing a call can end others. */
static void
drop_calls (NorpcNatsLiveness *self,
            gboolean         (*check) (NorpcNatsLiveness *self,
                                       NorpcNatsWatched  *watched,
                                       const char        *holder),
            const char        *holder)
{
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_free);

  for (GList *l = self->watched.head; l != NULL; l = l->next)
    if (check (self, l->data, holder))
      g_ptr_array_add (replies, g_strdup (((NorpcNatsWatched *) l->data)->reply));

  for (guint i = 0; i < replies->len; i++)
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, replies->pdata[i]);

      if (watched != NULL)
        drop_call (self, watched);
    }
}

/* An export has gone. */
void
norpc_nats_liveness_drop_holder (NorpcNatsLiveness *self,
                                 const char        *holder)
{
  drop_calls (self, has_holder, holder);
}

/* There was no export. The calls of other questions may have been sent to one since. @replies may be NULL. */
void
norpc_nats_liveness_drop_unclaimed (NorpcNatsLiveness *self,
                                    GVariant          *replies)
{
  GVariantIter iter;
  const char *reply;

  if (replies == NULL)
    return;

  g_variant_iter_init (&iter, replies);
  while (g_variant_iter_next (&iter, "&s", &reply))
    {
      NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, reply);

      if (watched != NULL && watched->holder == NULL)
        drop_call (self, watched);
    }
}

/* An export has a call. */
void
norpc_nats_liveness_claim (NorpcNatsLiveness *self,
                           const char        *reply,
                           const char        *holder)
{
  NorpcNatsWatched *watched = g_hash_table_lookup (self->by_reply, reply);

  if (watched == NULL)
    return;

  watched->n_asked = 0;
  watched->n_denied = 0;
  if (watched->holder == NULL)
    self->n_unclaimed -= watched->size;
  g_clear_pointer (&watched->holder, g_ref_string_release);
  watched->holder = g_ref_string_new_intern (holder);
}

void
norpc_nats_liveness_drop_lost (NorpcNatsLiveness *self)
{
  if (norpc_nats_members_has_lost_one (self->members))
    drop_calls (self, is_denied, NULL);
  drop_calls (self, is_lost, NULL);
}

/* Does nothing if @watched is not watched. */
void
norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                            NorpcNatsWatched  *watched)
{
  if (!watched->is_watched)
    return;

  watched->is_watched = FALSE;
  if (watched->holder == NULL)
    self->n_unclaimed -= watched->size;
  g_queue_unlink (&self->watched, &watched->link);
  g_hash_table_remove (self->by_reply, watched->reply);
  g_clear_pointer (&watched->holder, g_ref_string_release);
}

/* A reply has come, which others had to wait for. */
void
norpc_nats_liveness_note_reply (NorpcNatsLiveness *self,
                                gsize              size)
{
  self->n_received += size;
}
