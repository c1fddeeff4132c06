// SPDX-License-Identifier: LGPL-2.1-or-later

// The same again as C++: the generated code, both services and the tests.

#include "test-types-replies.c"
#include "types-fixture.c"
#include "types-plain.c"
#include "types-later.c"
#include "generated-types.c"
