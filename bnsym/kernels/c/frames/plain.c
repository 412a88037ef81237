//// PLAIN
/* The plan's steps as they stand, in float64: for layers and values that the fast passes do not take. */
EXPORT int ${layer}_${f}_plain_$t($plain_arguments, double eps, ptrdiff_t outer, ptrdiff_t channels, ptrdiff_t inner)
{
    const double N = (double)outer * (double)inner, C = (double)channels;
    const size_t rows = (size_t)(outer * inner);
    double *const scratch = calloc($plain_scratch + 1, sizeof(double));
    double *next = scratch;
    (void)N, (void)C, (void)eps, (void)rows;
    if (scratch == NULL)
        return 2;
    $plain_arrays
    $plain_steps
    $plain_written
    free(scratch);
    return 0;
}
//// EVERYWHERE
for (ptrdiff_t o = 0; o < outer; o++)
    for (ptrdiff_t c = 0; c < channels; c++)
        for (ptrdiff_t i = 0; i < inner; i++) {
            const ptrdiff_t n = o * inner + i, at = (o * channels + c) * inner + i;
            (void)n, (void)at;
            $body
        }
