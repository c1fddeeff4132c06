/* echo-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The service in C that the clients in all languages call. */

#include "echo-service.h"

static char *
say (BenchEcho   *service G_GNUC_UNUSED,
     const char  *text,
     GError     **error G_GNUC_UNUSED)
{
  return g_strdup (text);
}

static const BenchEchoInterface funcs = { .say = say };

/**
 * bench_new_echo_in_c:
 *
 * Makes a service.
 *
 * Returns: (transfer full): a service
 */
BenchEcho *
bench_new_echo_in_c (void)
{
  return bench_echo_new_for_funcs (&funcs, NULL, NULL);
}
