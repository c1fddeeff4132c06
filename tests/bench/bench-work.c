/* bench-work.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The work of the calls of norpc-glib's rows, with checks of their results. */

#include "bench-service.h"

#include <string.h>

#define MEBIBYTE (1024 * 1024)

/* The sum of the arguments of mix (), below. */
#define MIX_SUM 98

/* The process runs one row, so all of its clients have one work. Written before they begin. */
static char *text;
static GBytes *bytes;
static GObject *object;
static char *keys[BENCH_N_KEYS];
static guint last_key; /* atomic */

static const char *
get_key (void)
{
  return keys[(guint) g_atomic_int_add (&last_key, 7) % BENCH_N_KEYS];
}

#define MIX_ARGS \
  1, TRUE, 2, 3, 4, 5, 6, 7, 8.0, "nine", 1, TRUE, 2, 3, 4, 5, 6, 7, 8.0, "nine", 1, TRUE, 2, 3, 4, 5

static gboolean
is_value (GBytes *value)
{
  gboolean rightly = value != NULL && g_bytes_get_size (value) == BENCH_VALUE_SIZE &&
                     *(const char *) g_bytes_get_data (value, NULL) == 'v';

  g_clear_pointer (&value, g_bytes_unref);

  return rightly;
}

static gboolean
is_same (GObject *same)
{
  gboolean rightly = same == object;

  g_clear_object (&same);

  return rightly;
}

static void
noop_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);

  bench_window_answered (user_data,
                         bench_target_proxy_call_noop_finish (proxy, result, NULL));
}

static void
noop_async (BenchTargetProxy *proxy,
            BenchWindow      *window)
{
  bench_target_proxy_call_noop (proxy, NULL, noop_cb, window);
}

static gboolean
noop_sync (BenchTargetProxy *proxy)
{
  return bench_target_proxy_call_noop_sync (proxy, NULL, NULL);
}

static void
get_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);

  bench_window_answered (user_data,
                         is_value (bench_target_proxy_call_get_finish (proxy, result, NULL)));
}

static void
get_async (BenchTargetProxy *proxy,
           BenchWindow      *window)
{
  bench_target_proxy_call_get (proxy, get_key (), NULL, get_cb, window);
}

static gboolean
get_sync (BenchTargetProxy *proxy)
{
  return is_value (bench_target_proxy_call_get_sync (proxy, get_key (), NULL, NULL));
}

static void
mix_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);
  guint64 number;

  bench_window_answered (user_data,
                         bench_target_proxy_call_mix_finish (proxy, result, &number, NULL) &&
                         number == MIX_SUM);
}

static void
mix_async (BenchTargetProxy *proxy,
           BenchWindow      *window)
{
  bench_target_proxy_call_mix (proxy, MIX_ARGS, NULL, mix_cb, window);
}

static gboolean
mix_sync (BenchTargetProxy *proxy)
{
  guint64 number;

  return bench_target_proxy_call_mix_sync (proxy, MIX_ARGS, &number, NULL, NULL) &&
         number == MIX_SUM;
}

static void
weigh_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);
  guint64 number;

  bench_window_answered (user_data,
                         bench_target_proxy_call_weigh_finish (proxy, result, &number, NULL) &&
                         number == g_bytes_get_size (bytes));
}

static void
weigh_async (BenchTargetProxy *proxy,
             BenchWindow      *window)
{
  bench_target_proxy_call_weigh (proxy, bytes, NULL, weigh_cb, window);
}

static gboolean
weigh_sync (BenchTargetProxy *proxy)
{
  guint64 number;

  return bench_target_proxy_call_weigh_sync (proxy, bytes, &number, NULL, NULL) &&
         number == g_bytes_get_size (bytes);
}

static void
measure_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);
  guint64 number;

  bench_window_answered (user_data,
                         bench_target_proxy_call_measure_finish (proxy, result, &number, NULL) &&
                         number == strlen (text));
}

static void
measure_async (BenchTargetProxy *proxy,
               BenchWindow      *window)
{
  bench_target_proxy_call_measure (proxy, text, NULL, measure_cb, window);
}

static gboolean
measure_sync (BenchTargetProxy *proxy)
{
  guint64 number;

  return bench_target_proxy_call_measure_sync (proxy, text, &number, NULL, NULL) &&
         number == strlen (text);
}

static void
pass_on_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);

  bench_window_answered (user_data,
                         is_same (bench_target_proxy_call_pass_on_finish (proxy, result, NULL)));
}

static void
pass_on_async (BenchTargetProxy *proxy,
               BenchWindow      *window)
{
  bench_target_proxy_call_pass_on (proxy, object, NULL, pass_on_cb, window);
}

static gboolean
pass_on_sync (BenchTargetProxy *proxy)
{
  return is_same (bench_target_proxy_call_pass_on_sync (proxy, object, NULL, NULL));
}

static const BenchWork works[] = {
  { "noop", 0, noop_async, noop_sync },
  { "get", 0, get_async, get_sync },
  { "args26", 0, mix_async, mix_sync },
  { "bytes1k", 1000, weigh_async, weigh_sync },
  { "bytes100k", 100000, weigh_async, weigh_sync },
  { "bytes1mib", MEBIBYTE, weigh_async, weigh_sync },
  { "object", 0, pass_on_async, pass_on_sync },
  { "string10", 10, measure_async, measure_sync },
  { "string1k", 1000, measure_async, measure_sync },
  { "string100k", 100000, measure_async, measure_sync },
  { "string1mib", MEBIBYTE, measure_async, measure_sync },
};

/* Prepares the arguments. */
const BenchWork *
bench_work_begin (const char *name)
{
  const BenchWork *work = works;

  while (!g_str_equal (work->name, name))
    if (++work == works + G_N_ELEMENTS (works))
      g_error ("there is no work '%s'", name);

  text = g_strnfill (work->size, 'x');
  bytes = g_bytes_new (text, work->size);
  object = g_object_new (G_TYPE_OBJECT, NULL);
  for (guint i = 0; i < BENCH_N_KEYS; i++)
    keys[i] = g_strdup_printf ("%u", i);

  return work;
}

void
bench_work_end (void)
{
  for (guint i = 0; i < BENCH_N_KEYS; i++)
    g_clear_pointer (&keys[i], g_free);
  g_clear_object (&object);
  g_clear_pointer (&bytes, g_bytes_unref);
  g_clear_pointer (&text, g_free);
}
