/* meter-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "meter.h"

G_BEGIN_DECLS

/* A service that does what meter.xml says, compiled, and the same with a description at run time. */
#define METER_TYPE_SERVICE (meter_service_get_type ())
G_DECLARE_FINAL_TYPE (MeterService, meter_service, METER, SERVICE, GObject)

GObject *meter_service_new_dynamic (const NorpcInterfaceInfo *info);

/* Thread-safe. Returns the argument of the last call of Note. */
char    *meter_service_dup_noted   (void);

G_END_DECLS
