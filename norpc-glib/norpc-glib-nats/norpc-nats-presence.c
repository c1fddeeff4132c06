/* norpc-nats-presence.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-presence-private.h"
#include "norpc-nats-subscription-private.h"

/* Milliseconds between two questions, and the least, however many hints there are: anybody may publish them. */
#define INTERVAL 1000
#define MIN_INTERVAL 100

/* After so many questions without any answer, NATS does not permit them, and they are asked less often. */
#define MAX_SILENT 3
#define SILENT_INTERVAL 60000

/* A service that has not answered the last questions, although others have, has gone. */
#define MAX_MISSED 2

/* How many services are told apart. */
#define MAX_SERVICES 1000

struct _NorpcNatsPresence
{
  NorpcNatsWaiter               waiter; /* must be first: of the last question */
  NorpcNatsLink                *link;   /* (owned), since construction */
  NorpcNatsInbox               *inbox;  /* (unowned), since construction: of the link */
  char                         *prefix; /* (owned), since construction */
  const NorpcNatsPresenceFuncs *funcs;  /* since construction */
  gpointer                      data;   /* (unowned), since construction */
  struct _Hints                *hints;  /* (owned) */
  NorpcNatsSubscription        *subscription; /* (owned) (nullable): to the hints */

  GHashTable *services;  /* (owned): of owned identifiers and the questions that they have answered last */
  guint       question;  /* the number of the last one */
  gint64      asked;     /* when that was */
  guint       n_silent;  /* questions that nothing has answered */
  gboolean    waits;     /* the waiter is in the inbox */
  gboolean    present;
  gboolean    hinted;    /* since the last question */
  gboolean    renews;    /* the next answer does: there was a hint before its question */
  GSource    *timer;     /* (owned) (nullable): for the next question, until the connection is closed for good */
};

/* Shared with a thread of the library. */
typedef struct _Hints
{
  gatomicrefcount    ref_count;
  NorpcNatsLink     *link;     /* (owned), since construction */
  NorpcNatsPresence *presence; /* (unowned) (nullable), accessed in the thread of the link */
  int                pending;  /* atomic: a hint is on its way */
} Hints;

static void ask_services (NorpcNatsPresence *self);

static void
hints_unref (gpointer data)
{
  Hints *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_nats_link_unref (self->link);
  g_free (self);
}

static gboolean
next_question_cb (gpointer data)
{
  ask_services (data);

  return G_SOURCE_REMOVE;
}

static void
schedule (NorpcNatsPresence *self,
          guint              milliseconds)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_static_name (self->timer, "NorpcNatsPresence");
  g_source_set_callback (self->timer, next_question_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
set_present (NorpcNatsPresence *self,
             gboolean           present)
{
  if (self->present == present)
    return;

  self->present = present;
  self->funcs->changed (present, self->data);
}

static gboolean
has_missed (gpointer service G_GNUC_UNUSED,
            gpointer question,
            gpointer self)
{
  return ((NorpcNatsPresence *) self)->question - GPOINTER_TO_UINT (question) > MAX_MISSED;
}

/* A service has answered. The first ones that do are no others than were there before. */
static void
note_service (NorpcNatsPresence *self,
              const char        *service)
{
  gboolean is_known = g_hash_table_contains (self->services, service);
  gboolean is_other = !is_known && self->question > 1;
  gboolean renewed = self->renews;

  self->n_silent = 0;
  self->renews = FALSE;
  if (is_known || g_hash_table_size (self->services) < MAX_SERVICES)
    g_hash_table_insert (self->services, g_strdup (service), GUINT_TO_POINTER (self->question));
  renewed = g_hash_table_foreach_remove (self->services, has_missed, self) > 0 || is_other || renewed;

  if (!self->present)
    set_present (self, TRUE);
  else if (renewed)
    self->funcs->renewed (self->data);
}

/* Takes ownership of @message, but not of the waiter. */
static void
presence_replied (NorpcNatsWaiter *waiter,
                  natsMsg         *message)
{
  NorpcNatsPresence *self = (NorpcNatsPresence *) waiter;
  g_autoptr (GVariant) body = NULL;
  const char *service;

  if (natsMsg_IsNoResponders (message))
    {
      self->n_silent = 0;
      g_hash_table_remove_all (self->services);
      set_present (self, FALSE);
    }
  else if ((body = norpc_nats_message_dup_body (message, "(sas)", NULL)) != NULL)
    {
      g_variant_get_child (body, 0, "&s", &service);
      if (norpc_nats_is_prefix (service))
        {
          note_service (self, service);
          self->funcs->answered (service, message, self->data);
        }
    }
  natsMsg_Destroy (message);
}

/* The next question is asked nevertheless. */
static gboolean
presence_lost (NorpcNatsWaiter *waiter,
               const char      *reason G_GNUC_UNUSED,
               gboolean         for_good G_GNUC_UNUSED)
{
  ((NorpcNatsPresence *) waiter)->waits = FALSE;

  return TRUE;
}

static const NorpcNatsWaiterImpl presence_impl = { presence_replied, presence_lost, NULL };

/* Asks all services which of no calls they have. */
static void
ask_services (NorpcNatsPresence *self)
{
  g_autofree char *subject = norpc_nats_make_control (self->prefix, "held");
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("as", NULL));
  g_autofree char *reply = NULL;
  natsMsg *message;

  if (norpc_nats_link_is_closed (self->link))
    return;

  schedule (self, self->n_silent >= MAX_SILENT ? SILENT_INTERVAL : INTERVAL);
  if (!norpc_nats_link_is_connected (self->link))
    return;

  if (self->waits)
    norpc_nats_inbox_remove (self->inbox, &self->waiter);
  if (self->n_silent++ >= MAX_SILENT)
    set_present (self, TRUE);
  self->renews = self->renews || self->hinted;
  self->hinted = FALSE;
  self->question++;
  self->asked = g_get_monotonic_time ();
  self->waits = TRUE;
  reply = norpc_nats_inbox_add (self->inbox, &self->waiter);
  message = norpc_nats_message_new (subject, reply, nothing, NULL);
  if (message != NULL)
    norpc_nats_link_publish (self->link, message, NULL);
}

/* The services may have changed: they are asked soon. */
void
norpc_nats_presence_hint (NorpcNatsPresence *self)
{
  gint64 left = self->asked / 1000 + MIN_INTERVAL - g_get_monotonic_time () / 1000;

  self->hinted = TRUE;
  if (left <= 0)
    ask_services (self);
  else
    schedule (self, (guint) left);
}

/* Runs in the thread of the link. */
static void
take_hint (gpointer data)
{
  Hints *self = data;

  g_atomic_int_set (&self->pending, FALSE);
  if (self->presence != NULL)
    norpc_nats_presence_hint (self->presence);
  hints_unref (self);
}

/* Runs in a thread of the library. One hint is as good as many. */
static void
hint_cb (natsMsg  *message,
         gpointer  data)
{
  Hints *self = data;

  natsMsg_Destroy (message);
  if (!g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    return;

  g_atomic_ref_count_inc (&self->ref_count);
  norpc_nats_link_invoke (self->link, take_hint, self);
}

/* The connection is lost. */
void
norpc_nats_presence_lose (NorpcNatsPresence *self)
{
  self->n_silent = 0;
  g_hash_table_remove_all (self->services);
  set_present (self, FALSE);
}

/* A service has published something, maybe before it has answered a question: there is one, unless the next question
 * finds none. Returns FALSE if the connection has been lost meanwhile.
 */
gboolean
norpc_nats_presence_assume (NorpcNatsPresence *self)
{
  if (!norpc_nats_link_is_connected (self->link))
    return FALSE;

  set_present (self, TRUE);

  return TRUE;
}

gboolean
norpc_nats_presence_is_present (NorpcNatsPresence *self)
{
  return self->present;
}

/* As long as there is a connection, there is a service, until it is known. */
NorpcNatsPresence *
norpc_nats_presence_new (NorpcNatsLink                *link,
                         NorpcNatsInbox               *inbox,
                         const char                   *prefix,
                         const NorpcNatsPresenceFuncs *funcs,
                         gpointer                      data)
{
  NorpcNatsPresence *self = g_new0 (NorpcNatsPresence, 1);
  g_autofree char *subject = norpc_nats_make_services (prefix);

  self->waiter.impl = &presence_impl;
  self->waiter.many = TRUE;
  self->link = norpc_nats_link_ref (link);
  self->inbox = inbox;
  self->prefix = g_strdup (prefix);
  self->funcs = funcs;
  self->data = data;
  self->present = norpc_nats_link_is_connected (link);
  self->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->hints = g_new0 (Hints, 1);
  g_atomic_ref_count_init (&self->hints->ref_count);
  g_atomic_ref_count_inc (&self->hints->ref_count); /* for the subscription */
  self->hints->link = norpc_nats_link_ref (link);
  self->hints->presence = self;
  self->subscription = norpc_nats_subscription_new (link, subject, NULL, hint_cb, self->hints, hints_unref, NULL);
  ask_services (self);

  return self;
}

void
norpc_nats_presence_free (NorpcNatsPresence *self)
{
  if (self->waits)
    norpc_nats_inbox_remove (self->inbox, &self->waiter);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->hints->presence = NULL;
  hints_unref (self->hints);
  g_clear_pointer (&self->subscription, norpc_nats_subscription_drop);
  g_hash_table_unref (self->services);
  g_free (self->prefix);
  norpc_nats_link_unref (self->link);
  g_free (self);
}
