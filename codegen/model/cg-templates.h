/* cg-templates.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Gets the text of a section of a file in templates/: "proxy/call" is the section "call"
 * of proxy.template. A name that does not exist is a bug and aborts. */
const char *cg_template (const char *name);

/* Finds a word in a template that is a list of words, or returns NULL. A word ends at a blank, a line
 * break or "=". */
const char *cg_template_find_word (const char *name,
                                   const char *word);
gboolean    cg_template_has_word  (const char *name,
                                   const char *word);
