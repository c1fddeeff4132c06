/* dump-infos.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

/* Prints an interface info, a member a line. */
void dump_info (const NorpcInterfaceInfo *info);
