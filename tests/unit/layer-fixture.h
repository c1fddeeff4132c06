/* layer-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"

G_BEGIN_DECLS

/* Where layers are. */
typedef enum
{
  SIDE_CLIENT,
  SIDE_SERVER
} Side;

/* A probe behind layers, which are on either side of its channel; and another
 * service in the same thread: what that has answered tells that the probe has
 * had its turn.
 */
typedef struct
{
  ProbeState      *state;
  NorpcThread     *thread;
  NorpcServer     *server;
  NorpcEndpoint   *stack; /* what the proxy has */
  ProbeProbeProxy *proxy;

  ProbeState      *other_state;
  NorpcServer     *other_server;
  ProbeProbeProxy *other;
} Layered;

void       layered_set_up      (Layered       *self,
                                gconstpointer  side);
void       layered_start       (Layered  *self,
                                Side      side,
                                gpointer  first_layer,
                                ...) G_GNUC_NULL_TERMINATED;
void       layered_drop        (Layered *self);
void       layered_tear_down   (Layered       *self,
                                gconstpointer  side);
void       layered_let_pass    (Layered *self);
NorpcCall *new_call            (const char *method);
NorpcCall *new_idempotent_call (const char *method);
void       reply_cb            (NorpcReply *reply,
                                gpointer    outcome);
void       note_cb             (GObject      *object,
                                GAsyncResult *result,
                                gpointer      outcome);
void       ready_cb            (GObject      *object,
                                GAsyncResult *result,
                                gpointer      outcome);
void       answer              (NorpcCall *call);
void       assert_numbers      (ProbeState *state,
                                guint       n);

#define TEST_LAYER(path, side, func) \
  g_test_add (path, Layered, GUINT_TO_POINTER (side), layered_set_up, func, layered_tear_down)

#define TEST_LAYER_SIDES(path, func) \
  G_STMT_START \
    { \
      TEST_LAYER (path "/client", SIDE_CLIENT, func); \
      TEST_LAYER (path "/server", SIDE_SERVER, func); \
    } \
  G_STMT_END

G_END_DECLS
