/* fuzz-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A whole run of the generator, but for the files that it would write. */

#include "fuzz.h"

#include "check/cg-compare.h"
#include "doc/cg-doc.h"
#include "emit/cg-emitter.h"
#include "commands/cg-input.h"

#include <stdlib.h>

static void
print (CgDiagnostics *diagnostics)
{
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream (&text, &length);

  cg_diagnostics_print (diagnostics, stream);
  fclose (stream);

  g_assert_true (!cg_diagnostics_has_errors (diagnostics) || length > 0);
  g_assert_true (g_utf8_validate (text, length, NULL));
  free (text);
}

static void
emit_all (CgDescription *description)
{
  const CgStyle style = { TRUE, NULL, NULL, NULL };

  cg_docs_resolve (description);
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    {
      const CgOutput output = { description, &style, "fuzz.c", "fuzz.h" };
      g_autoptr (CgWriter) writer = cg_writer_new ();
      g_autofree char *text = NULL;

      cg_emitters[i].emit (&output, writer);
      text = cg_writer_finish (writer);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

/* A description that is compared with itself has no differences. */
static void
compare (const CgDescription *description)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  CgFindings findings = { .diagnostics = diagnostics };

  cg_compare (description, description, &findings);
  for (guint i = 0; i < CG_N_SEVERITIES; i++)
    g_assert_cmpuint (findings.n[i], ==, 0);
}

void
fuzz_generate (const char *path,
               const char *gir_path)
{
  char *files[] = { (char *) path, NULL };
  char *gir_paths[] = { (char *) gir_path, NULL };
  CgInput input = {
    .interface_prefix = (char *) "org.example.",
    .c_namespace = (char *) "Fuzz",
    .gir_path = gir_paths
  };
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description = cg_input_read (&input, files, 0, diagnostics);

  print (diagnostics);
  if (cg_diagnostics_has_errors (diagnostics))
    return;

  compare (description);
  emit_all (description);
}
