/* ---- lanes: the widest vectors of this machine as one type for each type; GNU C, strict IEEE ---- */

#if defined(BNSYM_PLAIN) || !defined(__GNUC__)
#define BNSYM_BYTES 0
#elif defined(__AVX512F__)
#define BNSYM_BYTES 64
#elif defined(__AVX__)
#define BNSYM_BYTES 32
#else
#define BNSYM_BYTES 16
#endif

#if BNSYM_BYTES
#define LANES_f32 (BNSYM_BYTES / 4)
#define LANES_f64 (BNSYM_BYTES / 8)
typedef float V_f32 __attribute__((vector_size(BNSYM_BYTES)));
typedef double V_f64 __attribute__((vector_size(BNSYM_BYTES)));
typedef int32_t M_f32 __attribute__((vector_size(BNSYM_BYTES)));
typedef int64_t M_f64 __attribute__((vector_size(BNSYM_BYTES)));
typedef float U_f32 __attribute__((vector_size(BNSYM_BYTES), aligned(4), may_alias));
typedef double U_f64 __attribute__((vector_size(BNSYM_BYTES), aligned(8), may_alias));
typedef int32_t UM_f32 __attribute__((vector_size(BNSYM_BYTES), aligned(4), may_alias));
typedef int64_t UM_f64 __attribute__((vector_size(BNSYM_BYTES), aligned(8), may_alias));
#else
#define LANES_f32 1
#define LANES_f64 1
typedef float V_f32;
typedef double V_f64;
#endif

#define LANE_TYPE(t, T)                                                                                \
    static inline V_##t load_##t(const T *p) { return *(const U_##t *)p; }                             \
    static inline void store_##t(T *p, V_##t v) { *(U_##t *)p = v; }                                   \
    /* The last `kept` lanes of v, and `fill` in those before: what a run's last vector repeats. */    \
    static inline V_##t last_##t(V_##t v, ptrdiff_t kept, V_##t fill) {                                \
        const M_##t mask = *(const UM_##t *)(keep_##t + kept);                                         \
        return (V_##t)((mask & (M_##t)v) | (~mask & (M_##t)fill));                                     \
    }

#if BNSYM_BYTES
#define ZEROS_4 0, 0, 0, 0
#define ONES_4 -1, -1, -1, -1
#if BNSYM_BYTES == 64
static const int32_t keep_f32[32] = {ZEROS_4, ZEROS_4, ZEROS_4, ZEROS_4, ONES_4, ONES_4, ONES_4, ONES_4};
static const int64_t keep_f64[16] = {ZEROS_4, ZEROS_4, ONES_4, ONES_4};
#elif BNSYM_BYTES == 32
static const int32_t keep_f32[16] = {ZEROS_4, ZEROS_4, ONES_4, ONES_4};
static const int64_t keep_f64[8] = {ZEROS_4, ONES_4};
#else
static const int32_t keep_f32[8] = {ZEROS_4, ONES_4};
static const int64_t keep_f64[4] = {0, 0, -1, -1};
#endif
LANE_TYPE(f32, float)
LANE_TYPE(f64, double)
#else
static inline float load_f32(const float *p) { return *p; }
static inline double load_f64(const double *p) { return *p; }
static inline void store_f32(float *p, float v) { *p = v; }
static inline void store_f64(double *p, double v) { *p = v; }
static inline float last_f32(float v, ptrdiff_t kept, float fill) { return kept ? v : fill; }
static inline double last_f64(double v, ptrdiff_t kept, double fill) { return kept ? v : fill; }
#endif

/* Stores past the caches, to aligned places. */
#if BNSYM_BYTES && defined(__clang__)
#define STREAM(p, v, WIDE, BUILTIN) __builtin_nontemporal_store(v, (WIDE *)(p))
#elif BNSYM_BYTES
#define STREAM(p, v, WIDE, BUILTIN) BUILTIN(p, v)
#endif
#if BNSYM_BYTES == 64
static inline void stream_f32(float *p, V_f32 v) { STREAM(p, v, V_f32, __builtin_ia32_movntps512); }
static inline void stream_f64(double *p, V_f64 v) { STREAM(p, v, V_f64, __builtin_ia32_movntpd512); }
#elif BNSYM_BYTES == 32
static inline void stream_f32(float *p, V_f32 v) { STREAM(p, v, V_f32, __builtin_ia32_movntps256); }
static inline void stream_f64(double *p, V_f64 v) { STREAM(p, v, V_f64, __builtin_ia32_movntpd256); }
#elif BNSYM_BYTES == 16 && defined(__SSE2__)
static inline void stream_f32(float *p, V_f32 v) { STREAM(p, v, V_f32, __builtin_ia32_movntps); }
static inline void stream_f64(double *p, V_f64 v) { STREAM(p, v, V_f64, __builtin_ia32_movntpd); }
#else
static inline void stream_f32(float *p, V_f32 v) { store_f32(p, v); }
static inline void stream_f64(double *p, V_f64 v) { store_f64(p, v); }
#endif
#if BNSYM_BYTES && defined(__SSE2__)
#define FENCE() __builtin_ia32_sfence()
#else
#define FENCE() ((void)0)
#endif
