/* norpc-dbus-passage-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * How the values of a message leave a process, or enter it. An object of a described interface is the path of an
 * object on D-Bus there.
 */

typedef struct _NorpcDBusPassage NorpcDBusPassage;

/* The functions of a process for its own objects, and for those of others. */
typedef struct
{
  char    *(*give)      (NorpcDBusPassage  *passage, /* returns a path (owned) for @handle, which the receiver then has */
                         gpointer           handle,  /* once more, or NULL with a message (owned) */
                         GType              type,
                         char             **problem);
  void     (*take_back) (NorpcDBusPassage  *passage, /* a message with the path is not sent */
                         const char        *path);
  gpointer (*receive)   (NorpcDBusPassage  *passage, /* returns a handle (owned), or NULL with a message (owned) */
                         const char        *path,
                         GType              type,
                         char             **problem);
} NorpcDBusPassageFuncs;

/* The passage of one message. */
struct _NorpcDBusPassage
{
  const NorpcDBusPassageFuncs *funcs;
  gpointer                     data;  /* (unowned) */
  const char                  *peer;  /* (unowned): the unique name of the other process, or empty if there is no bus */
  gboolean                     has_norpc; /* it has norpc-glib, as far as is known */
  gboolean                     counted; /* the objects in it were received before, from the same message */
  GPtrArray                   *given; /* (owned) (nullable): of owned paths */
};

/* @peer is the other process, as the message says, which is NULL or anything if there is no bus. */
NorpcDBusPassage norpc_dbus_passage_begin (const NorpcDBusPassageFuncs *funcs,
                                           GDBusConnection             *connection,
                                           const char                  *sender,
                                           gboolean                     has_norpc);

void  norpc_dbus_passage_end       (NorpcDBusPassage *self,
                                    gboolean          sent);
guint norpc_dbus_passage_mark      (NorpcDBusPassage *self);
void  norpc_dbus_passage_take_back (NorpcDBusPassage *self,
                                    guint             mark);

/* Thread-safe. The type of an object, or of the objects in an array, or G_TYPE_INVALID. */
GType    norpc_dbus_arg_get_object_type  (const NorpcArgInfo   *info);
gboolean norpc_dbus_args_have_objects    (GDBusArgInfo * const *infos);

/* As the functions of values in core/, for a passage. Called in a thread that may export objects, with no lock held. */
GVariant *norpc_dbus_passage_get_value  (NorpcDBusPassage     *self,
                                         const NorpcArgInfo   *info,
                                         const GValue         *value,
                                         char                **problem);
GVariant *norpc_dbus_passage_get_values (NorpcDBusPassage     *self,
                                         GDBusArgInfo * const *infos,
                                         const GValue         *values,
                                         guint                 n_values,
                                         const char           *kind,
                                         char                **problem);
char     *norpc_dbus_passage_set_value  (NorpcDBusPassage     *self,
                                         const NorpcArgInfo   *info,
                                         GValue               *value,
                                         GVariant             *variant);
gboolean  norpc_dbus_passage_set_values (NorpcDBusPassage     *self,
                                         GDBusArgInfo * const *infos,
                                         GValue               *values,
                                         guint                 n_values,
                                         GVariant             *variant,
                                         const char           *kind,
                                         char                **problem);

G_END_DECLS
