/* norpc-nats-link-turns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-link-parts-private.h"

/* How many pieces of work are in progress at a time. The library takes a thread for each of them, until the server has
 * answered.
 */
#define MAX_TURNS 16

/* A piece of work that waits until others have ended. */
typedef struct
{
  NorpcNatsTurnFunc func;
  gpointer          data;
} Turn;

/* Runs in the thread of the link. If @is_silent, the server does not answer, and nothing waits for its turn. */
void
norpc_nats_link_run_turns (NorpcNatsLink *self,
                           gboolean       is_silent)
{
  while (!g_queue_is_empty (&self->turns) && (self->n_turns < MAX_TURNS || is_silent))
    {
      g_autofree Turn *turn = g_queue_pop_head (&self->turns);

      if (turn->func (self, is_silent, turn->data))
        self->n_turns++;
    }
}

/* Called in the thread of the link. @func is called at once, or when fewer pieces of work are in progress, or the
 * connection is lost or closed.
 */
void
norpc_nats_link_await_turn (NorpcNatsLink     *self,
                            NorpcNatsTurnFunc  func,
                            gpointer           data)
{
  Turn *turn = g_new (Turn, 1);

  *turn = (Turn) { func, data };
  g_queue_push_tail (&self->turns, turn);
  norpc_nats_link_run_turns (self, FALSE);
}

/* Runs in the thread of the link. A piece of work has ended. If @answered is FALSE, the server has not answered for as long
 * as it may.
 */
void
norpc_nats_link_count_turn_ended (NorpcNatsLink *self,
                                  gboolean       answered)
{
  self->n_turns--;
  norpc_nats_link_run_turns (self, !answered);
}
