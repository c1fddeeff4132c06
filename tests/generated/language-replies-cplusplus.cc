// SPDX-License-Identifier: LGPL-2.1-or-later

// The same again as C++: the generated code, both services and the tests.

#include "test-language-replies.c"
#include "language-samples.c"
#include "language-plain.c"
#include "language-later.c"
#include "generated-language.c"
