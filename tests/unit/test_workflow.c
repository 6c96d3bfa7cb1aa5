#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "place/place.h"
#include "suites.h"
#include "workflow/key.h"
#include "workflow/objects.h"
#include "workflow/spec.h"

static char folder[64];

static void setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/aiwf-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
}

static void teardown(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    dir_remove(folder, &err);
}

static void put(const char *name, const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, name);
    ck_assert_int_eq(file_write_atomic(path, text, strlen(text), 0600, &err), 0);
}

#define TWO                                                                                      \
    "name: w\nstages:\n"                                                                         \
    "- {name: a, kind: batch, command: 'make', env: {X: 1, A: b}, outputs: {data: out/d.csv}}\n" \
    "- {name: b, kind: train, command: 'fit', gpus: 2, timeout: 90, inputs: {data: a.data}, outputs: {model: m}}\n"

static int parse(const char *text, struct workflow *wf, struct err *err)
{
    return workflow_parse(text, strlen(text), "w.yaml", folder, wf, err);
}

START_TEST(a_file_becomes_a_graph)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    ck_assert_msg(parse(TWO, &wf, &err) == 0, "%s", err.what);
    const struct stage *b = &wf.stages[1];
    ck_assert_uint_eq(wf.n, 2);
    ck_assert_str_eq(wf.stages[0].env.v[0], "A=b");
    ck_assert_str_eq(wf.stages[0].env.v[1], "X=1");
    ck_assert_uint_eq(b->needs_n, 1);
    ck_assert_uint_eq(b->needs[0], 0);
    ck_assert_str_eq(b->inputs[0].path, "inputs/data.csv");
    ck_assert_int_eq(b->timeout_ms, 90000);
    ck_assert_int_eq(b->gpus, 2);
    ck_assert(!stage_needs_only_order(b, 0));
    ck_assert(isnan(wf.objectives.p95_ms));
}
END_TEST

START_TEST(the_order_follows_needs)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    const char *text = "name: w\nstages:\n"
                       "- {name: c, kind: batch, command: x, needs: [b, a, a]}\n"
                       "- {name: b, kind: batch, command: x, needs: [a]}\n"
                       "- {name: a, kind: batch, command: x}\n";
    ck_assert_int_eq(parse(text, &wf, &err), 0);
    ck_assert_uint_eq(wf.order[0], 2);
    ck_assert_uint_eq(wf.order[1], 1);
    ck_assert_uint_eq(wf.order[2], 0);
    ck_assert_uint_eq(wf.stages[0].needs_n, 2);
    ck_assert(stage_needs_only_order(&wf.stages[0], 1));
}
END_TEST

static const struct {
    const char *text, *what, *hint;
} faults[] = {
    {"name: w\nstages: []\n", "w.yaml:2:9: a workflow has 1 to 1000 stages, this one 0", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, comand: x}\n", "unknown key \"comand\"", "did you mean \"command\"?"},
    {"name: w\nstages:\n- {name: a, kind: batch}\n", "stage a has neither a command nor an image", NULL},
    {"name: w\nstages:\n- {name: a, kind: bach, command: x}\n", "bach", NULL},
    {"name: W_W\nstages:\n- {name: a, kind: batch, command: x}\n", "w.yaml:1:7", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x}\n- {name: a, kind: batch, command: x}\n",
     "w.yaml:4:10: there are two stages named \"a\"", NULL},
    {"name: w\nstages:\n- {name: prep, kind: batch, command: x}\n- {name: b, kind: batch, command: x, needs: [pre]}\n",
     "stage b needs \"pre\", which is no stage", "did you mean \"prep\"?"},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, needs: [a]}\n", "stages need each other in a circle: a -> a", NULL},
    {"name: w\nstages:\n- {name: z, kind: batch, command: x, needs: [a]}\n- {name: a, kind: batch, command: x, needs: [b]}\n"
     "- {name: b, kind: batch, command: x, needs: [a]}\n",
     "w.yaml:4:3: stages need each other in a circle: a -> b -> a", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {data: d}}\n- {name: b, kind: batch, command: x, inputs: "
     "{d: a.dat}}\n",
     "input d: stage a has no output \"dat\"", "did you mean \"a.data\"?"},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, inputs: {d: none.csv}}\n",
     "input d: \"none.csv\" is neither an output of a stage nor a file", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, source: none.py}\n", "stage a: there is no source", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {d: ../d}}\n",
     "output d: \"../d\" is no path in the stage's folder", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {d: /d}}\n", "\"/d\" is no path", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {d: inputs/d}}\n", "\"inputs/d\" is no path", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {d: 1, D: '2'}}\n", "w.yaml:3:", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, outputs: {d: '1', D: '2'}}\n",
     "output \"D\" differs from \"d\" in case only", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, env: {1X: a}}\n",
     "env \"1X\" cannot be an environment variable's name", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, env: {X: 1.10}}\n", "env X must be text", NULL},
    {"name: w\nstages:\n- {name: a, kind: batch, command: x, scale: 0..2}\n", "\"scale\" does not apply to kind batch", NULL},
    {"name: w\nstages:\n- {name: a, kind: inference, command: x, outputs: {d: d}}\n",
     "\"outputs\" does not apply to kind inference", NULL},
    {"name: w\nstages:\n- {name: a, kind: inference, command: x, scale: 3..2}\n", "scale 3..2 is not MIN..MAX", NULL},
    {"name: w\nstages: {a: b}\n", "w.yaml:2:", NULL},
    {"name: w\nstages: [\n", "w.yaml:", NULL},
    {"", "w.yaml", NULL},
};

START_TEST(faults_are_named)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    ck_assert_int_eq(parse(faults[_i].text, &wf, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_msg(strstr(err.what, faults[_i].what) != NULL, "\"%s\" lacks \"%s\"", err.what, faults[_i].what);
    if (faults[_i].hint)
        ck_assert_str_eq(err.hint, faults[_i].hint);
}
END_TEST

START_TEST(a_thousand_stages_are_fine_and_more_are_not)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_add(&text, "name: w\nstages:\n");
    for (int i = 1; i < WORKFLOW_MAX_STAGES; i++) /* each needs the next one: the worst order */
        str_addf(&text, "- {name: s%d, kind: batch, command: x, needs: [s%d]}\n", i, i + 1);
    str_addf(&text, "- {name: s%d, kind: batch, command: x}\n", WORKFLOW_MAX_STAGES);
    ck_assert_msg(parse(text.buf, &wf, &err) == 0, "%s", err.what);
    ck_assert_uint_eq(wf.order[0], WORKFLOW_MAX_STAGES - 1);
    str_add(&text, "- {name: more, kind: batch, command: x}\n");
    CLEANUP(workflow_release) struct workflow more = WORKFLOW_INIT;
    ck_assert_int_eq(parse(text.buf, &more, &err), -1);
}
END_TEST

/* The key of stage b of the two, with a made of `hash`. */
static void key(const char *text, const char *hash, char ret[HASH_HEX])
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    ck_assert_msg(parse(text, &wf, &err) == 0, "%s", err.what);
    char outputs[1][HASH_HEX];
    memset(outputs[0], hash[0], HASH_HEX - 1);
    outputs[0][HASH_HEX - 1] = '\0';
    struct made made[2] = {{.known = true, .key = "k", .outputs = outputs}, {0}};
    ck_assert_int_eq(key_of(&wf, 1, made, ret, &err), 0);
}

START_TEST(a_key_changes_with_what_matters)
{
    static const struct {
        const char *from, *to;
        bool same;
    } changes[] = {
        {"command: 'fit'", "command: 'fit2'", false},          {"gpus: 2", "gpus: 3", false},
        {"outputs: {model: m}", "outputs: {model: n}", false}, {"timeout: 90", "timeout: 91", true},
        {"command: 'make'", "command: 'cmake'", true},         {"inputs: {data:", "inputs: {d:", false},
    };
    char before[HASH_HEX], after[HASH_HEX];
    key(TWO, "a", before);
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *at = strstr(TWO, changes[_i].from);
    ck_assert_ptr_nonnull(at);
    str_addn(&text, TWO, (size_t)(at - TWO));
    str_addf(&text, "%s%s", changes[_i].to, at + strlen(changes[_i].from));
    key(text.buf, "a", after);
    ck_assert_int_eq(strcmp(before, after) == 0, changes[_i].same);
    key(TWO, "b", after);
    ck_assert_str_ne(before, after);
}
END_TEST

START_TEST(a_source_counts_by_its_content)
{
    char one[HASH_HEX], two[HASH_HEX], three[HASH_HEX];
    const char *text = "name: w\nstages:\n- {name: a, kind: batch, command: x}\n- {name: b, kind: batch, command: x, needs: [a], "
                       "source: s.py, inputs: {f: in.csv}}\n";
    put("s.py", "1");
    put("in.csv", "1");
    key(text, "a", one);
    put("s.py", "2");
    key(text, "a", two);
    put("s.py", "1");
    put("in.csv", "2");
    key(text, "a", three);
    ck_assert_str_ne(one, two);
    ck_assert_str_ne(one, three);
    ck_assert_str_ne(two, three);
}
END_TEST

static node_t *event(const char *name, const char *stage, const char *k)
{
    node_t *record = journal_record(name, stage);
    node_set_str(record, "key", k);
    return record;
}

static node_t *run_event(int64_t number)
{
    node_t *record = journal_record("run", NULL);
    node_set_num(record, "run", (double)number);
    node_t *stages = node_set(record, "stages", node_new_array());
    node_t *stage = node_push(stages, node_new_object());
    node_set_str(stage, "name", "a");
    node_set_str(stage, "kind", "batch");
    return record;
}

START_TEST(a_journal_survives_a_torn_line)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, "journal");
    put("journal", "{\"event\":\"run\",\"run\":1,\"stages\":[]}\nnonsense\n{\"event\":\"start\",\"stage\":\"a\",\"key\":\"k\"}\n{"
                   "\"event\":\"do");
    {
        CLEANUP(journal_release) struct journal journal = JOURNAL_INIT;
        ck_assert_int_eq(journal_open(&journal, path, true, &err), 0);
        ck_assert_uint_eq(node_len(journal.records), 2);
        ck_assert_uint_eq(journal.damaged, 1);
        ck_assert_int_eq(journal_add(&journal, event("done", "a", "k"), &err), 0);
    }
    CLEANUP(journal_release) struct journal again = JOURNAL_INIT;
    ck_assert_int_eq(journal_open(&again, path, false, &err), 0);
    ck_assert_uint_eq(node_len(again.records), 3);
    ck_assert_ptr_nonnull(journal_done(&again, NULL, "a", "k"));
    ck_assert_ptr_null(journal_done(&again, NULL, "a", "other"));
}
END_TEST

START_TEST(a_journal_tells_tries_and_open_starts)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, "journal");
    CLEANUP(journal_release) struct journal journal = JOURNAL_INIT;
    bool is_open;
    ck_assert_int_eq(journal_open(&journal, path, true, &err), 0);
    journal_add(&journal, run_event(1), &err);
    journal_add(&journal, event("start", "a", "k"), &err);
    ck_assert_ptr_nonnull(journal_start(&journal, "a", &is_open));
    ck_assert(is_open);
    CLEANUP(node_free) node_t *live = journal_status(&journal, "w", true);
    ck_assert_str_eq(node_str(live, "/state", ""), "Running");
    CLEANUP(node_free) node_t *dead = journal_status(&journal, "w", false);
    ck_assert_str_eq(node_str(dead, "/state", ""), "Interrupted");
    journal_add(&journal, event("failed", "a", "k"), &err);
    journal_start(&journal, "a", &is_open);
    ck_assert(!is_open);
    ck_assert_int_eq(journal_tries(&journal, "a", "k"), 1);
    ck_assert_int_eq(journal_tries(&journal, "a", "j"), 0);
    CLEANUP(node_free) node_t *failed = journal_status(&journal, "w", true);
    ck_assert_str_eq(node_str(failed, "/stages/0/state", ""), "Failed");
}
END_TEST

START_TEST(a_journal_shrinks_to_what_is_needed)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, "journal");
    CLEANUP(journal_release) struct journal journal = JOURNAL_INIT;
    ck_assert_int_eq(journal_open(&journal, path, true, &err), 0);
    for (int i = 1; i <= 4; i++) {
        AUTOFREE char *k = xasprintf("k%d", i);
        journal_add(&journal, run_event(i), &err);
        journal_add(&journal, event("start", "a", k), &err);
        journal_add(&journal, event("done", "a", k), &err);
        journal_add(&journal, journal_record("end", NULL), &err);
    }
    ck_assert_int_eq(journal_compact(&journal, 2, &err), 0);
    journal_add(&journal, run_event(5), &err);
    CLEANUP(journal_release) struct journal again = JOURNAL_INIT;
    ck_assert_int_eq(journal_open(&again, path, false, &err), 0);
    ck_assert_uint_eq(node_len(again.records), 6); /* done of run 3; run 4 whole; run 5 */
    ck_assert_ptr_null(journal_done(&again, NULL, "a", "k2"));
    ck_assert_ptr_nonnull(journal_done(&again, NULL, "a", "k3"));
    ck_assert_ptr_null(journal_done(&again, journal_run_number(&again, 5), "a", "k3"));
}
END_TEST

START_TEST(objects_are_kept_by_content)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(home_release) struct home home = HOME_INIT;
    ck_assert_msg(home_open(&home, "w", true, &err) == 0, "%s", err.what);
    put("out/x/1", "one");
    put("out/2", "two");
    AUTOFREE char *from = path_join(folder, "out");
    char hash[HASH_HEX], again[HASH_HEX];
    ck_assert_msg(object_put(&home, from, hash, &err) == 0, "%s", err.what);
    ck_assert(object_has(&home, hash));
    AUTOFREE char *to = path_join(folder, "got/it");
    ck_assert_int_eq(object_get(&home, hash, to, &err), 0);
    ck_assert_int_eq(object_put(&home, to, again, &err), 0);
    ck_assert_str_eq(hash, again);
    put("got/it/2", "2");
    ck_assert(object_has(&home, hash)); /* what was handed out is a copy */

    AUTOFREE char *object = home_path(&home, "objects", hash);
    AUTOFREE char *inside = path_join(object, "2");
    ck_assert_int_eq(file_write_atomic(inside, "x", 1, 0600, &err), 0);
    ck_assert(!object_has(&home, hash));
    CLEANUP(map_release) struct map keep = MAP_INIT(NULL);
    ck_assert_int_eq(objects_prune(&home, &keep, &err), 0);
    ck_assert(!file_exists(object));
}
END_TEST

START_TEST(one_process_at_a_time)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(home_release) struct home home = HOME_INIT, other = HOME_INIT;
    ck_assert_int_eq(home_runner("w"), 0);
    ck_assert_int_eq(home_open(&home, "w", true, &err), 0);
    ck_assert_int_eq(home_runner("w"), getpid());
    ck_assert_int_eq(home_open(&other, "w", true, &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
    AUTOFREE char *pid = xasprintf("process %d", getpid());
    ck_assert_ptr_nonnull(strstr(err.what, pid));
    err_clear(&err);
    ck_assert_int_eq(home_open(&other, "ww", false, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_str_eq(err.hint, "did you mean \"w\"?");
    ck_assert_int_eq(home_open(&other, "../w", false, &err), -1);
}
END_TEST

START_TEST(placement_follows_the_rule)
{
    static const struct place_capacity one = {.gpus = 1, .cores = 2};
    static const struct {
        struct place_request request;
        const char *on, *why;
    } cases[] = {
        {{.work = PLACE_INFERENCE, .runtime = "knative", .trainer = "job", .scale_min = -1},
         "knative function",
         "real-time inference goes serverless, down to zero when idle"},
        {{.work = PLACE_INFERENCE, .runtime = "knative", .trainer = "job", .scale_min = 2},
         "knative function, floor 2",
         "real-time inference goes serverless, kept warm"},
        {{.work = PLACE_TRAIN, .runtime = "knative", .trainer = "job", .gpus = 2},
         "job job (2 GPUs)",
         "training runs to completion in a container"},
        {{.work = PLACE_BATCH, .runtime = "local", .trainer = "local", .is_local = true},
         "local job",
         "batch work runs to completion in a container; here: a process"},
        {{.work = PLACE_TRAIN, .trainer = "job", .gpus = 2, .capacity = &one},
         "job job (2 GPUs)",
         "training runs to completion in a container; will be refused: it asks for 2 GPUs, and there is 1"},
        {{.work = PLACE_TRAIN, .trainer = "job", .gpus = 1, .cpus = 2, .capacity = &one},
         "job job (1 GPU)",
         "training runs to completion in a container"},
        {{.work = PLACE_BATCH, .trainer = "job", .cpus = 2.5, .capacity = &one},
         "job job",
         "batch work runs to completion in a container; will be refused: it asks for 3 cores, and there are 2"},
    };
    struct place_request request = cases[_i].request;
    request.measured = PLACE_MEASURED_NONE;
    request.prices = (struct place_prices){NAN, NAN, NAN};
    CLEANUP(place_release) struct place place = {0};
    place_stage(&request, &place);
    ck_assert_str_eq(place.on, cases[_i].on);
    ck_assert_str_eq(place.why, cases[_i].why);
    ck_assert(isnan(place.p95_ms) && isnan(place.cost) && isnan(place.energy_j));
}
END_TEST

START_TEST(cost_is_of_what_is_known)
{
    struct place_measured measured = PLACE_MEASURED_NONE;
    struct place_prices prices = {.cpu_hour = 0.5, .gpu_hour = NAN, .kwh = 0.2};
    ck_assert(isnan(place_cost(&measured, 0, &prices)));
    measured.cpu_s = 7200;
    ck_assert_double_eq_tol(place_cost(&measured, 0, &prices), 1.0, 1e-9);
    measured.energy_j = 3.6e6;
    ck_assert_double_eq_tol(place_cost(&measured, 0, &prices), 1.2, 1e-9);
    measured.run_ms = 1.8e6;
    ck_assert(isnan(place_cost(&measured, 2, &prices)));
    prices.gpu_hour = 3;
    ck_assert_double_eq_tol(place_cost(&measured, 2, &prices), 4.2, 1e-9);
}
END_TEST

START_TEST(trees_are_copied_and_linked)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    put("from/a/b", "text");
    put("from/empty", "");
    AUTOFREE char *from = path_join(folder, "from");
    AUTOFREE char *link_path = path_join(folder, "from/link");
    AUTOFREE char *to = path_join(folder, _i ? "linked" : "copied");
    ck_assert_int_eq(symlink("a/b", link_path), 0);
    ck_assert_int_eq(tree_copy(from, to, _i ? TREE_LINK : TREE_COPY, &err), 0);
    char one[HASH_HEX], two[HASH_HEX];
    ck_assert_int_eq(hash_tree(from, one, &err), 0);
    ck_assert_int_eq(hash_tree(to, two, &err), 0);
    ck_assert_str_eq(one, two);
    ck_assert_int_eq(tree_bytes(to), 4);
    ck_assert_int_eq(tree_sync(to, &err), 0);
    ck_assert_int_eq(tree_copy(from, to, TREE_COPY, &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
}
END_TEST

Suite *suite_workflow(void)
{
    Suite *suite = suite_create("workflow");
    TCase *tcase = tcase_create("workflow");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_file_becomes_a_graph);
    tcase_add_test(tcase, the_order_follows_needs);
    tcase_add_loop_test(tcase, faults_are_named, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tcase, a_thousand_stages_are_fine_and_more_are_not);
    tcase_add_loop_test(tcase, a_key_changes_with_what_matters, 0, 6);
    tcase_add_test(tcase, a_source_counts_by_its_content);
    tcase_add_test(tcase, a_journal_survives_a_torn_line);
    tcase_add_test(tcase, a_journal_tells_tries_and_open_starts);
    tcase_add_test(tcase, a_journal_shrinks_to_what_is_needed);
    tcase_add_test(tcase, objects_are_kept_by_content);
    tcase_add_test(tcase, one_process_at_a_time);
    tcase_add_loop_test(tcase, placement_follows_the_rule, 0, 7);
    tcase_add_test(tcase, cost_is_of_what_is_known);
    tcase_add_loop_test(tcase, trees_are_copied_and_linked, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
