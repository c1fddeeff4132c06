/* fuzz-description.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a description. */

#include "fuzz.h"

static FuzzFile file;

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  if (file.path == NULL)
    fuzz_file_open (&file, "fuzz.xml");

  fuzz_file_write (&file, data, size);
  fuzz_generate (file.path, NULL);

  return 0;
}
