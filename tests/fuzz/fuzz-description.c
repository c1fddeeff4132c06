/* fuzz-description.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a description: it is generated from, and formatted. */

#include "fuzz.h"

#include "cg-format.h"
#include "cg-parser.h"

#include <string.h>

static FuzzFile file;

/* NULL if it cannot be formatted. */
static char *
format (void)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgSource) source = cg_source_load (file.path, 0, diagnostics);
  g_autoptr (CgDescription) description = cg_description_new ();

  if (source == NULL)
    return NULL;

  cg_parse (source, description, diagnostics);

  return cg_diagnostics_has_errors (diagnostics) ? NULL : cg_format (source, diagnostics);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  if (file.path == NULL)
    fuzz_file_open (&file, "fuzz.xml");

  fuzz_file_write (&file, data, size);
  fuzz_generate (file.path, NULL);

  text = format ();
  if (text == NULL)
    return 0;

  /* what has the canonical form keeps it */
  fuzz_file_write (&file, text, strlen (text));
  again = format ();
  g_assert_cmpstr (again, ==, text);

  return 0;
}
