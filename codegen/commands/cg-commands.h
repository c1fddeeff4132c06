/* cg-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The exit statuses of all commands. */
#define CG_EXIT_OK          0
#define CG_EXIT_WRONG_INPUT 1
#define CG_EXIT_WRONG_USAGE 2
#define CG_EXIT_FINDING     3 /* there are findings */

/* The commands take ownership of @args, the command line without their names. */

int   cg_command_check      (char       **args);

/* @commands: the other commands, for --help. */
int   cg_command_generate   (char       **args,
                             const char  *commands);

int   cg_command_skeleton   (char       **args);

/* Prints the error of a command line; in cg-input.c. */
int   cg_command_misused    (const char  *name,
                             GError      *error);
