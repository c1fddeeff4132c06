/* cg-emitter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-emitter.h"

const CgEmitter cg_emitters[CG_N_EMITTERS] = {
  { "header", ".h", "Generate the C header", cg_emit_header },
  { "body", ".c", "Generate the C code", cg_emit_source },
  { "dbus-xml", NULL, "Generate strict D-Bus XML of what D-Bus can carry, without streams", cg_emit_dbus_xml },
  { "markdown", NULL, "Generate a page in Markdown for readers", cg_emit_markdown },
  { "dex-futures", NULL, "Generate a header with functions that return futures of libdex", cg_emit_futures },
  { "generate-python-stubs", NULL, "Generate stubs for type checkers of Python", cg_emit_python_stubs },
  { "vala-metadata", NULL, "Generate metadata for vapigen", cg_emit_vala_metadata },
};
