//// ROWS
typedef struct {
    const ${f}_arguments_$t *a;
    ptrdiff_t begin, end;
    double *total;
    $T *lanes;
    int status;
} ${f}_rows_task_$t;

$crossing_block

$rows_pass

static int ${f}_all_rows_$t(const ${f}_arguments_$t *a, int threads)
{
    ${f}_rows_task_$t tasks[BNSYM_MOST_THREADS];
    int status = 0;
    if (threads > a->outer)
        threads = (int)a->outer;
    $crossing_memory
    for (int k = 0; k < threads; k++) {
        tasks[k].a = a;
        tasks[k].begin = a->outer * k / threads;
        tasks[k].end = a->outer * (k + 1) / threads;
        $crossing_given
    }
    run_tasks(${f}_rows_$t, (char *)tasks, sizeof *tasks, threads);
    for (int k = 0; k < threads; k++)
        status |= tasks[k].status;
    $crossing_end
    return status;
}
//// ROWS_AGAIN
if (status & 2) {
    for (int k = 0; k < rows; k++) {
        const ptrdiff_t at = (row + k) * n;
        const $T near = w->shift[k] = w->centre[k];
        ${f}_lanes_$t s = {0};
        ${f}_run_sums_$t($run_at, n, near, &s);
        ${f}_totals_$t(&s, w, k);
    }
    status = ${f}_finish_$t(a, w, rows, row);
}
//// CROSSING_BLOCK: Rows together, since a sum along the rows is kept a column.
static inline __attribute__((always_inline)) V_$t ${f}_block_$t($run_parameters, $T *restrict out, ptrdiff_t n, int rows, const ${f}_work_$t *w, int first, $cross_parameters, int past_caches, V_$t check)
{
    const ptrdiff_t L = LANES_$t;
    const ptrdiff_t whole = n < L ? 0 : n;
    ptrdiff_t c = 0;
    past_caches = past_caches && n % L == 0 && (uintptr_t)out % (L * sizeof($T)) == 0;
    for (; c + L <= whole; c += L) {
        $cross_lanes
        $block_parameters
#pragma GCC unroll 8
        for (int k = 0; k < rows; k++) {
            const ptrdiff_t i = k * n + c;
            $block_coefficients
            $block_centre
            const V_$t y = $output;
            if (past_caches)
                stream_$t(out + i, y);
            else
                store_$t(out + i, y);
            check += y - y;
            $cross_added
        }
        $cross_back
    }
    for (; c < n; c++) {
        $scalar_cross_lanes
        $scalar_block_parameters
        for (int k = 0; k < rows; k++) {
            const ptrdiff_t i = k * n + c;
            $block_coefficients
            $scalar_block_centre
            const $T y = $output;
            out[i] = y;
            check += y - y;
            $cross_added
        }
        $scalar_cross_back
    }
    return check;
}
//// CROSSING_OUTPUT
for (int first = 0; first < rows; first += CROSSED_ROWS) {
    const ptrdiff_t at = (row + first) * n;
    if (first + CROSSED_ROWS <= rows)
        check = ${f}_block_$t($run_at, a->out + at, n, CROSSED_ROWS, w, first, $cross_arguments, a->past_caches, check);
    else
        check = ${f}_block_$t($run_at, a->out + at, n, rows - first, w, first, $cross_arguments, a->past_caches, check);
}
additions += BLOCK_ROWS;
if (additions >= FLUSH || row + BLOCK_ROWS >= task->end) {
    for (ptrdiff_t k = 0; k < $cross_count * n; k++)
        task->total[k] += task->lanes[k], task->lanes[k] = 0;
    additions = 0;
}
//// CROSSING_END
for (ptrdiff_t c = 0; c < a->channels; c++) {
    $ends_loaded
    for (int k = 0; k < threads; k++) {
        const double *total = tasks[k].total;
        $ends_gathered
    }
    /* formulas */
    $ends
    /* end of formulas */
    $ends_stored
}
free(scratch);

//// ROWS_PASS: blocks of rows; what crosses them is added up a column
static void *${f}_rows_$t(void *given)
{
    ${f}_rows_task_$t *task = given;
    const ${f}_arguments_$t *a = task->a;
    const ptrdiff_t n = a->channels;
    $work_block
    V_$t check = {0};
    int beyond = 0;
    $crossing_begin
    for (ptrdiff_t row = task->begin; row < task->end; row += BLOCK_ROWS) {
        const int rows = (int)(task->end - row < BLOCK_ROWS ? task->end - row : BLOCK_ROWS);
        $rows_prepare
        for (int k = 0; k < rows; k++) {
            const ptrdiff_t at = (row + k) * n;
            $near_of_row
            ${f}_lanes_$t s = {0};
            ${f}_run_sums_$t($run_at, n, near, &s);
            ${f}_totals_$t(&s, w, k);
        }
        int status = ${f}_finish_$t(a, w, rows, row);
        $rows_again
        beyond |= status & 1;
        $rows_output
    }
    if (a->past_caches)
        FENCE();
    task->status = beyond || !finite_$t(check);
    return NULL;
}
//// ROWS_BOTH: one block of rows is written while the next one is summed: reading and writing overlap
static void *${f}_rows_$t(void *given)
{
    ${f}_rows_task_$t *task = given;
    const ${f}_arguments_$t *a = task->a;
    const ptrdiff_t n = a->channels;
    $work_two_blocks
    V_$t check = {0};
    int beyond = 0, written = 0;
    for (ptrdiff_t row = task->begin; row < task->end + BLOCK_ROWS; row += BLOCK_ROWS) {
        const int left = (int)(task->end - row);
        const int rows = left < 0 ? 0 : left < BLOCK_ROWS ? left : BLOCK_ROWS;
        const ${f}_work_$t *w = both + row / BLOCK_ROWS % 2, *last = both + (row / BLOCK_ROWS + 1) % 2;
        $rows_prepare
        for (int k = 0; k < rows; k++) {
            const ptrdiff_t at = (row + k) * n, at_last = (row - BLOCK_ROWS + k) * n;
            $near_of_row
            ${f}_lanes_$t s = {0};
            if (k < written) {
                $coefficients_of_last
                check = ${f}_run_both_$t($run_at_last, a->out + at_last, $coefficient_names, $run_at, near, &s, n, a->past_caches, check);
            } else {
                ${f}_run_sums_$t($run_at, n, near, &s);
            }
            ${f}_totals_$t(&s, w, k);
        }
        for (int k = rows; k < written; k++) {
            const ptrdiff_t at_last = (row - BLOCK_ROWS + k) * n;
            $coefficients_of_last
            check = ${f}_run_output_$t($run_at_last, a->out + at_last, 0, n, $coefficient_names, a->past_caches, check);
        }
        int status = ${f}_finish_$t(a, w, rows, row);
        $rows_again
        beyond |= status & 1;
        written = rows;
    }
    if (a->past_caches)
        FENCE();
    task->status = beyond || !finite_$t(check);
    return NULL;
}
