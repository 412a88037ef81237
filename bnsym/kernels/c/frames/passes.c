//// FILE
/* $layer: forward, backward and inference in C.  Generated; regenerate, do not edit.
 *
 * By bnsym $version from: $source
 *
 * Equations, n over the N rows (all axes but one) and c over the C channels:
$equations
 *
 * The formulas of the fast passes (the macros, and what stands between "formulas" and "end of formulas") were
 * read back from this text and proved to give the equations and their gradients, for every N and C and whatever
 * the shift, as real numbers.  Loops, lanes, threads and the plain passes are not proved: they are tested.
 */
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#if !defined(BNSYM_UNIT)
#include "$layer.h"
#endif

#define EXPORT __attribute__((visibility("default")))
#define BLOCK_ROWS 8   /* rows together for one load of what belongs to a channel */
#define CROSSED_ROWS 2 /* of these, together where a sum runs across them: more would share a cache's set */
#define FLUSH 32       /* additions to a lane before it is emptied into float64 */
#define POOR 0.75      /* a shift is poor where this share of the sum of squares is its own */
#ifndef BNSYM_PAST_CACHES
#define BNSYM_PAST_CACHES 30e6 /* bytes from which on results are stored past the caches */
#endif
#ifndef BNSYM_LEAST_THREADED
#define BNSYM_LEAST_THREADED 1e6 /* bytes below which there are no threads */
#endif
#define BNSYM_MOST_THREADS 64

$lanes

$quick

/* What the fast passes take: beyond these the plain pass computes in float64 without squares of x in float. */
#define LEAST_f32 1e-24
#define MOST_f32 1e30
#define LARGEST_f32 1e37
#define LEAST_f64 1e-200
#define MOST_f64 1e200
#define LARGEST_f64 1e305

/* n tasks of `size` bytes each, every one on a thread of its own but the first; one that cannot start is run. */
static void run_tasks(void *(*task)(void *), char *tasks, size_t size, int n)
{
    pthread_t threads[BNSYM_MOST_THREADS];
    char started[BNSYM_MOST_THREADS];
    for (int t = 1; t < n; t++)
        started[t] = !pthread_create(&threads[t], NULL, task, tasks + t * size);
    task(tasks);
    for (int t = 1; t < n; t++) {
        if (started[t])
            pthread_join(threads[t], NULL);
        else
            task(tasks + t * size);
    }
}

/* What two channels may take to be written and summed at once: most of the second cache. */
static inline double second_cache(void)
{
    static long kept;
    long size = __atomic_load_n(&kept, __ATOMIC_RELAXED);
    if (size == 0) {
#ifdef _SC_LEVEL2_CACHE_SIZE
        size = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
        size = size > 0 ? size : 1 << 20;
        __atomic_store_n(&kept, size, __ATOMIC_RELAXED);
    }
    return 0.9 * (double)size;
}

$functions
//// TYPES: What a function takes, and where it puts what is worked out between its passes.
typedef struct {
    $streams_declared
    $T *out;
    $given_declared
    $kept_declared
    double eps;
    ptrdiff_t outer, channels, inner;
    int past_caches;
} ${f}_arguments_$t;

typedef struct {
    $work_declared
} ${f}_work_$t;
//// PREPARE
/* The centre is the mean that is given, in the type of x. */
static inline void ${f}_prepare_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t n, ptrdiff_t base)
{
    (void)a, (void)base;
    for (ptrdiff_t i = 0; i < n; i++)
        w->centre[i] = w->shift[i] = ($T)$mean;
}
//// FINISH
/* What follows from the sums, $each by $each.  Bit 0: beyond the fast passes; bit 1: the shift was poor. */
static int ${f}_finish_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t n, ptrdiff_t base)
{
    const double N = (double)a->outer * (double)a->inner, C = (double)a->channels, eps = a->eps;
    $pointers
    int beyond = 0, poor = 0;
    (void)N, (void)C, (void)eps, (void)base;
    for (ptrdiff_t i = 0; i < n; i++) {
        $loaded
        /* formulas */
        $formulas
        /* end of formulas */
        $stored
        $guards
    }
    return beyond | poor << 1;
}
//// LANES
/* Lanes of partial sums: emptied into float64 every FLUSH additions. */
typedef struct {
    $lane_declared
    int additions;
} ${f}_lanes_$t;

static inline void ${f}_empty_$t(${f}_lanes_$t *s)
{
    const V_$t zero = {0};
    $T buffer[LANES_$t];
    $emptied
    s->additions = 0;
}

static inline void ${f}_totals_$t(${f}_lanes_$t *s, const ${f}_work_$t *w, ptrdiff_t i)
{
    ${f}_empty_$t(s);
    $totalled
}

/* One contiguous run of what is summed. */
static inline void ${f}_run_sums_$t($run_parameters, ptrdiff_t n, $T near, ${f}_lanes_$t *s)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t i = 0;
    (void)near;
    if (n < L) {
        for (; i < n; i++) {
            $scalar_near
            $scalar_added
        }
        return;
    }
    while (n - i >= 4 * L) {
        if (s->additions >= FLUSH)
            ${f}_empty_$t(s);
        ptrdiff_t blocks = (n - i) / (4 * L);
        if (blocks > FLUSH - s->additions)
            blocks = FLUSH - s->additions;
        s->additions += (int)blocks;
        $lane_local
        for (; blocks > 0; blocks--, i += 4 * L) {
            $sums_unrolled
        }
        $lane_back
    }
    if (s->additions >= FLUSH)
        ${f}_empty_$t(s);
    s->additions++;
    for (int u = 0; n - i >= L; u++, i += L) {
        $vector_near
        $vector_added
    }
    if (i < n) {
        const ptrdiff_t kept = n - i;
        const V_$t fill = (V_$t){0} + near, zero = {0};
        const int u = 3;
        (void)fill, (void)zero;
        i = n - L;
        $last_near
        $vector_added
    }
}
//// ESTIMATE: The shift: the mean of the first entries, of which there are at least the root of their number.  One that lies z away then moves the shift by no more than the standard deviation, whatever z.
static inline $T ${f}_estimate_$t(const $T *x_at, ptrdiff_t stride, ptrdiff_t n, ptrdiff_t runs)
{
    ptrdiff_t wanted = (ptrdiff_t)sqrt((double)n * (double)runs) + 16, taken = 0;
    double sum = 0, lanes[LANES_$t] = {0};
    $T buffer[LANES_$t];
    for (ptrdiff_t o = 0; o < runs && taken < wanted; o++) {
        const $T *run = x_at + o * stride;
        ptrdiff_t m = n < wanted - taken ? n : wanted - taken;
        ptrdiff_t i = 0;
        for (; i + LANES_$t <= m || (i + LANES_$t <= n && i < m); i += LANES_$t) {
            store_$t(buffer, load_$t(run + i));
            for (int l = 0; l < LANES_$t; l++)
                lanes[l] += buffer[l];
        }
        for (; i < m; i++)
            sum += run[i];
        m = i;
        taken += m;
    }
    for (int l = 0; l < LANES_$t; l++)
        sum += lanes[l];
    return ($T)(sum / (double)taken);
}
//// RUN_OUTPUT
/* One run of the output, from `start` on; returns lanes that are 0 where all of it is finite. */
static inline V_$t ${f}_run_output_$t($run_parameters, $T *restrict out, ptrdiff_t start, ptrdiff_t n, $coefficient_parameters, int past_caches, V_$t check)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t i = start;
    if (n < L) {
        for (; i < n; i++) {
            $scalar_centre
            const $T y = $output;
            out[i] = y;
            check += y - y;
        }
        return check;
    }
    if (past_caches) {
        if (i == 0) {
            ptrdiff_t head = (ptrdiff_t)((-(uintptr_t)out / sizeof($T)) % (size_t)L);
            for (; i < head; i++) {
                $scalar_centre
                const $T y = $output;
                out[i] = y;
                check += y - y;
            }
        }
        for (; i + L <= n; i += L) {
            $vector_centre
            const V_$t y = $output;
            stream_$t(out + i, y);
            check += y - y;
        }
        for (; i < n; i++) {
            $scalar_centre
            const $T y = $output;
            out[i] = y;
            check += y - y;
        }
    } else {
        for (; i + L <= n; i += L) {
            $vector_centre
            const V_$t y = $output;
            store_$t(out + i, y);
            check += y - y;
        }
    }
    if (i < n) {
        i = n - L;
        $vector_centre
        const V_$t y = $output;
        store_$t(out + i, y);
        check += y - y;
    }
    return check;
}
//// RUN_BOTH: While one channel is written the next one is summed: reading and writing memory overlap.
static inline V_$t ${f}_run_both_$t($run_parameters, $T *restrict out, $coefficient_parameters, $next_parameters, $T near, ${f}_lanes_$t *s, ptrdiff_t n, int past_caches, V_$t check)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t start = 0, i = 0;
    if (n >= 5 * L) {
        if (past_caches) {
            start = (ptrdiff_t)((-(uintptr_t)out / sizeof($T)) % (size_t)L);
            for (; i < start; i++) {
                $scalar_centre
                const $T y = $output;
                out[i] = y;
                check += y - y;
            }
            i = 0;
        }
        ptrdiff_t whole = (n - start) / (4 * L);
        while (whole > 0) {
            if (s->additions >= FLUSH)
                ${f}_empty_$t(s);
            ptrdiff_t blocks = whole < FLUSH - s->additions ? whole : FLUSH - s->additions;
            whole -= blocks;
            s->additions += (int)blocks;
            $lane_local
            for (; blocks > 0; blocks--, i += 4 * L) {
                $next_sums_unrolled
                $output_unrolled
            }
            $lane_back
        }
    }
    check = ${f}_run_output_$t($run_arguments, out, start + i, n, $coefficient_names, past_caches, check);
    ${f}_run_sums_$t($next_rest, n - i, near, s);
    return check;
}
//// FINITE
static inline int finite_$t(V_$t check)
{
    $T buffer[LANES_$t];
    int finite = 1;
    store_$t(buffer, check);
    for (int l = 0; l < LANES_$t; l++)
        finite &= buffer[l] == 0;
    return finite;
}
//// RUNS_ONE: Channels with contiguous inner runs: (outer, channels, inner).
static int ${f}_channel_sums_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t c)
{
    const ptrdiff_t n = a->inner, stride = a->channels * n;
    const ptrdiff_t first = c * n;
    const $T near = w->shift[0];
    ${f}_lanes_$t s = {0};
    for (ptrdiff_t o = 0; o < a->outer; o++)
        ${f}_run_sums_$t($run_of_channel, n, near, &s);
    ${f}_totals_$t(&s, w, 0);
    return ${f}_finish_$t(a, w, 1, c);
}

/* Where the shift was poor: once more, about the mean that was found. */
static int ${f}_channel_again_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t c)
{
    w->shift[0] = w->centre[0];
    return ${f}_channel_sums_$t(a, w, c) & 1;
}
//// RUNS
/* Channel by channel: what is summed of a channel is still in the cache when its output is written. */
static int ${f}_runs_$t(const ${f}_arguments_$t *a, ptrdiff_t begin, ptrdiff_t end)
{
    const ptrdiff_t n = a->inner, stride = a->channels * n;
    const int both = $sums_any && (double)a->outer * (double)n * sizeof($T) * $streams_and_out * 2 <= second_cache();
    $work_one
    V_$t check = {0};
    int beyond = 0;
    for (ptrdiff_t c = begin; c < end; c++) {
        const ptrdiff_t first = c * n;
        if (!both || c == begin) {
            $channel_first
        }
        $coefficients_of_channel
        $next_channel
        for (ptrdiff_t o = 0; o < a->outer; o++)
            check = ${f}_run_output_$t($run_of_channel, a->out + first + o * stride, 0, n, $coefficient_names, a->past_caches, check);
    }
    if (a->past_caches)
        FENCE();
    return beyond || !finite_$t(check);
}

typedef struct {
    const ${f}_arguments_$t *a;
    ptrdiff_t begin, end;
    int status;
} ${f}_runs_task_$t;

static void *${f}_runs_task_of_$t(void *given)
{
    ${f}_runs_task_$t *task = given;
    task->status = ${f}_runs_$t(task->a, task->begin, task->end);
    return NULL;
}

static int ${f}_all_runs_$t(const ${f}_arguments_$t *a, int threads)
{
    ${f}_runs_task_$t tasks[BNSYM_MOST_THREADS];
    int status = 0;
    if (threads > a->channels)
        threads = (int)a->channels;
    for (int k = 0; k < threads; k++) {
        tasks[k].a = a;
        tasks[k].begin = a->channels * k / threads;
        tasks[k].end = a->channels * (k + 1) / threads;
    }
    run_tasks(${f}_runs_task_of_$t, (char *)tasks, sizeof *tasks, threads);
    for (int k = 0; k < threads; k++)
        status |= tasks[k].status;
    return status;
}
//// RUNS_NEXT
if (both && c + 1 < end) {
    const ptrdiff_t first_next = (c + 1) * n;
    $near_of_next
    ${f}_lanes_$t s = {0};
    for (ptrdiff_t o = 0; o < a->outer; o++)
        check = ${f}_run_both_$t($run_of_channel, a->out + first + o * stride, $coefficient_names, $run_of_next, near, &s, n, a->past_caches, check);
    ${f}_totals_$t(&s, w, 0);
    const int status = ${f}_finish_$t(a, w, 1, c + 1);
    beyond |= status & 2 ? ${f}_channel_again_$t(a, w, c + 1) : status & 1;
    continue;
}
//// ENTRY
EXPORT int ${layer}_${f}_$t($arguments, double eps, ptrdiff_t outer, ptrdiff_t channels, ptrdiff_t inner, int threads)
{
    const double bytes = (double)outer * (double)channels * (double)inner * $bytes;
    const ${f}_arguments_$t a = {$set_up, .eps = eps, .outer = outer, .channels = channels, .inner = inner, .past_caches = bytes > BNSYM_PAST_CACHES};
    if (threads > BNSYM_MOST_THREADS)
        threads = BNSYM_MOST_THREADS;
    if (threads < 1 || bytes < BNSYM_LEAST_THREADED)
        threads = 1;
    $all_layouts
}
//// QUICK
#if defined(BNSYM_QUICK)
/* quick($quick_arguments, eps, channel_axis, threads): 0 where all is done. */
EXPORT void *${layer}_${f}_quick_$t(void *self, void *const *given, ptrdiff_t count)
{
    arrays a = {.count = 0};
    int status = 1;
    (void)self;
    if (count != $quick_count + 3)
        return PyLong_FromLong(1);
    const double eps = PyFloat_AsDouble(given[$quick_count]);
    const ptrdiff_t axis = PyLong_AsSsize_t(given[$quick_count + 1]), threads = PyLong_AsSsize_t(given[$quick_count + 2]);
    if (PyErr_Occurred())
        PyErr_Clear();
    else if (threads >= 1 && $quick_eps && take(&a, given, "$quick_kinds", '$quick_type', axis, $by_rows)) {
        const double N = (double)a.outer * (double)a.inner, C = (double)a.channels;
        (void)N, (void)C;
        if ($quick_least) {
            void *const thread = PyEval_SaveThread();
            status = ${layer}_${f}_$t($quick_data, eps, a.outer, a.channels, a.inner, threads > BNSYM_MOST_THREADS ? BNSYM_MOST_THREADS : (int)threads);
            PyEval_RestoreThread(thread);
        }
    }
    release(&a);
    return PyLong_FromLong(status);
}
#endif
//// HEADER
/* $layer in C: see $layer.c, and ${layer}_c.py for the meaning of the arguments. */
#ifndef BNSYM_HEADER_$layer
#define BNSYM_HEADER_$layer

#include <stddef.h>

/* Arrays are contiguous, (outer, channels, inner), and share no memory.  A fast pass returns 0, or 1 where its
   results are not to be used, since values lie beyond it: then the plain pass is to be called.  That returns
   0, or 2 where there is no memory. */
$prototypes

#endif
//// UNIT
#if !defined(BNSYM_UNIT) || defined(BNSYM_${f}_$t)
$body
#endif
