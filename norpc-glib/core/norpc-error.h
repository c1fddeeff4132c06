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
 * The error domain of norpc-glib: its codes are [error@Norpc.Error].
 *
 * Since: 0.1
 */
#define NORPC_ERROR (norpc_error_quark ())

/**
 * NorpcError:
 * @NORPC_ERROR_FAILED: the service failed without saying why
 * @NORPC_ERROR_BUSY: the channel is full
 * @NORPC_ERROR_CLOSED: the service is not there: its server was not started,
 *   was stopped, was dropped, or could not start
 * @NORPC_ERROR_NO_REPLY: the service dropped the call without a reply
 * @NORPC_ERROR_NOT_IMPLEMENTED: the service does not implement the method
 * @NORPC_ERROR_TIMED_OUT: the deadline of the call passed
 * @NORPC_ERROR_WOULD_DEADLOCK: waiting for the reply would never end
 * @NORPC_ERROR_INVALID_ARGUMENT: an argument or a result is not as the description
 *   says
 *
 * What can become of a call besides the reply or the error of its service.
 *
 * A cancelled call has %G_IO_ERROR_CANCELLED, as everywhere in GIO.
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
  NORPC_ERROR_INVALID_ARGUMENT
} NorpcError;

NORPC_AVAILABLE_IN_ALL
GQuark norpc_error_quark (void);

G_END_DECLS
