/* cg-xml.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends ` name="value"`. */
void cg_xml_append_attribute (GString    *xml,
                              const char *name,
                              const char *value);

/* Appends what can stand in a comment. */
void cg_xml_append_comment   (GString    *xml,
                              const char *text);

G_END_DECLS
