/* norpc-type-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/* The type of an argument, as one of two descriptions has it. */
typedef struct
{
  const NorpcArgInfo *arg;      /* (unowned) */
  const char         *declared; /* (unowned) (nullable): the name of the type in a description that was read at run
                                   time, as norpc_interface_info_list_in_types () has it, if that says more than the
                                   signature */
  GVariant           *types;    /* (unowned) (nullable): the declared types of that description */
} NorpcDescribedArg;

NorpcDescribedArg norpc_described_arg_new      (const NorpcInterfaceInfo *info,
                                                const NorpcArgInfo       *arg,
                                                gconstpointer             member);
char             *norpc_described_args_compare (NorpcDescribedArg         arg,
                                                NorpcDescribedArg         other);

G_END_DECLS
