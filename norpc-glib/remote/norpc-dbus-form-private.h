/* norpc-dbus-form-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-passage-private.h"

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/*
 * The form of values on D-Bus. It has no maybe types: a value that may be NULL is an array there, with one element
 * or none. A handle is the index of a file descriptor that the message has, and the descriptor itself in
 * this process.
 *
 * The functions are thread-safe.
 */
char *norpc_dbus_arg_get_type (const NorpcArgInfo   *info);
char *norpc_dbus_arg_get_form (const NorpcArgInfo   *info);
char *norpc_dbus_args_get_type (GDBusArgInfo * const *infos);
char *norpc_dbus_args_get_form (GDBusArgInfo * const *infos);

GVariant *norpc_dbus_to_form   (GVariant     *value,
                                GUnixFDList **fds,
                                char        **problem);
GVariant *norpc_dbus_args_from_form (GDBusArgInfo * const *infos,
                                     const char           *kind,
                                     GVariant             *form,
                                     GUnixFDList          *fds,
                                     char                **problem);
GVariant *norpc_dbus_own_fds   (GDBusArgInfo * const *infos,
                                GVariant             *results,
                                GUnixFDList          *fds,
                                char                **problem);

/* Values without descriptors. */
char     *norpc_dbus_set_value (NorpcDBusPassage   *passage,
                                const NorpcArgInfo *info,
                                GValue             *value,
                                GVariant           *form);
void      norpc_dbus_discard_value (NorpcDBusPassage   *passage,
                                    const NorpcArgInfo *info,
                                    GVariant           *dict);
GVariant *norpc_dbus_get_value (NorpcDBusPassage   *passage,
                                const NorpcArgInfo *info,
                                const GValue       *value,
                                char              **problem);

G_END_DECLS
