/* player-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "player.h"

G_BEGIN_DECLS

/* A service with properties. All of it is in the service's context, where a test has functions
 * run.
 */
#define PLAYER_TYPE_SERVICE (player_service_get_type ())
G_DECLARE_FINAL_TYPE (PlayerService, player_service, PLAYER, SERVICE, GObject)

typedef void (*PlayerFunc) (PlayerService *service,
                            gpointer       data);

struct _PlayerService
{
  GObject parent_instance;

  double       volume;
  char        *title;    /* (owned) */
  GStrv        tags;     /* (owned) */
  PlayerMode   mode;
  PlayerTrack *track;    /* (owned) (nullable) */
  GPtrArray   *queue;    /* (owned) */
  GFile       *file;     /* (owned) (nullable) */
  guint        position;
  guint        load;
  char        *secret;   /* (owned) (nullable) */
  gboolean     refuses;  /* values that are written */
  guint        n_sets;   /* how often a property was set */
  guint        n_reads;  /* and how often the title was read */
};

/* Any thread: the function that the method Run runs next. */
void player_service_set_func (PlayerFunc func,
                              gpointer   data);

G_END_DECLS
