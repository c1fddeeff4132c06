/* fuzz.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Called by libFuzzer, or fuzz-main.c, for each input. */
int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* A file that is to have one input after the other. */
typedef struct
{
  char *folder;  /* (owned) */
  char *path;    /* (owned) */
  int   fd;      /* (owned) */
} FuzzFile;

void fuzz_file_open  (FuzzFile   *self,
                      const char *name);
void fuzz_file_write (FuzzFile   *self,
                      const void *data,
                      gsize       size);

/* Reads the description at @path and generates all that can be made of it. */
void fuzz_generate   (const char *path,
                      const char *gir_path);

G_END_DECLS
