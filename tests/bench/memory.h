/* memory.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-target.h"

G_BEGIN_DECLS

GObject *memory_service_new        (guint    n_expected);
gboolean memory_service_has_all    (GObject *service);
void     memory_service_answer_all (GObject *service);

G_END_DECLS
