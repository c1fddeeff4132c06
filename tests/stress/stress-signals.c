/* stress-signals.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals of the services, which have the stamps that count their answers, too. */

#include "stress.h"

/* The handlers of a proxy. All of it is in the thread of the client that made the proxy. */
typedef struct
{
  StressClient *client; /* (unowned) */
  gboolean      single; /* all emissions are of one service */
  guint64       last;   /* the number of the last emission that came, or 0 */
  guint         n_lost; /* since then */
} Listener;

static int n_emitted; /* atomic */
static int n_seen;    /* atomic */
static int n_lost;    /* atomic */

/* The service's context. Some answers are between two emissions. */
void
stress_emit (StressTarget *service,
             StressFate   *fate,
             guint64       stamp,
             guint64       number)
{
  g_atomic_int_inc (&n_emitted);
  stress_target_emit_stamped (service, fate->number, stamp, number);
}

static void
check_place (Listener *self)
{
  g_assert_true (g_thread_self () == self->client->self);
  g_assert_true (g_main_context_get_thread_default () == self->client->context);
  g_assert_false (self->client->calling);
}

static void
stamped_cb (StressTarget *proxy,
            guint         fate,
            guint64       stamp,
            guint64       number,
            gpointer      user_data)
{
  Listener *self = user_data;

  check_place (self);
  stress_client_note_stamp (self->client, fate, stamp, TRUE);
  if (self->single && self->last != 0)
    g_assert_cmpuint (number, ==, self->last + self->n_lost + 1);
  self->last = number;
  self->n_lost = 0;
  g_atomic_int_inc (&n_seen);
}

static void
lost_cb (NorpcProxy *proxy,
         const char *signal_name,
         guint       n,
         gpointer    user_data)
{
  Listener *self = user_data;

  check_place (self);
  g_assert_cmpstr (signal_name, ==, "stamped");
  g_assert_cmpuint (n, >, 0);
  self->n_lost += n;
  g_atomic_int_add (&n_lost, (int) n);
}

/* The client's thread, or the main thread, to which nobody listens. */
void
stress_signals_connect (StressRoute *route)
{
  StressClient *client = stress_get_current_client ();
  Listener *self;

  if (client == NULL)
    return;

  self = g_new0 (Listener, 1);
  self->client = client;
  self->single = route->balance == NULL && route->pool == NULL && stress_group_get_single (route->group)->front == NULL;
  g_signal_connect (route->proxy, "signals-lost", G_CALLBACK (lost_cb), self);
  g_signal_connect_data (route->proxy, "stamped", G_CALLBACK (stamped_cb), self,
                         (GClosureNotify) (void (*) (void)) g_free, G_CONNECT_DEFAULT);
}

void
stress_signals_print (void)
{
  g_printerr ("stress: signals: %d emitted, %d seen, %d told as lost\n",
              g_atomic_int_get (&n_emitted), g_atomic_int_get (&n_seen),
              g_atomic_int_get (&n_lost));
}
