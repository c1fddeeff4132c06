/* norpc-member-names-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A member whose GObject name is to be found. */
typedef struct
{
  char    *lower;     /* (owned): the name in C */
  char    *gname;     /* (owned) (nullable): of the GSignal or the GObject property */
  gboolean is_stream;
} NorpcMemberName;

/* The members of an interface, as arrays of owned NorpcMemberName. */
typedef struct
{
  GPtrArray *methods;    /* (owned) */
  GPtrArray *signals;    /* (owned) */
  GPtrArray *properties; /* (owned) */
} NorpcMemberNames;

void             norpc_member_names_init  (NorpcMemberNames *self);
void             norpc_member_names_clear (NorpcMemberNames *self);
NorpcMemberName *norpc_member_names_add   (GPtrArray        *members,
                                           const char       *name,
                                           const char       *c_name);
void             norpc_member_names_find  (NorpcMemberNames *self);

G_END_DECLS
