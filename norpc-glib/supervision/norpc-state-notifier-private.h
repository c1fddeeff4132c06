/* norpc-state-notifier-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * Has an object notify its property "state" in the main context in which it was made, in order with the replies and
 * signals that arrive there.
 *
 * Thread-safe. No application code runs in norpc_state_notifier_push ().
 */
typedef struct _NorpcStateNotifier NorpcStateNotifier;

NorpcStateNotifier *norpc_state_notifier_new   (GObject            *object);
void                norpc_state_notifier_unref (NorpcStateNotifier *self);
void                norpc_state_notifier_push  (NorpcStateNotifier *self);

G_END_DECLS
