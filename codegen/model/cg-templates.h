/* cg-templates.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Gets the text of a section of a file in templates/: "proxy/call" is the section "call"
 * of proxy.template. A name that does not exist is a bug and aborts. */
const char *cg_template (const char *name);
