/* stress-pour-items.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The items that a client reads, and the end of them. All of it is in the client's thread. */

#include "stress-streams.h"

/* The service writes all items before it answers, or fails. */
void
stress_pour_note_end (StressPour   *pour,
                      const GError *error)
{
  StressFlow *flow = &pour->flow;

  stress_flow_end_items (flow, error);
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_assert_cmpuint (flow->n_done, ==, flow->n_items);
  if (error == NULL)
    g_assert_true (flow->request->facts.manner != STRESS_NEVER &&
                   flow->request->facts.manner != STRESS_FAIL);
}

void
stress_pour_note_item (StressPour *pour,
                       guint       service,
                       guint64     stamp,
                       guint64     number,
                       GBytes     *content,
                       gboolean    in_order)
{
  StressFlow *flow = &pour->flow;

  if (number != flow->n_done + 1)
    g_error ("stream %" G_GUINT64_FORMAT ": item %" G_GUINT64_FORMAT " follows item %u",
             flow->request->facts.sequence, number, flow->n_done);
  flow->n_done++;
  g_assert_cmpuint (flow->n_done, <=, flow->n_items);
  stress_content_check (content, flow->request->facts.sequence, number);
  g_assert_true (pour->service == 0 || pour->service == service);
  pour->service = service;

  /* Behind a proxy that passes calls on, items come without it, and all else through it. */
  if (stamp == 0 || flow->passed_on)
    return;
  if (in_order)
    stress_client_note_stamp (flow->request->client, service, stamp, FALSE);
  else if (pour->read == STRESS_READ_LATER)
    stress_client_note_late_stamp (flow->request->client, service, stamp);
}

/* Returns FALSE if there is none. */
gboolean
stress_pour_try_item (StressPour *pour)
{
  g_autoptr (GBytes) content = NULL;
  guint64 stamp, number;
  guint service;

  if (!stress_target_pour_stream_try_next (STRESS_TARGET_POUR_STREAM (pour->flow.stream), &service, &stamp,
                                           &number, &content))
    return FALSE;

  stress_pour_note_item (pour, service, stamp, number, content, pour->read == STRESS_READ_MANY);

  return TRUE;
}

/* Returns FALSE at the end. */
gboolean
stress_pour_read_sync (StressPour *pour)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  guint64 stamp, number;
  guint service;

  if (!stress_target_pour_stream_next_sync (STRESS_TARGET_POUR_STREAM (pour->flow.stream), &service, &stamp,
                                            &number, &content, NULL, &error))
    {
      stress_flow_check_time (&pour->flow, error);
      stress_pour_note_end (pour, error);
      return FALSE;
    }

  stress_pour_note_item (pour, service, stamp, number, content, FALSE);
  if (pour->flow.n_done >= pour->flow.n_own)
    return stress_flow_leave (&pour->flow);

  return TRUE;
}
