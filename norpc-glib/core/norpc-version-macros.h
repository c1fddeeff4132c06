/* norpc-version-macros.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <glib.h>

#ifndef _NORPC_EXTERN
#define _NORPC_EXTERN extern
#endif

#define NORPC_AVAILABLE_IN_ALL _NORPC_EXTERN
