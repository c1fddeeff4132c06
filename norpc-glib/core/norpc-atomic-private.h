/* norpc-atomic-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Sets an integer after everything that the thread wrote before, for threads that read it with
 * g_atomic_int_get (). The thread may read other variables before others see the integer; where that
 * matters, use g_atomic_int_set (), which takes longer.
 */
#define norpc_atomic_int_set_release(place, value) \
  __atomic_store_n ((place), (value), __ATOMIC_RELEASE)
