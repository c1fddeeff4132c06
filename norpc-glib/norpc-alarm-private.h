/* norpc-alarm-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * Tells an object that a time has come.
 *
 * Layers that hold calls back cannot count on a main context: the client may
 * be blocked in a synchronous call. So all alarms go off in one thread, which
 * the first of them starts. What they do there must not block.
 */
typedef struct _NorpcAlarm NorpcAlarm;

typedef void (*NorpcAlarmFunc) (GObject *object);

NorpcAlarm *norpc_alarm_new  (GObject        *object,
                              NorpcAlarmFunc  func);
void        norpc_alarm_free (NorpcAlarm     *self);
void        norpc_alarm_set  (NorpcAlarm     *self,
                              gint64          time);

G_END_DECLS
