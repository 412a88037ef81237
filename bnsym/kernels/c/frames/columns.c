//// COLUMNS
$rows_sums

static inline __attribute__((always_inline)) V_$t ${f}_rows_output_$t($run_parameters, $T *restrict out, ptrdiff_t stride, int rows, ptrdiff_t width, $column_parameters, int past_caches, V_$t check)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t w = 0;
    if (past_caches)
        for (; w + L <= width; w += L) {
            $column_coefficients
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++) {
                const ptrdiff_t i = r * stride + w;
                $vector_centre
                const V_$t y = $output;
                stream_$t(out + i, y);
                check += y - y;
            }
        }
    for (; w + L <= width; w += L) {
        $column_coefficients
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $vector_centre
            const V_$t y = $output;
            store_$t(out + i, y);
            check += y - y;
        }
    }
    if (w < width && width >= L) {
        w = width - L;
        $column_coefficients
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $vector_centre
            const V_$t y = $output;
            store_$t(out + i, y);
            check += y - y;
        }
        w = width;
    }
    for (; w < width; w++) {
        $scalar_column_coefficients
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $scalar_centre
            const $T y = $output;
            out[i] = y;
            check += y - y;
        }
    }
    return check;
}

typedef struct {
    const ${f}_arguments_$t *a;
    const ${f}_work_$t *columns;
    ptrdiff_t begin, end, first, stride, width, left;
    double *total;
    $T *lanes;
    int status;
} ${f}_columns_task_$t;

$sums_tasks

static void *${f}_columns_output_$t(void *given)
{
    ${f}_columns_task_$t *task = given;
    const ${f}_arguments_$t *a = task->a;
    const ptrdiff_t stride = task->stride, width = task->width;
    const ${f}_work_$t *w = task->columns;
    /* Stores past the caches want aligned places: rows without a gap are read as one, from such a place on. */
    const int past_caches = a->past_caches && width % LANES_$t == 0 && stride == width && task->begin < task->end;
    ptrdiff_t r = task->begin, head = 0;
    V_$t check = {0};
    if (past_caches) {
        head = (ptrdiff_t)((-(uintptr_t)(a->out + r * stride) / sizeof($T)) % (size_t)LANES_$t);
        const ptrdiff_t at = r * stride;
        check = ${f}_rows_output_$t($run_at, a->out + at, stride, 1, head, $column_arguments, 0, check);
    }
    const ptrdiff_t last = past_caches && head ? task->end - 1 : task->end;
    for (; r + BLOCK_ROWS <= last; r += BLOCK_ROWS) {
        const ptrdiff_t at = r * stride + task->first + head;
        check = ${f}_rows_output_$t($run_at, a->out + at, stride, BLOCK_ROWS, width, $column_arguments_from, past_caches, check);
    }
    for (; r < last; r++) {
        const ptrdiff_t at = r * stride + task->first + head;
        check = ${f}_rows_output_$t($run_at, a->out + at, stride, 1, width, $column_arguments_from, past_caches, check);
    }
    for (; r < task->end; r++) {
        const ptrdiff_t at = r * stride + task->first + head;
        check = ${f}_rows_output_$t($run_at, a->out + at, stride, 1, width - head, $column_arguments_from, 0, check);
    }
    if (task->left) {
        const ptrdiff_t at = r * stride + task->first;
        check = ${f}_rows_output_$t($run_at, a->out + at, stride, 1, task->left, $column_arguments, 0, check);
    }
    if (a->past_caches)
        FENCE();
    task->status = !finite_$t(check);
    return NULL;
}

/* Rows are folded until they are as wide as the lanes, and wide ones are cut; `scratch` is one allocation. */
static int ${f}_all_columns_$t(const ${f}_arguments_$t *a, int threads)
{
    const ptrdiff_t unit = a->channels * a->inner, L = LANES_$t;
    ptrdiff_t fold = 1;
    if (unit < 4 * L || (unit % L && unit < 32 * L))
        while (fold < a->outer && fold < 16 * L && (fold * unit % L || fold * unit < 4 * L))
            fold++;
    const ptrdiff_t most = fold > 1 || a->inner > 1 ? a->channels : 2048;
    const ptrdiff_t group = most < a->channels ? most : a->channels, width = fold * group * a->inner;
    const int same = fold == 1 && a->inner == 1;
    if (threads > a->outer / fold)
        threads = (int)(a->outer / fold);
    char *scratch = malloc(((size_t)width + 64) * ($scratch_bytes + 16 * $column_arrays) + (size_t)group * $work_bytes + (size_t)threads * (size_t)width * $lane_bytes + 4096);
    if (scratch == NULL)
        return 1;
    char *next = scratch;
    ${f}_work_$t work, columns;
    $work_arrays
    ${f}_columns_task_$t tasks[BNSYM_MOST_THREADS];
    int status = 0;
    for (ptrdiff_t c = 0; c < a->channels; c += group) {
        const ptrdiff_t channels = c + group <= a->channels ? group : a->channels - c;
        for (int k = 0; k < threads; k++) {
            ${f}_columns_task_$t *task = tasks + k;
            task->a = a, task->columns = &columns, task->first = c * a->inner, task->stride = fold * unit;
            task->width = fold * channels * a->inner;
            task->begin = a->outer / fold * k / threads, task->end = a->outer / fold * (k + 1) / threads;
            task->left = k == threads - 1 ? a->outer % fold * unit : 0;
        }
        $columns_passes
        run_tasks(${f}_columns_output_$t, (char *)tasks, sizeof *tasks, threads);
        for (int k = 0; k < threads; k++)
            status |= tasks[k].status;
    }
    free(scratch);
    return status;
}
//// SUMS_TASKS
static void *${f}_columns_sums_$t(void *given)
{
    ${f}_columns_task_$t *task = given;
    const ${f}_arguments_$t *a = task->a;
    const ptrdiff_t stride = task->stride, width = task->width;
    const $T *shift = task->columns->$near_name;
    $lane_arrays
    int additions = 0;
    ptrdiff_t r = task->begin;
    for (ptrdiff_t k = 0; k < $sum_count * width; k++)
        task->lanes[k] = 0, task->total[k] = 0;
    for (; r < task->end; r += BLOCK_ROWS) {
        const ptrdiff_t at = r * stride + task->first;
        if (r + BLOCK_ROWS <= task->end)
            ${f}_rows_sums_$t($run_at, stride, BLOCK_ROWS, width, shift, $lane_arguments);
        else
            ${f}_rows_sums_$t($run_at, stride, (int)(task->end - r), width, shift, $lane_arguments);
        additions += BLOCK_ROWS;
        if (additions >= FLUSH || r + BLOCK_ROWS >= task->end) {
            for (ptrdiff_t k = 0; k < $sum_count * width; k++)
                task->total[k] += task->lanes[k], task->lanes[k] = 0;
            additions = 0;
        }
    }
    if (task->left) {
        const ptrdiff_t at = task->end * stride + task->first;
        ${f}_rows_sums_$t($run_at, stride, 1, task->left, shift, $lane_arguments);
        for (ptrdiff_t k = 0; k < $sum_count * width; k++)
            task->total[k] += task->lanes[k];
    }
    return NULL;
}
//// COLUMNS_SUMS
$columns_near
for (int again = 0;; again++) {
    $spread_near
    for (int k = 0; k < threads; k++) {
        tasks[k].total = (double *)totals + (size_t)k * $sum_count * (size_t)width;
        tasks[k].lanes = ($T *)lanes + (size_t)k * $sum_count * (size_t)width;
    }
    run_tasks(${f}_columns_sums_$t, (char *)tasks, sizeof *tasks, threads);
    for (ptrdiff_t i = 0; i < channels; i++) {
        $cleared
    }
    for (int k = 0; k < threads; k++) {
        const double *total = tasks[k].total;
        const ptrdiff_t all = tasks[k].width;
        if (same) {
            for (ptrdiff_t i = 0; i < channels; i++) {
                $gathered
            }
        } else {
            for (ptrdiff_t j = 0; j < all; j++) {
                const ptrdiff_t i = j / a->inner % channels;
                $gathered_folded
            }
        }
    }
    const int found = ${f}_finish_$t(a, &work, channels, c);
    if (!(found & 2) || again) {
        status |= found & 1;
        break;
    }
    $columns_again
}
//// ROWS_SUMS
/* Columns side by side: `width` of them, in `rows` rows that lie `stride` apart. */
static inline __attribute__((always_inline)) void ${f}_rows_sums_$t($run_parameters, ptrdiff_t stride, int rows, ptrdiff_t width, const $T *shift, $lane_parameters)
{
    const ptrdiff_t L = LANES_$t;
    ptrdiff_t w = 0;
    (void)shift;
    for (; w + L <= width; w += L) {
        $column_near
        $column_lanes
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $vector_near
            $column_added
        }
        $column_back
    }
    if (w < width && width >= L) {
        const ptrdiff_t kept = width - w;
        w = width - L;
        $column_near
        const V_$t fill = (V_$t){0} + near, zero = {0};
        (void)fill, (void)zero;
        $column_lanes
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $last_near
            $column_added
        }
        $column_back
        w = width;
    }
    for (; w < width; w++) {
        $scalar_column_near
        for (int r = 0; r < rows; r++) {
            const ptrdiff_t i = r * stride + w;
            $scalar_near
            $scalar_column_added
        }
    }
}
//// ESTIMATE: As for runs: the mean of the first rows, of which there are at least the root of their number.
static void ${f}_columns_estimate_$t(const ${f}_arguments_$t *a, $T *shift, ptrdiff_t channels, ptrdiff_t c, double *sum)
{
    const ptrdiff_t unit = a->channels * a->inner;
    ptrdiff_t rows = (ptrdiff_t)sqrt((double)a->outer * (double)a->inner) / a->inner + 16;
    if (rows > a->outer)
        rows = a->outer;
    for (ptrdiff_t i = 0; i < channels; i++)
        sum[i] = 0;
    for (ptrdiff_t r = 0; r < rows; r++) {
        const $T *row = a->$shifted + r * unit + c * a->inner;
        if (a->inner == 1)
            for (ptrdiff_t i = 0; i < channels; i++)
                sum[i] += row[i];
        else
            for (ptrdiff_t i = 0; i < channels; i++)
                for (ptrdiff_t k = 0; k < a->inner; k++)
                    sum[i] += row[i * a->inner + k];
    }
    for (ptrdiff_t i = 0; i < channels; i++)
        shift[i] = ($T)(sum[i] / ((double)rows * (double)a->inner));
}
