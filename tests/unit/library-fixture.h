/* library-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"
#include "library-service.h"
#include "log.h"

G_BEGIN_DECLS

/* A server with a library, and a follower of one of its lists. */
typedef struct
{
  NorpcServer         *server; /* (owned) */
  LibraryLibraryProxy *proxy;  /* (owned) */
  GListModel          *model;  /* (owned) (nullable): that is followed */
  GPtrArray           *items;  /* (owned): what the signals of the model tell */
  Log                  log;
} LibraryFixture;

void library_fixture_set_up    (LibraryFixture *fixture,
                                gconstpointer   unused);
void library_fixture_tear_down (LibraryFixture *fixture,
                                gconstpointer   unused);

#define LIBRARY_TEST(path, func) \
  g_test_add (path, LibraryFixture, NULL, library_fixture_set_up, func, library_fixture_tear_down)

void        follow          (LibraryFixture *fixture,
                             GListModel     *model);
void        assert_followed (LibraryFixture *fixture);
char       *get_titles      (GListModel     *model);

#define titles_assert(model, expected) \
  G_STMT_START { \
    g_autofree char *titles = get_titles (model); \
    g_assert_cmpstr (titles, ==, expected); \
  } G_STMT_END

void        wait_ready      (LibraryFixture *fixture);
void        run             (LibraryFixture *fixture,
                             LibraryFunc     func,
                             gpointer        data);
void        run_blocking    (LibraryFixture *fixture,
                             LibraryFunc     func,
                             gpointer        data);
void        settle          (LibraryFixture *fixture);
GListModel *get_songs       (LibraryFixture *fixture);
gboolean    get_is_followed (LibraryFixture *fixture);

/* Handlers, and callbacks of calls. */
void        reached_cb      (LibraryLibrary *library,
                             guint           version,
                             LibraryFixture *fixture);
void        replied_cb      (GObject        *object,
                             GAsyncResult   *result,
                             gpointer        fixture);
void        follow_cb       (GObject        *object,
                             GAsyncResult   *result,
                             gpointer        fixture);
void        get_songs_cb    (GObject        *object,
                             GAsyncResult   *result,
                             gpointer        model);
void        get_others_cb   (GObject        *object,
                             GAsyncResult   *result,
                             gpointer        models);

/* In the service's context. */
void        add_songs       (LibraryService *service,
                             gpointer        n_songs);
void        keep_store      (LibraryService *service,
                             gpointer        store);

G_END_DECLS
