#include "place/place.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/unit.h"

void place_release(struct place *place)
{
    free(place->on);
    free(place->why);
    free(place->refused);
    *place = (struct place){0};
}

static void add_known(double *sum, double value)
{
    if (!isnan(value))
        *sum = isnan(*sum) ? value : *sum + value;
}

double place_cost(const struct place_measured *measured, int64_t gpus, const struct place_prices *prices)
{
    const double hour_s = 3600, hour_ms = 3.6e6, kwh_j = 3.6e6;
    double gpu_cost = (double)gpus * measured->run_ms / hour_ms * prices->gpu_hour;
    if (gpus && isnan(gpu_cost))
        return NAN;
    double sum = NAN;
    add_known(&sum, measured->cpu_s / hour_s * prices->cpu_hour);
    add_known(&sum, measured->energy_j / kwh_j * prices->kwh);
    if (gpus)
        add_known(&sum, gpu_cost);
    return sum;
}

static void place_name(const struct place_request *request, struct str *s)
{
    if (request->work == PLACE_INFERENCE) {
        str_addf(s, "%s function", request->runtime);
        if (request->scale_min > 0)
            str_addf(s, ", floor %lld", (long long)request->scale_min);
        return;
    }
    str_addf(s, "%s job", request->trainer);
    if (request->gpus)
        str_addf(s, " (%lld GPU%s)", (long long)request->gpus, request->gpus == 1 ? "" : "s");
}

static void rule(const struct place_request *request, struct str *s)
{
    if (request->work == PLACE_INFERENCE) {
        bool to_zero = request->scale_min <= 0;
        str_addf(s, "real-time inference goes serverless%s", to_zero ? ", down to zero when idle" : ", kept warm");
    } else {
        str_addf(s, "%s runs to completion in a container", request->work == PLACE_TRAIN ? "training" : "batch work");
    }
    if (request->is_local)
        str_add(s, "; here: a process");
}

static void experience(const struct place_measured *measured, struct str *s)
{
    if (!measured->at)
        return;
    str_add(s, "; measured ");
    if (!isnan(measured->run_ms)) {
        duration_print(s, (int64_t)measured->run_ms);
        str_addc(s, ' ');
    }
    str_addf(s, "%s ago", measured->at);
}

static char *too_many(int64_t asked, const char *what, int64_t there)
{
    return xasprintf("it asks for %lld %s%s, and there %s %lld", (long long)asked, what, asked == 1 ? "" : "s",
                     there == 1 ? "is" : "are", (long long)there);
}

static char *refusal(const struct place_request *request)
{
    const struct place_capacity *capacity = request->capacity;
    if (request->work == PLACE_INFERENCE || !capacity)
        return NULL;
    if (request->gpus > capacity->gpus)
        return too_many(request->gpus, "GPU", capacity->gpus);
    int64_t cores = (int64_t)num_ceil(request->cpus);
    return cores > capacity->cores ? too_many(cores, "core", capacity->cores) : NULL;
}

void place_stage(const struct place_request *request, struct place *ret)
{
    CLEANUP(str_release) struct str on = STR_INIT, why = STR_INIT;
    place_name(request, &on);
    rule(request, &why);
    experience(&request->measured, &why);
    char *refused = refusal(request);
    if (refused)
        str_addf(&why, "; will be refused: %s", refused);
    *ret = (struct place){
        .on = str_detach(&on),
        .why = str_detach(&why),
        .p95_ms = request->measured.p95_ms,
        .cost = place_cost(&request->measured, request->gpus, &request->prices),
        .energy_j = request->measured.energy_j,
        .refused = refused,
    };
}
