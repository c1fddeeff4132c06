/* notes-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "demo-notes.h"

NorpcServer *notes_serve (const char  *path,
                          GError     **error);
