/* redis-command-table.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-command.h"

#include "redis-command-commands.h"
#include "redis-config-commands.h"
#include "redis-info-commands.h"
#include "redis-key-commands.h"
#include "redis-local-commands.h"
#include "redis-pubsub-commands.h"
#include "redis-scan-command.h"
#include "redis-string-commands.h"

static const RedisCommand command_subcommands[] =
{
  { "count", 2, redis_command_count, "loading stale", 0, 0, 0, "server", "2.8.13", "How many commands there are", NULL },
  { "docs", -2, redis_command_docs, "loading stale", 0, 0, 0, "server", "7.0.0", "What commands do", NULL },
  { "help", 2, redis_command_help, "loading stale", 0, 0, 0, "server", "5.0.0", "Help", NULL },
  { "info", -2, redis_command_info, "loading stale", 0, 0, 0, "server", "2.8.13", "What there is to know of commands", NULL },
  { "list", -2, redis_command_list, "loading stale", 0, 0, 0, "server", "7.0.0", "The names of all commands", NULL },
  { NULL },
};

static const RedisCommand config_subcommands[] =
{
  { "get", -3, redis_config_get, "admin noscript loading stale", 0, 0, 0, "server", "2.0.0", "The parameters that match patterns", NULL },
  { "help", 2, redis_config_help, "loading stale", 0, 0, 0, "server", "5.0.0", "Help", NULL },
  { "set", -4, redis_config_set, "admin noscript loading stale", 0, 0, 0, "server", "2.0.0", "Changes parameters", NULL },
  { NULL },
};

static const RedisCommand pubsub_subcommands[] =
{
  { "channels", -2, redis_pubsub_channels, "pubsub loading stale", 0, 0, 0, "pubsub", "2.8.0", "The channels that have subscribers", NULL },
  { "help", 2, redis_pubsub_help, "loading stale", 0, 0, 0, "pubsub", "6.2.0", "Help", NULL },
  { "numpat", 2, redis_pubsub_numpat, "pubsub loading stale", 0, 0, 0, "pubsub", "2.8.0", "How many patterns have subscribers", NULL },
  { "numsub", -2, redis_pubsub_numsub, "pubsub loading stale", 0, 0, 0, "pubsub", "2.8.0", "How many subscribers channels have", NULL },
  { NULL },
};

/* The most frequent commands come first, because the table is searched in order. */
const RedisCommand redis_commands[] =
{
  { "get", 2, redis_get, "readonly fast", 1, 1, 1, "string", "1.0.0", "The value of a key", NULL },
  { "set", -3, redis_set, "write denyoom", 1, 1, 1, "string", "1.0.0", "Gives a key a value", NULL },
  { "incr", 2, redis_incr, "write denyoom fast", 1, 1, 1, "string", "1.0.0", "Adds one to a number", NULL },
  { "del", -2, redis_del, "write", 1, -1, 1, "generic", "1.0.0", "Removes keys", NULL },
  { "mget", -2, redis_mget, "readonly fast", 1, -1, 1, "string", "1.0.0", "The values of keys", NULL },
  { "mset", -3, redis_mset, "write denyoom", 1, -1, 2, "string", "1.0.1", "Gives keys values", NULL },
  { "ping", -1, redis_ping, "fast", 0, 0, 0, "connection", "1.0.0", "Whether the server is there", NULL },
  { "publish", 3, redis_publish, "pubsub loading stale fast", 0, 0, 0, "pubsub", "2.0.0", "Sends a message to a channel", NULL },
  { "append", 3, redis_append, "write denyoom fast", 1, 1, 1, "string", "2.0.0", "Makes a value longer", NULL },
  { "command", -1, redis_command, "loading stale", 0, 0, 0, "server", "2.8.13", "What commands there are", command_subcommands },
  { "config", -2, NULL, "", 0, 0, 0, "server", "2.0.0", "The parameters of the server", config_subcommands },
  { "dbsize", 1, redis_dbsize, "readonly fast", 0, 0, 0, "server", "1.0.0", "How many keys the database has", NULL },
  { "decr", 2, redis_decr, "write denyoom fast", 1, 1, 1, "string", "1.0.0", "Subtracts one from a number", NULL },
  { "decrby", 3, redis_decrby, "write denyoom fast", 1, 1, 1, "string", "1.0.0", "Subtracts from a number", NULL },
  { "echo", 2, redis_echo, "loading stale fast", 0, 0, 0, "connection", "1.0.0", "Replies what it is given", NULL },
  { "exists", -2, redis_exists, "readonly fast", 1, -1, 1, "generic", "1.0.0", "How many of the keys there are", NULL },
  { "expire", -3, redis_expire, "write fast", 1, 1, 1, "generic", "1.0.0", "Sets the seconds that a key lives", NULL },
  { "flushall", -1, redis_flushall, "write", 0, 0, 0, "server", "1.0.0", "Removes all keys of all databases", NULL },
  { "getdel", 2, redis_getdel, "write fast", 1, 1, 1, "string", "6.2.0", "The value of a key, which is removed", NULL },
  { "host:", -1, redis_drop, "loading stale", 0, 0, 0, "server", "7.0.0", "Closes the connection: this is not HTTP", NULL },
  { "incrby", 3, redis_incrby, "write denyoom fast", 1, 1, 1, "string", "1.0.0", "Adds to a number", NULL },
  { "info", -1, redis_info, "loading stale", 0, 0, 0, "server", "1.0.0", "What the server counts", NULL },
  { "keys", 2, redis_keys, "readonly", 0, 0, 0, "generic", "1.0.0", "The keys that match a pattern", NULL },
  { "persist", 2, redis_persist, "write fast", 1, 1, 1, "generic", "2.2.0", "Lets a key live for ever", NULL },
  { "pexpire", -3, redis_pexpire, "write fast", 1, 1, 1, "generic", "2.6.0", "Sets the milliseconds that a key lives", NULL },
  { "post", -1, redis_drop, "loading stale", 0, 0, 0, "server", "7.0.0", "Closes the connection: this is not HTTP", NULL },
  { "psubscribe", -2, redis_psubscribe, "pubsub noscript loading stale", 0, 0, 0, "pubsub", "2.0.0", "Subscribes to the channels that match patterns", NULL },
  { "pttl", 2, redis_pttl, "readonly fast", 1, 1, 1, "generic", "2.6.0", "How many milliseconds a key lives", NULL },
  { "pubsub", -2, NULL, "", 0, 0, 0, "pubsub", "2.8.0", "What clients subscribe to", pubsub_subcommands },
  { "punsubscribe", -1, redis_punsubscribe, "pubsub noscript loading stale", 0, 0, 0, "pubsub", "2.0.0", "Ends subscriptions to patterns", NULL },
  { "quit", -1, redis_quit, "noscript loading stale fast no_auth allow_busy", 0, 0, 0, "connection", "1.0.0", "Closes the connection", NULL },
  { "reset", 1, redis_reset, "noscript loading stale fast no_auth allow_busy", 0, 0, 0, "connection", "6.2.0", "Brings the connection into its first state", NULL },
  { "scan", -2, redis_scan, "readonly", 0, 0, 0, "generic", "2.8.0", "The keys, in several calls", NULL },
  { "select", 2, redis_select, "loading stale fast", 0, 0, 0, "connection", "1.0.0", "Chooses the database", NULL },
  { "strlen", 2, redis_strlen, "readonly fast", 1, 1, 1, "string", "2.2.0", "The length of a value", NULL },
  { "subscribe", -2, redis_subscribe, "pubsub noscript loading stale", 0, 0, 0, "pubsub", "2.0.0", "Subscribes to channels", NULL },
  { "ttl", 2, redis_ttl, "readonly fast", 1, 1, 1, "generic", "1.0.0", "How many seconds a key lives", NULL },
  { "type", 2, redis_type, "readonly fast", 1, 1, 1, "generic", "1.0.0", "Of what type a key's value is", NULL },
  { "unsubscribe", -1, redis_unsubscribe, "pubsub noscript loading stale", 0, 0, 0, "pubsub", "2.0.0", "Ends subscriptions to channels", NULL },
  { NULL },
};
