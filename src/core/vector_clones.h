// A function marked with this is compiled for plain, AVX2 and AVX-512 processors; the widest the
// machine has is chosen when the program starts. Levels, not models: "arch=haswell" would be taken
// by that model alone.
#pragma once

// The address sanitizer runs before the loader's choice is possible.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MARGINSCOPE_VECTOR_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MARGINSCOPE_VECTOR_CLONES
#endif
