/* norpc-glib.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define NORPC_GLIB_INSIDE

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-variant-fds.h>
#include <norpc-glib/core/norpc-version.h>
#include <norpc-glib/core/norpc-version-macros.h>
#include <norpc-glib/core/norpc-clock.h>
#include <norpc-glib/core/norpc-context.h>
#include <norpc-glib/core/norpc-context-sources.h>
#include <norpc-glib/core/norpc-error.h>
#include <norpc-glib/core/norpc-interface-info.h>
#include <norpc-glib/core/norpc-interface-peek.h>
#include <norpc-glib/core/norpc-interrupt.h>
#include <norpc-glib/core/norpc-manual-clock.h>
#include <norpc-glib/core/norpc-record-object.h>
#include <norpc-glib/core/norpc-spin.h>
#include <norpc-glib/core/norpc-weak-ref.h>
#include <norpc-glib/norpc-enum-types.h>
#include <norpc-glib/stats/norpc-method-stats.h>
#include <norpc-glib/stats/norpc-stats.h>
#include <norpc-glib/call/norpc-call.h>
#include <norpc-glib/call/norpc-call-scope.h>
#include <norpc-glib/call/norpc-call-variant.h>
#include <norpc-glib/call/norpc-reply.h>
#include <norpc-glib/call/norpc-sender.h>
#include <norpc-glib/call/norpc-trace-context.h>
#include <norpc-glib/client/norpc-endpoint.h>
#include <norpc-glib/client/norpc-proxy.h>
#include <norpc-glib/client/norpc-layer.h>
#include <norpc-glib/channel/norpc-channel.h>
#include <norpc-glib/layers/norpc-balance.h>
#include <norpc-glib/layers/norpc-buffer.h>
#include <norpc-glib/layers/norpc-concurrency-limit.h>
#include <norpc-glib/layers/norpc-filter.h>
#include <norpc-glib/layers/norpc-load-shed.h>
#include <norpc-glib/layers/norpc-meter.h>
#include <norpc-glib/layers/norpc-rate-limit.h>
#include <norpc-glib/layers/norpc-retry.h>
#include <norpc-glib/layers/norpc-time-limit.h>
#include <norpc-glib/events/norpc-emission.h>
#include <norpc-glib/events/norpc-interface-members.h>
#include <norpc-glib/events/norpc-item.h>
#include <norpc-glib/events/norpc-property.h>
#include <norpc-glib/events/norpc-proxy-properties.h>
#include <norpc-glib/events/norpc-signal-watch.h>
#include <norpc-glib/events/norpc-stream.h>
#include <norpc-glib/server/norpc-direct.h>
#include <norpc-glib/server/norpc-thread.h>
#include <norpc-glib/server/norpc-lifecycle.h>
#include <norpc-glib/server/norpc-server.h>
#include <norpc-glib/server/norpc-simple-service.h>
#include <norpc-glib/objects/norpc-object.h>
#include <norpc-glib/pool/norpc-pool.h>
#include <norpc-glib/supervision/norpc-supervisor.h>
#include <norpc-glib/dynamic/norpc-description.h>
#include <norpc-glib/dynamic/norpc-dynamic-proxy.h>
#include <norpc-glib/dynamic/norpc-dynamic-service.h>
#include <norpc-glib/dynamic/norpc-dynamic-stream.h>
#include <norpc-glib/inspect/norpc-inspector.h>
#include <norpc-glib/testing/norpc-fake-call.h>
#include <norpc-glib/testing/norpc-fake-rule.h>
#include <norpc-glib/testing/norpc-fake.h>
#include <norpc-glib/remote/norpc-dbus-endpoint.h>
#include <norpc-glib/remote/norpc-dbus-export.h>
#include <norpc-glib/remote/norpc-follower.h>
#include <norpc-glib/remote/norpc-helper.h>
#include <norpc-glib/remote/norpc-remote-call.h>
#include <norpc-glib/remote/norpc-remote-interface.h>

#undef NORPC_GLIB_INSIDE
