/* redis-command.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

/**
 * RedisCommandFunc:
 * @request: the request: it is to be answered, now or later
 * @args: GBytes: the arguments, the command's name first
 *
 * Runs a command. That the number of arguments is right was checked.
 */
typedef void (*RedisCommandFunc) (RedisRequest *request,
                                  GPtrArray    *args);

/* A command. All tables of them end with one that has no name. */
struct _RedisCommand
{
  const char *name;                 /* in lower case */
  int arity;                        /* how many arguments with the name, or -(at least) */
  RedisCommandFunc run;
  const char *flags;                /* as COMMAND INFO has them */
  int first_key, last_key, key_step;
  const char *group;
  const char *since;                /* the version of Redis that had it first */
  const char *summary;
  const RedisCommand *subcommands;  /* (nullable) */
};

extern const RedisCommand redis_commands[];

const RedisCommand *redis_command_find       (const RedisCommand *commands,
                                              GBytes             *name);
void                redis_command_run        (RedisRequest       *request,
                                              GPtrArray          *args);

gboolean            redis_arg_is             (GBytes             *arg,
                                              const char         *word);
gboolean            redis_arg_get_number     (RedisRequest       *request,
                                              GBytes             *arg,
                                              gint64             *number);
GPtrArray          *redis_args_from          (GPtrArray          *args,
                                              guint               first);

G_END_DECLS
