/* redis-notify-flags.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-notify-flags.h"

#include <string.h>

/* The classes that `A` stands for are the first ones. */
#define N_ALL 10
#define ALL ((1u << N_ALL) - 1)

/* The events of the store in each class. The other classes are those of types that the store does
 * not have. */
static const struct { char character; KvEvents events; } classes[] =
{
  { 'g', KV_EVENTS_DEL | KV_EVENTS_EXPIRE | KV_EVENTS_PERSIST },
  { '$', KV_EVENTS_SET | KV_EVENTS_APPEND | KV_EVENTS_INCRBY },
  { 'x', KV_EVENTS_EXPIRED },
  { 'n', KV_EVENTS_NEW },
  { 'm', KV_EVENTS_KEYMISS },
};

/* As a C string, the text ends at a NUL.
 *
 * Returns: %FALSE if a character is not valid */
gboolean
redis_notify_flags_parse (GBytes           *text,
                          RedisNotifyFlags *flags)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  *flags = 0;
  for (gsize i = 0; i < length && data[i] != '\0'; i++)
    {
      const char *found = strchr (REDIS_NOTIFY_CHARACTERS, data[i]);

      if (data[i] == 'A')
        *flags |= ALL;
      else if (found != NULL)
        *flags |= 1u << (found - REDIS_NOTIFY_CHARACTERS);
      else
        return FALSE;
    }

  return TRUE;
}

gboolean
redis_notify_flags_has (RedisNotifyFlags flags,
                        char             character)
{
  return (flags >> (strchr (REDIS_NOTIFY_CHARACTERS, character) - REDIS_NOTIFY_CHARACTERS)) & 1;
}

/* As Redis writes them: `n` is left out after `A`. */
char *
redis_notify_flags_to_string (RedisNotifyFlags flags)
{
  GString *text = g_string_new (NULL);
  gboolean all = (flags & ALL) == ALL;

  if (all)
    g_string_append_c (text, 'A');

  for (const char *c = REDIS_NOTIFY_CHARACTERS; *c != '\0'; c++)
    {
      gboolean omitted = all && (c - REDIS_NOTIFY_CHARACTERS < N_ALL || *c == 'n');

      if (!omitted && redis_notify_flags_has (flags, *c))
        g_string_append_c (text, *c);
    }

  return g_string_free (text, FALSE);
}

/* Returns: what the store is to emit: nothing if there is no channel for it */
KvEvents
redis_notify_flags_get_events (RedisNotifyFlags flags)
{
  KvEvents events = KV_EVENTS_NONE;

  if (!redis_notify_flags_has (flags, 'K') && !redis_notify_flags_has (flags, 'E'))
    return KV_EVENTS_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      if (redis_notify_flags_has (flags, classes[i].character))
        events |= classes[i].events;
    }

  return events;
}
