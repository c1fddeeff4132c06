/* prime-search.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "demo-primes.h"

G_BEGIN_DECLS

/* The service. It knows nothing of threads and widgets. */
#define PRIME_TYPE_SEARCH (prime_search_get_type ())
G_DECLARE_FINAL_TYPE (PrimeSearch, prime_search, PRIME, SEARCH, GObject)

PrimeSearch *prime_search_new (void);

G_END_DECLS
