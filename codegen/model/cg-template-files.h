/* cg-template-files.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

typedef struct
{
  const char *name; /* without ".template" */
  const char *text;
} CgTemplateFile;

/* The files in templates/, which the build makes part of the program. The last one has no name. */
extern const CgTemplateFile cg_template_files[];
