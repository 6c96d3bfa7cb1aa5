#include "wire.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* Of a machine that is busy with much else. */
enum { LONGEST_MS = 60 * 1000 };

void wait_for_file(const char *path)
{
    int64_t end = clock_mono_ms() + LONGEST_MS;
    while (!file_exists(path)) {
        ck_assert_msg(clock_mono_ms() < end, "%s does not come", path);
        clock_sleep_ms(5);
    }
}

char *wire_file(const struct wire *wire, const char *name) { return path_join(wire->folder, name); }

static void read_text(const struct wire *wire, const char *name, struct str *s)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = wire_file(wire, name);
    ck_assert_msg(file_read(path, s, &err) == 0, "%s", err.what);
}

void wire_start(struct wire *wire, const char *case_json)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    *wire = (struct wire){.folder = "/tmp/aiwf-wire-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(wire->folder));
    AUTOFREE char *path = wire_file(wire, "case.json");
    ck_assert_int_eq(file_write_atomic(path, case_json, strlen(case_json), 0600, &err), 0);

    wire->pid = fork();
    if (wire->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("python3", "python3", "tests/tools/wire.py", path, wire->folder, (char *)NULL);
        _exit(127);
    }
    AUTOFREE char *port = wire_file(wire, "port");
    wait_for_file(port);
    CLEANUP(str_release) struct str text = STR_INIT_MAX(16);
    read_text(wire, "port", &text);
    long long number;
    ck_assert(str_to_int(text.buf, 1, 65535, &number));
    wire->port = (int)number;
    snprintf(wire->url, sizeof(wire->url), "%s://127.0.0.1:%d", strstr(case_json, "\"tls\"") ? "https" : "http", wire->port);
}

node_t *wire_log(const struct wire *wire)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(16 << 20);
    read_text(wire, "log", &text);
    node_t *list = node_new_array();
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    strv_split(&lines, text.buf, "\n");
    for (size_t i = 0; i < lines.n; i++)
        node_push(list, json_parse(lines.v[i], strlen(lines.v[i]), "log", &err));
    return list;
}

void wire_stop(struct wire *wire)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (wire->pid <= 0)
        return;
    kill(wire->pid, SIGKILL);
    waitpid(wire->pid, NULL, 0);
    dir_remove(wire->folder, &err);
    wire->pid = 0;
}
