/* window-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib-gtk/norpc-glib-gtk.h>

#include "store.h"

G_BEGIN_DECLS

/* The limit of a wait, which is reached only when a test fails. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

/* A service that is inspected, another one that calls it, and the window of an inspector. */
typedef struct
{
  NorpcServer     *server;
  StoreStoreProxy *proxy;
  NorpcServer     *relay;       /* its service calls the other one */
  StoreStoreProxy *relay_proxy;
  GAsyncQueue     *calls;  /* (owned): of owned NorpcCall, which the service has kept */
  GtkWindow       *window; /* (unowned): until it is destroyed */
} Windowed;

void       windowed_set_up         (Windowed        *self,
                                    gconstpointer    unused);
void       windowed_tear_down      (Windowed        *self,
                                    gconstpointer    unused);
void       windowed_iterate_until  (gboolean       (*condition) (gpointer data),
                                    gpointer         data);
gboolean   windowed_is_null        (gpointer         data);
gboolean   windowed_is_true        (gpointer         data);
GtkWidget *windowed_find_widget    (GtkWidget       *widget,
                                    GType            type,
                                    const char      *text);
void       windowed_wait_for_label (Windowed        *self,
                                    const char      *text);
void       windowed_save_picture   (Windowed        *self,
                                    const char      *name);
guint      windowed_count_pixels   (Windowed        *self,
                                    int              red,
                                    int              green,
                                    int              blue);
void       windowed_show_page      (Windowed        *self,
                                    const char      *name);
void       windowed_call_get       (StoreStoreProxy *proxy,
                                    const char      *key);
void       windowed_unlocked_cb    (GObject         *object,
                                    GAsyncResult    *result,
                                    gpointer         user_data);
void       windowed_answer_kept    (Windowed        *self);

#define TEST_WINDOWED(path, func) \
  g_test_add ("/inspector/window/" path, Windowed, NULL, windowed_set_up, func, windowed_tear_down)

G_END_DECLS
