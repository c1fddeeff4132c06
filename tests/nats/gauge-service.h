/* gauge-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "depot.h"

G_BEGIN_DECLS

#define GAUGE_TYPE_SERVICE (gauge_service_get_type ())
G_DECLARE_FINAL_TYPE (GaugeService, gauge_service, GAUGE, SERVICE, GObject)

/* Runs in the context of the service. Returns the result of Run. */
typedef int (*GaugeFunc) (GaugeService *service,
                          gpointer      data);

GaugeService *gauge_service_new      (int           level);
void          gauge_service_set_func (GaugeService *self,
                                      GaugeFunc     func,
                                      gpointer      data);
void          gauge_service_set_text (GaugeService *self,
                                      const char   *text);
void          gauge_service_count    (GaugeService *self);

G_END_DECLS
