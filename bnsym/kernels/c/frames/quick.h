/* ---- CPython's way in, without its headers: the buffer protocol of its stable ABI ---- */

#if defined(BNSYM_QUICK)
typedef struct {
    void *buf, *obj;
    ptrdiff_t len, itemsize;
    int readonly, ndim;
    char *format;
    ptrdiff_t *shape, *strides, *suboffsets;
    void *internal;
} buffer;
extern int PyObject_GetBuffer(void *, buffer *, int);
extern void PyBuffer_Release(buffer *), PyErr_Clear(void), PyEval_RestoreThread(void *);
extern void *PyLong_FromLong(long), *PyErr_Occurred(void), *PyEval_SaveThread(void);
extern double PyFloat_AsDouble(void *);
extern ptrdiff_t PyLong_AsSsize_t(void *);
#define READABLE 0x3c  /* PyBUF_C_CONTIGUOUS | PyBUF_FORMAT */
#define MOST_ARRAYS 16

typedef struct {
    buffer held[MOST_ARRAYS];
    double *widened[MOST_ARRAYS];
    void *data[MOST_ARRAYS];
    int count;
    ptrdiff_t outer, channels, inner;
} arrays;

static void release(arrays *a)
{
    for (int k = 0; k < a->count; k++) {
        free(a->widened[k]);
        PyBuffer_Release(&a->held[k]);
    }
}

static int is_type(const buffer *b, char type) { return b->format[0] == type && b->format[1] == 0; }

/* One value a channel or row, of this count, in float64: as it is, or widened. */
static int take_wide(arrays *a, int k, ptrdiff_t count, int nonnegative)
{
    const buffer *b = &a->held[k];
    const size_t bytes = (size_t)count * sizeof(double);
    if (b->len / b->itemsize != count || !(is_type(b, 'd') || is_type(b, 'f')))
        return 0;
    if (is_type(b, 'f')) {
        if ((a->widened[k] = malloc(bytes)) == NULL)
            return 0;
        for (ptrdiff_t i = 0; i < count; i++)
            a->widened[k][i] = ((const float *)b->buf)[i];
        a->data[k] = a->widened[k];
    }
    const double *values = a->data[k];
    int fits = 1;
    for (ptrdiff_t i = 0; i < count && nonnegative; i++)
        fits &= values[i] >= 0;
    return fits;
}

static int all_finite(const buffer *b)
{
    int finite = 1;
    if (is_type(b, 'f'))
        for (ptrdiff_t i = 0; i < b->len / 4; i++)
            finite &= fabsf(((const float *)b->buf)[i]) <= 3.4028234e38f;
    else
        for (ptrdiff_t i = 0; i < b->len / 8; i++)
            finite &= fabs(((const double *)b->buf)[i]) <= 1.7976931348623157e308;
    return finite;
}

/* The arrays of a call by their kinds: s like x, o like x and written, p one of x's type a channel, g and n
   float64 a statistic (n: none below 0), k the same and written, r one of x's type a channel and written.
   0 for whatever a call is not usually: the slower way then says what it is, or takes it. */
static int take(arrays *a, void *const *given, const char *kinds, char type, ptrdiff_t axis, int by_rows)
{
    for (int k = 0; kinds[k]; k++) {
        const int written = kinds[k] == 'o' || kinds[k] == 'k' || kinds[k] == 'r';
        if (PyObject_GetBuffer(given[k], &a->held[k], READABLE | written)) {
            PyErr_Clear();
            return 0;
        }
        a->widened[k] = NULL;
        a->data[k] = a->held[k].buf;
        a->count = k + 1;
        if ((uintptr_t)a->held[k].buf % (uintptr_t)a->held[k].itemsize)
            return 0;
    }
    const buffer *x = &a->held[0];
    axis += axis < 0 ? x->ndim : 0;
    if (x->ndim < 2 || axis < 0 || axis >= x->ndim || x->len == 0)
        return 0;
    a->outer = a->inner = 1, a->channels = x->shape[axis];
    for (int d = 0; d < x->ndim; d++) {
        a->outer *= d < axis ? x->shape[d] : 1;
        a->inner *= d > axis ? x->shape[d] : 1;
    }
    for (int k = 0; kinds[k] == 's' || kinds[k] == 'o'; k++)
        for (int out = 0; kinds[k] == 's' && kinds[out]; out++)
            if (kinds[out] == 'o' && (char *)a->data[k] < (char *)a->data[out] + a->held[out].len
                && (char *)a->data[out] < (char *)a->data[k] + a->held[k].len)
                return 0;
    const ptrdiff_t statistics = by_rows ? a->outer * a->inner : a->channels;
    for (int k = 0; kinds[k]; k++) {
        const buffer *b = &a->held[k];
        int fits = 1;
        switch (kinds[k]) {
        case 's':
        case 'o':
            fits = b->ndim == x->ndim && is_type(b, type);
            for (int d = 0; fits && d < x->ndim; d++)
                fits = b->shape[d] == x->shape[d];
            break;
        case 'p':
        case 'r':
            fits = b->ndim == 1 && b->shape[0] == a->channels && is_type(b, type);
            fits = fits && (kinds[k] == 'r' || all_finite(b));
            break;
        default:
            fits = take_wide(a, k, statistics, kinds[k] == 'n');
        }
        if (!fits || (kinds[k] == 'k' && a->widened[k]))
            return 0;
    }
    return 1;
}
#endif
