/* finder-model.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "demo-finder.h"

G_BEGIN_DECLS

#define FINDER_TYPE_MODEL (finder_model_get_type ())

G_DECLARE_FINAL_TYPE (FinderModel, finder_model, FINDER, MODEL, GObject)

FinderModel *finder_model_new    (DemoDirectoryProxy *directory);
void         finder_model_search (FinderModel        *self,
                                  const char         *text);

G_END_DECLS
