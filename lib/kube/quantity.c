#include "kube/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/unit.h"

static double parse(const char *text)
{
    static const struct {
        const char *suffix;
        double factor;
    } suffixes[] = {{"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},   {"k", 1e3},     {"M", 1e6},
                    {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},   {"Ki", 0x1p10}, {"Mi", 0x1p20},
                    {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60}};
    size_t len = strspn(text, "+-.0123456789");
    if (!len || len > 40 || strpbrk(text, "xX"))
        return NAN;
    char *end = NULL;
    double value = strtod(text, &end);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (end != text && strcmp(suffixes[i].suffix, end) == 0 && isfinite(value))
            return value * suffixes[i].factor;
    return NAN;
}

double kube_quantity(const node_t *quantity)
{
    const char *text = node_text(quantity);
    return text ? parse(text) : node_value(quantity);
}

void kube_quantity_print(struct str *s, const char *resource, double amount)
{
    if (isnan(amount))
        str_add(s, "-");
    else if (strstr(resource, "memory") || strstr(resource, "storage") || str_starts(resource, "hugepages"))
        bytes_print(s, amount);
    else
        str_addf(s, "%.10g", num_round(amount * 1000) / 1000);
}

static double of_container(const node_t *container, const char *resource)
{
    const node_t *asked = node_get(node_at(container, "/resources/requests"), resource);
    double amount = kube_quantity(asked ? asked : node_get(node_at(container, "/resources/limits"), resource));
    return isnan(amount) ? 0 : amount;
}

static double sum(const node_t *containers, const char *resource)
{
    double all = 0;
    for (const node_t *one = node_first(containers); one; one = node_next(one))
        all += of_container(one, resource);
    return all;
}

double kube_pod_asks(const node_t *pod, const char *resource)
{
    double sidecars = 0, start = 0;
    if (strcmp(resource, "pods") == 0)
        return 1;
    for (const node_t *one = node_first(node_at(pod, "/spec/initContainers")); one; one = node_next(one)) {
        double its = of_container(one, resource);
        if (strcmp(node_str(one, "/restartPolicy", ""), "Always") == 0)
            sidecars += its;
        else
            start = num_max(start, sidecars + its);
    }
    double overhead = kube_quantity(node_get(node_at(pod, "/spec/overhead"), resource));
    return num_max(sidecars + sum(node_at(pod, "/spec/containers"), resource), start) + (isnan(overhead) ? 0 : overhead);
}

bool kube_pod_holds(const node_t *pod)
{
    const char *phase = node_str(pod, "/status/phase", "");
    return *node_str(pod, "/spec/nodeName", "") && strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0;
}

double kube_node_offers(const node_t *node, const char *resource)
{
    double amount = kube_quantity(node_get(node_at(node, "/status/allocatable"), resource));
    return isnan(amount) ? 0 : amount;
}
