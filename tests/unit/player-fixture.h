/* player-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"
#include "log.h"
#include "player-service.h"

G_BEGIN_DECLS

/* A server with a player, and what handlers of a proxy have seen. */
typedef struct
{
  NorpcServer       *server; /* (owned) */
  PlayerPlayerProxy *proxy;  /* (owned) */
  Log                log;
} PlayerFixture;

void player_fixture_set_up    (PlayerFixture *fixture,
                               gconstpointer  starts);
void player_fixture_tear_down (PlayerFixture *fixture,
                               gconstpointer  starts);

#define PLAYER_TEST(path, func) \
  g_test_add (path, PlayerFixture, GINT_TO_POINTER (TRUE), player_fixture_set_up, func, player_fixture_tear_down)

void start          (PlayerFixture *fixture);
void wait_ready     (PlayerFixture *fixture);
void run_blocking   (PlayerFixture *fixture,
                     PlayerFunc     func,
                     gpointer       data);
void settle         (PlayerFixture *fixture);

/* Handlers. */
void volume_cb      (PlayerPlayer  *player,
                     GParamSpec    *pspec,
                     PlayerFixture *fixture);
void ended_cb       (PlayerPlayer  *player,
                     guint          number,
                     PlayerFixture *fixture);

/* In the service's context. */
void do_nothing     (PlayerService *service,
                     gpointer       data);
void set_volumes    (PlayerService *service,
                     gpointer       volumes);
void set_title      (PlayerService *service,
                     gpointer       title);
void refuse         (PlayerService *service,
                     gpointer       refuses);

G_END_DECLS
