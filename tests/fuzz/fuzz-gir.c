/* fuzz-gir.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is the GIR Fuzz-1.0, whose types a description uses. */

#include "fuzz.h"

static const char description[] =
  "<node><include name='Fuzz' version='1.0'/><interface name='org.example.I'><method name='M'>"
  "<arg type='Fuzz.Thing' nullable='true'/><arg type='Fuzz.Other' transfer='full'/>"
  "<arg type='Fuzz.Some[]'/><arg type='Fuzz.Flags' direction='out'/>"
  "<arg type='Fuzz.Thing[]' direction='out'/>"
  "</method></interface></node>";

static FuzzFile file;
static const char *description_path;

/* The description is in the folder of the GIR. */
static void
set_up (void)
{
  static char path[256];

  fuzz_file_open (&file, "Fuzz-1.0.gir");
  g_snprintf (path, sizeof path, "%s/fuzz.xml", file.folder);
  g_assert_true (g_file_set_contents (path, description, -1, NULL));
  description_path = path;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  if (file.path == NULL)
    set_up ();

  fuzz_file_write (&file, data, size);
  fuzz_generate (description_path, file.folder);

  return 0;
}
