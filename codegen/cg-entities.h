/* cg-entities.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CgEntities CgEntities;

CgEntities *cg_entities_new         (void);
void        cg_entities_free        (CgEntities  *self);
void        cg_entities_set_external (CgEntities  *self);
void        cg_entities_add          (CgEntities  *self,
                                      const char  *name,
                                      const char  *value);
gboolean    cg_entities_expand       (CgEntities  *self,
                                      const char  *text,
                                      gsize        length,
                                      GString     *expanded,
                                      gsize       *error_offset,
                                      GError     **error);

/* Is "#60" or "#x3c" a character of XML? Else it is 0. */
gunichar    cg_entities_get_character (const char *name);

/* The name of an entity that expanded to nothing, since it can only be
 * declared outside of the file; NULL if there was none since it was asked. */
char       *cg_entities_get_skipped (CgEntities  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgEntities, cg_entities_free)

G_END_DECLS
