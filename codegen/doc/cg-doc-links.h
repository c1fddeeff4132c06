/* cg-doc-links.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

G_BEGIN_DECLS

void cg_docs_resolve (CgDescription *description);

G_END_DECLS
