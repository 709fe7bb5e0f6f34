// SPDX-License-Identifier: Apache-2.0
// Included first in every unit. What compilers record of their switches leaves out
// macros, so this notes the level of _FORTIFY_SOURCE that is really in effect, a line a unit, in a
// section that is not loaded.
#pragma once

#include <features.h>

#define OSPREY_TEXT(value) #value
#define OSPREY_VALUE(macro) OSPREY_TEXT(macro)
__asm__(".pushsection .osprey.fortify,\"\",@progbits\n\t.asciz \"" OSPREY_VALUE(
    __USE_FORTIFY_LEVEL) " " __BASE_FILE__ "\"\n\t.popsection");
#undef OSPREY_VALUE
#undef OSPREY_TEXT
