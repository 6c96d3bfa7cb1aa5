#include <check.h>
#include <dlfcn.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local/energy.h"
#include "local/gpu.h"
#include "local/vitals.h"
#include "scratch.h"
#include "suites.h"

DEFINE_CLEANUP_PTR(struct energy, energy_free)
DEFINE_CLEANUP_PTR(struct meter, meter_free)
DEFINE_CLEANUP_PTR(struct gpus, gpus_free)

static char *folder;

static void begin(void) { folder = scratch_new(); }
static void end(void) { scratch_end(folder); }

static void zone(const char *entry, const char *name, const char *uj)
{
    AUTOFREE char *name_file = xasprintf("%s/name", entry);
    AUTOFREE char *uj_file = xasprintf("%s/energy_uj", entry);
    AUTOFREE char *range_file = xasprintf("%s/max_energy_range_uj", entry);
    AUTOFREE char *line = xasprintf("%s\n", name);
    scratch_write(folder, name_file, line);
    scratch_write(folder, uj_file, uj);
    scratch_write(folder, range_file, "1000000000\n");
}

static void cpu(long busy, long idle)
{
    AUTOFREE char *text = xasprintf("cpu  %ld 0 0 %ld 0 0 0 0 0 0\ncpu0 1 2 3\n", busy, idle);
    scratch_write(folder, "stat", text);
}

static struct energy *start(double idle_watts, double max_watts)
{
    AUTOFREE char *stat = path_join(folder, "stat");
    return energy_new(
        &(struct energy_settings){.idle_watts = idle_watts, .max_watts = max_watts, .powercap = folder, .proc_stat = stat});
}

/* An interval must be longer than a tick. */
static struct energy_interval sample(struct energy *energy)
{
    usleep(30000);
    return energy_sample(energy);
}

START_TEST(rapl_counts_packages_and_memory_once)
{
    zone("intel-rapl:0", "package-0", "999000000\n");
    zone("intel-rapl:0:0", "core", "5000000\n");
    zone("intel-rapl:0:1", "dram", "1000000\n");
    zone("intel-rapl:1", "psys", "77000000\n");
    zone("intel-rapl-mmio:0", "package-0", "999000000\n");
    cpu(0, 0);
    CLEANUP(energy_free) struct energy *energy = start(0, 0);
    ck_assert_str_eq(energy_last(energy)->source, "rapl");
    ck_assert(!energy_last(energy)->is_estimated);
    ck_assert_uint_eq(energy_last(energy)->zone_count, 2);

    /* The package's counter began again: 1 J to its end, 2 J after it. */
    zone("intel-rapl:0", "package-0", "2000000\n");
    zone("intel-rapl:0:1", "dram", "1500000\n");
    zone("intel-rapl:1", "psys", "99000000\n");
    struct energy_interval interval = sample(energy);
    ck_assert_double_eq_tol(interval.joules, 3.5, 1e-9);
    ck_assert_double_eq_tol(energy_last(energy)->joules, 3.5, 1e-9);
    ck_assert_str_eq(energy_last(energy)->zones[1].name, "dram-0");
    ck_assert_double_eq_tol(energy_last(energy)->watts, 3.5 / interval.seconds, 1e-6);
}
END_TEST

START_TEST(the_model_follows_utilisation)
{
    cpu(100, 100);
    CLEANUP(energy_free) struct energy *energy = start(10, 30);
    const struct energy_reading *reading = energy_last(energy);
    ck_assert_str_eq(reading->source, "model");
    ck_assert(reading->is_estimated && !reading->is_default && isnan(reading->watts));
    cpu(125, 175);
    struct energy_interval interval = sample(energy);
    ck_assert_double_eq_tol(reading->watts, 15, 1e-6);
    ck_assert_double_eq_tol(interval.idle_joules, 10 * interval.seconds, 1e-9);
    ck_assert_double_eq_tol(interval.busy_s, 0.25, 1e-9);
    ck_assert_double_eq_tol(interval.capacity_s, 1, 1e-9);
    struct energy_interval again = energy_sample(energy);
    ck_assert(again.seconds == 0);
}
END_TEST

START_TEST(undeclared_watts_are_said_to_be)
{
    cpu(0, 0);
    CLEANUP(energy_free) struct energy *energy = start(0, 30);
    ck_assert(energy_last(energy)->is_default && energy_last(energy)->idle_watts > 0);
}
END_TEST

START_TEST(shares_add_up)
{
    struct energy_interval interval = {.seconds = 10, .joules = 200, .idle_joules = 100, .busy_s = 8, .capacity_s = 20};
    ck_assert_double_eq_tol(energy_share(&interval, 8), 100 * 8.0 / 20 + 100, 1e-9);
    ck_assert_double_eq_tol(energy_share(&interval, 2) + energy_share(&interval, 6), energy_share(&interval, 8), 1e-9);
    ck_assert_double_eq_tol(energy_share(&interval, 0), 0, 1e-9);
    ck_assert_double_eq_tol(energy_share(&interval, 100), 200, 1e-9);
    struct energy_interval none = {0};
    ck_assert_double_eq_tol(energy_share(&none, 1), 0, 1e-9);
}
END_TEST

START_TEST(workloads_get_what_they_used)
{
    cpu(0, 0);
    AUTOFREE char *stat = path_join(folder, "stat");
    struct energy_settings settings = {.idle_watts = 10, .max_watts = 10, .powercap = folder, .proc_stat = stat};
    struct vitals *vitals = vitals_new(&settings, NULL);
    struct workload *job = vitals_workload(vitals, "job", "a");
    ck_assert_ptr_eq(job, vitals_workload(vitals, "job", "a"));
    workload_started(job, 0x7ffffff0);
    workload_ended(job, 0x7ffffff0, 0.5);
    cpu(50, 50);
    usleep(30000);
    vitals_sample(vitals);
    struct usage usage = workload_usage(job);
    ck_assert_double_eq_tol(usage.cpu_s, 0.5, 1e-9);
    CLEANUP(str_release) struct str s = STR_INIT;
    vitals_print(vitals, &s);
    ck_assert_ptr_nonnull(strstr(s.buf, "aiwf_process_cpu_seconds_total{kind=\"job\",name=\"a\"} 0.5\n"));
    ck_assert_ptr_nonnull(strstr(s.buf, "aiwf_workload_energy_joules_total{kind=\"job\",name=\"a\",source=\"model\"} "));
    ck_assert_ptr_nonnull(strstr(s.buf, "aiwf_energy_joules_total{source=\"model\",zone=\"machine\",estimated=\"true\"} "));
    ck_assert(usage.energy_j > 0 && usage.energy_j < 10);
    workload_forget(job);
    str_reset(&s);
    vitals_print(vitals, &s);
    ck_assert_ptr_null(strstr(s.buf, "name=\"a\""));
    vitals_free(vitals);
}
END_TEST

START_TEST(without_the_library_there_are_no_gpus)
{
    CLEANUP(gpus_free) struct gpus *gpus = gpus_open();
    CLEANUP(meter_free) struct meter *meter = meter_new();
    gpus_register(gpus, meter);
    CLEANUP(str_release) struct str s = STR_INIT;
    meter_print(meter, &s);
    ck_assert(gpus_count(gpus) > 0 || s.len == 0);
}
END_TEST

/* testdata/nvml/fake_nvml.c stands for the driver's library. */
START_TEST(gpus_have_dcgm_names)
{
    AUTOFREE char *library = path_join(folder, "libnvidia-ml.so.1");
    AUTOFREE char *build = xasprintf("cc -shared -fPIC -o %s -Wl,-soname,libnvidia-ml.so.1 testdata/nvml/fake_nvml.c", library);
    ck_assert_int_eq(system(build), 0);
    ck_assert_ptr_nonnull(dlopen(library, RTLD_NOW)); /* found again by its soname */
    CLEANUP(gpus_free) struct gpus *gpus = gpus_open();
    ck_assert_uint_eq(gpus_count(gpus), 2);
    CLEANUP(meter_free) struct meter *meter = meter_new();
    gpus_register(gpus, meter);
    CLEANUP(str_release) struct str s = STR_INIT;
    meter_print(meter, &s);
    static const char *const expected[] = {
        "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n",
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",UUID=\"GPU-fake-0\",device=\"nvidia0\",modelName=\"Fake GPU\",hostname=\"",
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",UUID=\"GPU-fake-1\",device=\"nvidia1\",",
        "# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter\n",
        "\"} 4096\n",     /* FB_USED, MiB */
        "\"} 250.5\n",    /* POWER_USAGE, W */
        "\"} 123456789\n" /* TOTAL_ENERGY_CONSUMPTION, mJ */
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++)
        ck_assert_msg(strstr(s.buf, expected[i]) != NULL, "%s is not in\n%s", expected[i], s.buf);
    /* The second one cannot say its power. */
    ck_assert_ptr_null(strstr(s.buf, "DCGM_FI_DEV_POWER_USAGE{gpu=\"1\""));
}
END_TEST

Suite *suite_local_energy(void)
{
    Suite *suite = suite_create("local_energy");
    TCase *tcase = tcase_create("energy");
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, rapl_counts_packages_and_memory_once);
    tcase_add_test(tcase, the_model_follows_utilisation);
    tcase_add_test(tcase, undeclared_watts_are_said_to_be);
    tcase_add_test(tcase, shares_add_up);
    tcase_add_test(tcase, workloads_get_what_they_used);
    tcase_add_test(tcase, without_the_library_there_are_no_gpus);
    tcase_add_test(tcase, gpus_have_dcgm_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
