/* norpc-glib.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define NORPC_GLIB_INSIDE

#include <norpc-glib/norpc-types.h>
#include <norpc-glib/norpc-version.h>
#include <norpc-glib/norpc-version-macros.h>
#include <norpc-glib/norpc-enum-types.h>
#include <norpc-glib/norpc-error.h>
#include <norpc-glib/norpc-interface-info.h>
#include <norpc-glib/norpc-call.h>
#include <norpc-glib/norpc-call-scope.h>
#include <norpc-glib/norpc-reply.h>
#include <norpc-glib/norpc-endpoint.h>
#include <norpc-glib/norpc-channel.h>
#include <norpc-glib/norpc-direct.h>
#include <norpc-glib/norpc-thread.h>
#include <norpc-glib/norpc-lifecycle.h>
#include <norpc-glib/norpc-server.h>
#include <norpc-glib/norpc-method-stats.h>
#include <norpc-glib/norpc-stats.h>
#include <norpc-glib/norpc-proxy.h>
#include <norpc-glib/norpc-spin.h>
#include <norpc-glib/layers/norpc-layer.h>
#include <norpc-glib/layers/norpc-balance.h>
#include <norpc-glib/layers/norpc-buffer.h>
#include <norpc-glib/layers/norpc-concurrency-limit.h>
#include <norpc-glib/layers/norpc-filter.h>
#include <norpc-glib/layers/norpc-load-shed.h>
#include <norpc-glib/layers/norpc-meter.h>
#include <norpc-glib/layers/norpc-rate-limit.h>
#include <norpc-glib/layers/norpc-retry.h>
#include <norpc-glib/layers/norpc-time-limit.h>
#include <norpc-glib/norpc-pool.h>

#undef NORPC_GLIB_INSIDE
