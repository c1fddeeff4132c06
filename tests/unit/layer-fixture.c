/* layer-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

static void
start_server (NorpcServer *server)
{
  g_autoptr (GError) error = NULL;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
}

void
layered_set_up (Layered       *self,
                gconstpointer  side)
{
  g_autoptr (GObject) service = NULL;

  self->thread = norpc_thread_new ("layered");
  self->other_state = probe_state_new ();
  service = probe_service_new (self->other_state);
  self->other_server = norpc_server_new_on_thread (service, self->thread);
  self->other = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->other_server)));
  start_server (self->other_server);

  self->state = probe_state_new ();
  g_object_unref (service);
  service = probe_service_new (self->state);
  self->server = norpc_server_new_on_thread (service, self->thread);
}

/* Puts layers, up to a NULL, before the probe, and starts that. */
void
layered_start (Layered  *self,
               Side      side,
               gpointer  first_layer,
               ...)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (self->server));
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();
  va_list layers;

  va_start (layers, first_layer);
  for (gpointer layer = first_layer; layer != NULL; layer = va_arg (layers, gpointer))
    if (side == SIDE_SERVER)
      norpc_server_add_layer (self->server, layer);
    else
      g_ptr_array_add (endpoints, layer);
  va_end (layers);

  g_ptr_array_add (endpoints, channel);
  self->stack = norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
  self->proxy = probe_probe_proxy_new (self->stack);
  start_server (self->server);
}

/* Releases the client's references to the layers; its calls may still hold some. */
void
layered_drop (Layered *self)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->stack);
}

static void
end (ProbeState  *state,
     NorpcServer *server)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, &error);
  g_assert_no_error (error);
  /* Callbacks that are on their way hold what they are given. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

void
layered_tear_down (Layered       *self,
                   gconstpointer  side)
{
  probe_state_open_gate (self->state);
  end (self->state, self->server);
  layered_drop (self);
  end (self->other_state, self->other_server);
  release_and_wait (self->other);
  norpc_thread_stop (self->thread);
  release_and_wait (self->thread);
}

/* The thread of the services has been through all its sources, and again. */
void
layered_let_pass (Layered *self)
{
  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (self->other, NULL, NULL));
}

/* A call to be sent without a proxy. */
NorpcCall *
new_call (const char *method)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();

  return norpc_call_new (info, (guint) norpc_interface_info_find_method (info, method));
}

/* The same, of a method that may be called twice. */
NorpcCall *
new_idempotent_call (const char *method)
{
  static NorpcMethodInfo method_infos[30];
  static const NorpcMethodInfo *methods[31];
  static NorpcInterfaceInfo info;

  info = *probe_probe_interface_info ();
  for (guint i = 0; info.methods[i] != NULL; i++)
    {
      g_assert_cmpuint (i, <, G_N_ELEMENTS (method_infos));
      method_infos[i] = *info.methods[i];
      method_infos[i].flags = (NorpcMethodFlags) (method_infos[i].flags | NORPC_METHOD_FLAGS_IDEMPOTENT);
      methods[i] = &method_infos[i];
    }
  info.methods = methods;

  return norpc_call_new (&info, (guint) norpc_interface_info_find_method (&info, method));
}

static void
note_outcome (Outcome  *outcome,
              gboolean  ok,
              GError   *error)
{
  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = ok;
  outcome->error = error;
}

void
reply_cb (NorpcReply *reply,
          gpointer    outcome)
{
  g_autoptr (NorpcReply) owned_reply = reply;
  GError *error = NULL;
  gboolean ok = norpc_reply_propagate_error (reply, &error);

  note_outcome (outcome, ok, error);
}

void
note_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_note_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = norpc_endpoint_ready_finish (NORPC_ENDPOINT (object), result, &error);

  note_outcome (outcome, ok, error);
}

/* Answers a call, owned, that the service held. */
void
answer (NorpcCall *call)
{
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
}

/* The service has noted 0 to @n - 1, in this order. */
void
assert_numbers (ProbeState *state,
                guint       n)
{
  g_assert_cmpuint (state->numbers->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (state->numbers, guint, i), ==, i);
}
