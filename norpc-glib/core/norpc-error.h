/* norpc-error.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

/**
 * NORPC_ERROR:
 *
 * The error domain of norpc-glib. Its codes are those of [error@Norpc.Error].
 *
 * Since: 0.1
 */
#define NORPC_ERROR (norpc_error_quark ())

/**
 * NorpcError:
 * @NORPC_ERROR_FAILED: the service failed and gave no reason
 * @NORPC_ERROR_BUSY: the channel is full, or emissions of a signal were lost: their client was
 *   too slow, or they were lost on the way from another process
 * @NORPC_ERROR_CLOSED: the service is not available: its server has not been started,
 *   failed to start, has been stopped or has been released
 * @NORPC_ERROR_NO_REPLY: the service released the call without replying
 * @NORPC_ERROR_NOT_IMPLEMENTED: the service does not implement the method
 * @NORPC_ERROR_TIMED_OUT: the call did not complete before its deadline
 * @NORPC_ERROR_WOULD_DEADLOCK: waiting for the reply would deadlock
 * @NORPC_ERROR_INVALID_ARGUMENT: an argument or a result does not match the description
 * @NORPC_ERROR_INVALID_DESCRIPTION: a description that was read at run time is not valid
 *
 * Error codes of calls that the runtime completes itself, without a reply from the
 * service.
 *
 * A cancelled call fails with %G_IO_ERROR_CANCELLED, as everywhere in GIO.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_ERROR_FAILED,
  NORPC_ERROR_BUSY,
  NORPC_ERROR_CLOSED,
  NORPC_ERROR_NO_REPLY,
  NORPC_ERROR_NOT_IMPLEMENTED,
  NORPC_ERROR_TIMED_OUT,
  NORPC_ERROR_WOULD_DEADLOCK,
  NORPC_ERROR_INVALID_ARGUMENT,
  NORPC_ERROR_INVALID_DESCRIPTION
} NorpcError;

NORPC_AVAILABLE_IN_ALL
GQuark norpc_error_quark (void);

G_END_DECLS
