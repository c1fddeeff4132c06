/* inspector-command-line.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The place of an inspected process on a command line, and errors: for all programs that inspect. */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

GPtrArray      *inspector_list_processes     (const char       *folder,
                                              GError          **error);
char           *inspector_get_default_place  (void);
char           *inspector_find_address       (const char       *place,
                                              GError          **error);
NorpcInspector *inspector_connect            (const char       *place,
                                              GError          **error);
int             inspector_print_error        (const GError     *error);
gboolean        inspector_parse_command_line (GOptionContext   *context,
                                              int              *argc,
                                              char           ***argv,
                                              int              *status);

G_END_DECLS
