/* norpc-fake-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that read and write the properties of a fake. */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "norpc-fake-parts-private.h"
#include "server/norpc-dispatch-private.h"

/* Runs in the fake's context. Reads or writes properties. */
static void
handle_property_call (NorpcFake *self,
                      NorpcCall *call)
{
  NorpcListRelay *lists = self->relay != NULL ? norpc_signal_relay_get_lists (self->relay) : NULL;

  if (self->relay == NULL)
    {
      norpc_call_reject (call, NORPC_ERROR_CLOSED, "was rejected: its NorpcFake is closed");
      return;
    }

  norpc_list_relay_enter (lists, call);
  norpc_dispatch (call, self->service, FALSE);
  norpc_list_relay_tell (lists);
}

/* A call that is passed to the fake's context. */
typedef struct
{
  NorpcFake *fake; /* (owned) */
  NorpcCall *call; /* (owned) */
} PropertyPassage;

static void
property_passage_free (gpointer data)
{
  PropertyPassage *self = data;

  norpc_call_unref (self->call);
  g_object_unref (self->fake);
  g_free (self);
}

static gboolean
passed_cb (gpointer user_data)
{
  PropertyPassage *self = user_data;

  handle_property_call (self->fake, self->call);

  return G_SOURCE_REMOVE;
}

/* Called in the thread that sends @call (owned). */
void
norpc_fake_send_property_call (NorpcFake *self,
                               NorpcCall *call)
{
  g_autoptr (GSource) source = NULL;
  PropertyPassage *passage;

  if (g_thread_self () == self->thread)
    {
      handle_property_call (self, call);
      norpc_call_unref (call);
      return;
    }

  source = g_idle_source_new ();
  passage = g_new (PropertyPassage, 1);
  *passage = (PropertyPassage) { g_object_ref (self), call };
  g_source_set_static_name (source, "norpc fake properties");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, passed_cb, passage, property_passage_free);
  g_source_attach (source, self->context);
}
