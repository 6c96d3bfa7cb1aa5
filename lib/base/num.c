#include "base/num.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>

#include "base/dl.h"

double num_min(double a, double b) { return a < b || isnan(b) ? a : b; }

double num_max(double a, double b) { return a > b || isnan(b) ? a : b; }

bool num_is_whole(double value) { return !isnan(value) && (fabs(value) >= 0x1p53 || value == (double)(int64_t)value); }

/* clang-format off */
#define OF_ONE(X) X(ceil) X(floor) X(round) X(exp) X(exp2) X(log) X(log2) X(log10) X(sqrt)
#define OF_TWO(X) X(pow) X(fmod) X(atan2)

#define MEMBER_OF_ONE(name) double (*name)(double value);
#define MEMBER_OF_TWO(name) double (*name)(double a, double b);
struct libm { OF_ONE(MEMBER_OF_ONE) OF_TWO(MEMBER_OF_TWO) };

#define SYMBOL(name) DL_SYMBOL(struct libm, name, #name),
static const struct dl_symbol symbols[] = { OF_ONE(SYMBOL) OF_TWO(SYMBOL) {0} };
/* clang-format on */

static struct libm functions;

static void bind(void)
{
    static const char *const sonames[] = {"libm.so.6", NULL};
    static struct dl_library library = {.sonames = sonames, .package = "libc6", .symbols = symbols, .table = &functions};
    dl_need(&library);
}

/* Threads compute, too. */
static const struct libm *libm(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, bind);
    return &functions;
}

#define CALL_OF_ONE(name) \
    double num_##name(double value) { return libm()->name(value); }
#define CALL_OF_TWO(name) \
    double num_##name(double a, double b) { return libm()->name(a, b); }
OF_ONE(CALL_OF_ONE)
OF_TWO(CALL_OF_TWO)
