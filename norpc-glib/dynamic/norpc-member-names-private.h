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
  gboolean is_left_out; /* because the member needs generated code */
} NorpcMemberName;

/* The members of one kind. */
typedef struct
{
  GPtrArray  *list;     /* (owned): of owned NorpcMemberName */
  GHashTable *by_lower; /* (owned): of unowned names in C and unowned NorpcMemberName */
  GHashTable *taken;    /* (owned): a set of owned names with the types of the arguments */
} NorpcMembersOfKind;

/* The members of an interface. */
typedef struct
{
  NorpcMembersOfKind methods;
  NorpcMembersOfKind signals;
  NorpcMembersOfKind properties;
} NorpcMemberNames;

void             norpc_member_names_init  (NorpcMemberNames *self);
void             norpc_member_names_clear (NorpcMemberNames *self);
NorpcMemberName *norpc_member_names_add   (NorpcMembersOfKind *members,
                                           const char       *name,
                                           const char       *types,
                                           const char       *c_name);
void             norpc_member_names_find  (NorpcMemberNames *self);

G_END_DECLS
