/* library-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "library.h"

G_BEGIN_DECLS

/* A service with list models. All of it is in the service's context, where a test has functions
 * run.
 */
#define LIBRARY_TYPE_SERVICE (library_service_get_type ())
G_DECLARE_FINAL_TYPE (LibraryService, library_service, LIBRARY, SERVICE, GObject)

typedef void (*LibraryFunc) (LibraryService *service,
                             gpointer        data);

struct _LibraryService
{
  GObject parent_instance;

  GListStore *store;  /* (owned) */
  GListModel *songs;  /* (owned) (nullable): what the methods return; the store, at first */
  GListModel *others; /* (owned) (nullable) */
  NorpcCall  *held;   /* (owned) (nullable) */
  guint       version;
  GPtrArray  *links;  /* (owned) (nullable) (element-type LibraryLink) */
  GPtrArray  *knots;  /* (owned) (nullable) (element-type LibraryKnot) */
  guint       n_ties; /* calls of Tie */
};

/* Any thread: the function that the method Run runs next. */
void library_service_set_func (LibraryFunc func,
                               gpointer    data);

/* In the service's context. */
void library_service_add       (LibraryService *self,
                                guint           position,
                                guint           n_songs);
void library_service_set_songs (LibraryService *self,
                                GListModel     *songs);

G_END_DECLS
