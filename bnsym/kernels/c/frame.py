"""The frame of a generated C file: loops, lanes and threads; no formula.

As in the NumPy frame, a line `$name` is filled with as many lines as there are.  The formulas are macros
(FORWARD_SUM_0 and so on) and the body of `..._finish`, both printed from the schedule and read back.
`$T` is the type, `$t` its suffix, `$f` the function's name.
"""

FILE = """\
/* $layer: forward, backward and inference in C.  Generated; regenerate, do not edit.
 *
 * By bnsym $version from: $source
 * sha256 of equations, plan, schedule and theorems: $digest
 *
 * Equations, n over the N rows (all axes but one) and c over the C channels:
 *     $equations
 *
 * The formulas below (macros, and the bodies of ..._finish and ..._plain) were read back from this text and
 * proved to give the equations, for every N and C and as real numbers.  Loops, lanes and threads are tested.
 *     $theorems
 */
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "$layer.h"

#define EXPORT __attribute__((visibility("default")))
#define BLOCK_ROWS 8   /* rows together for one load of what belongs to a channel */
#define FLUSH 32       /* additions to a lane before it is emptied into float64 */
#define POOR 0.75      /* a shift is poor where this share of the sum of squares is its own */

$lanes

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

$functions
"""

# What a function takes, and where it puts what is worked out between its passes.
TYPES = """\
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
"""

PREPARE = """\
/* The centre is the mean that is given, in the type of x. */
static inline void ${f}_prepare_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t n, ptrdiff_t base)
{
    for (ptrdiff_t i = 0; i < n; i++)
        w->centre[i] = ($T)a->$mean[base + i];
}
"""

# Returns 0, 1 for values beyond the fast passes, 2 for a poor shift.
FINISH = """\
/* What follows from the sums, $each by $each.  1: beyond the fast passes; 2: the shift was poor. */
static int ${f}_finish_$t(const ${f}_arguments_$t *a, const ${f}_work_$t *w, ptrdiff_t n, ptrdiff_t base)
{
    const double N = (double)a->outer * (double)a->inner, C = (double)a->channels, eps = a->eps;
    $pointers
    int beyond = 0, poor = 0;
    (void)N, (void)C, (void)eps;
    for (ptrdiff_t i = 0; i < n; i++) {
        $loaded
        /* formulas */
        $formulas
        /* end of formulas */
        $stored
        $guards
    }
    return poor ? 2 : beyond;
}
"""

RUNS_SUMS = """\
/* Lanes of partial sums over one channel: emptied into float64 every FLUSH additions. */
typedef struct {
    $lane_declared
    int additions;
} ${f}_lanes_$t;

static inline void ${f}_empty_$t(${f}_lanes_$t *s)
{
    const $T zero = 0;
    $T buffer[LANES_$t];
    $emptied
    s->additions = 0;
}

/* One contiguous run of a channel. */
static inline void ${f}_run_sums_$t($run_parameters ptrdiff_t n, $T near, ${f}_lanes_$t *s)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t i = 0;
    if (n < L) {
        for (; i < n; i++) {
            $scalar_loaded
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
#pragma GCC unroll 4
            for (int u = 0; u < 4; u++) {
                $vector_loaded
                $vector_added
            }
        }
        $lane_back
    }
    if (s->additions >= FLUSH)
        ${f}_empty_$t(s);
    s->additions++;
    for (int u = 0; n - i >= L; u++, i += L) {
        $vector_loaded_once
        $vector_added_once
    }
    if (i < n) {
        const ptrdiff_t kept = n - i;
        i = n - L;
        $last_loaded
        $last_added
    }
}
"""

RUN_OUTPUT = """\
/* One run of the output; returns lanes that are 0 where all of it is finite. */
static inline V_$t ${f}_run_output_$t($run_parameters $T *restrict out, ptrdiff_t n, $coefficient_parameters int past_caches, V_$t check)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t i = 0;
    if (n < L) {
        for (; i < n; i++) {
            $scalar_loaded
            const $T y = $output;
            out[i] = y;
            check += (y - y);
        }
        return check;
    }
    if (past_caches) {
        ptrdiff_t head = (ptrdiff_t)((-(uintptr_t)out / sizeof($T)) % (size_t)L);
        if (head) {
            $vector_loaded_head
            const V_$t y = $output;
            store_$t(out, y);
            check += y - y;
        }
        for (i = head; i + L <= n; i += L) {
            $vector_loaded_once
            const V_$t y = $output;
            stream_$t(out + i, y);
            check += y - y;
        }
    } else {
        for (; i + L <= n; i += L) {
            $vector_loaded_once
            const V_$t y = $output;
            store_$t(out + i, y);
            check += y - y;
        }
    }
    if (i < n) {
        i = n - L;
        $vector_loaded_once
        const V_$t y = $output;
        store_$t(out + i, y);
        check += y - y;
    }
    return check;
}
"""

FINITE = """\
static inline int finite_lanes_$t(V_$t check)
{
    $T buffer[LANES_$t];
    int finite = 1;
    store_$t(buffer, check);
    for (int l = 0; l < LANES_$t; l++)
        finite &= buffer[l] == 0;
    return finite;
}
"""
