/* fail-rename.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Loaded before the C library: one file cannot be put in its place. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
rename (const char *from,
        const char *to)
{
  int (*next) (const char *, const char *) = (int (*) (const char *, const char *)) dlsym (RTLD_NEXT, "rename");
  const char *name = getenv ("FAIL_RENAME_TO");

  if (name != NULL && strcmp (to, name) == 0)
    {
      errno = EPERM;
      return -1;
    }

  return next (from, to);
}
