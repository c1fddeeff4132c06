/* norpc-method-rates-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * How often each method is called, and how long it takes: the differences between the statistics of the
 * call log and those of the last time. Each inspector has its own.
 */
typedef struct _NorpcMethodRates NorpcMethodRates;

NorpcMethodRates *norpc_method_rates_new  (void);
void              norpc_method_rates_free (NorpcMethodRates *self);
GVariant         *norpc_method_rates_list (NorpcMethodRates *self);

G_END_DECLS
