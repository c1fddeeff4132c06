/* count-allocations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Preloaded, counts the calls of the functions of libc that allocate, and prints a line
 * “allocations N” at the end.
 */

#define _GNU_SOURCE

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of glibc: the functions without their hooks. */
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

__attribute__ ((visibility ("default"))) int posix_memalign (void **memory, size_t alignment, size_t size);

static atomic_ulong n_allocations;

__attribute__ ((visibility ("default"))) void *
malloc (size_t size)
{
  atomic_fetch_add (&n_allocations, 1);

  return __libc_malloc (size);
}

__attribute__ ((visibility ("default"))) void *
calloc (size_t n,
        size_t size)
{
  atomic_fetch_add (&n_allocations, 1);

  return __libc_calloc (n, size);
}

__attribute__ ((visibility ("default"))) void *
realloc (void   *memory,
         size_t  size)
{
  atomic_fetch_add (&n_allocations, 1);

  return __libc_realloc (memory, size);
}

__attribute__ ((visibility ("default"))) int
posix_memalign (void   **memory,
                size_t   alignment,
                size_t   size)
{
  atomic_fetch_add (&n_allocations, 1);
  *memory = __libc_memalign (alignment, size);

  return *memory != NULL ? 0 : 12;
}

__attribute__ ((destructor)) static void
print_allocations (void)
{
  char text[64];
  int length = snprintf (text, sizeof text, "allocations %lu\n", atomic_load (&n_allocations));

  if (write (STDOUT_FILENO, text, (size_t) length) != length)
    _exit (1);
}
