/* cg-keys.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* Sets the keys of the documentation of a node: $c_brief$, $c_doc$, and $tags$ at its end. */
void cg_keys_set_docs   (CgWriter       *writer,
                         const CgNode   *node);

/* Sets the names of a node, and the keys of its documentation. */
void cg_keys_set_node   (CgWriter       *writer,
                         const CgNode   *node);

/* Sets the keys that templates of all outputs have for a member: its names, flags such as is_stream,
 * and the lists of its arguments. */
void cg_keys_set_member (CgWriter       *writer,
                         const CgMember *member,
                         CgItemFunc      set_arg,
                         gconstpointer   data);

/* Sets the keys of an item in a list of members, without the lists of its arguments. */
void cg_keys_set_member_item (CgWriter      *writer,
                              gpointer       item,
                              gconstpointer  data);
