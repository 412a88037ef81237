/* The memory floor: a copy and a triad, past the caches where that is faster (as the kernels choose). */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float V __attribute__((vector_size(64), aligned(4), may_alias));

static void pass(float *out, const float *x, const float *y, size_t n, int past)
{
    size_t i = 0;
    for (; i < n && (uintptr_t)(out + i) % 64; i++)
        out[i] = y ? x[i] + 0.5f * y[i] : x[i];
    for (; i + 16 <= n; i += 16) {
        V v = *(const V *)(x + i);
        if (y)
            v += 0.5f * *(const V *)(y + i);
#if defined(__AVX512F__)
        if (past)
            __builtin_ia32_movntps512(out + i, v);
        else
#endif
            *(V *)(out + i) = v;
    }
    for (; i < n; i++)
        out[i] = y ? x[i] + 0.5f * y[i] : x[i];
#if defined(__SSE2__)
    if (past)
        __builtin_ia32_sfence();
#endif
}

void copy(float *out, const float *x, const float *y, size_t bytes) { pass(out, x, 0, bytes / 4, 2 * bytes > 30000000); }
void triad(float *out, const float *x, const float *y, size_t bytes) { pass(out, x, y, bytes / 4, 3 * bytes > 30000000); }
