#include "serverless/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/program.h"
#include "base/sig.h"
#include "doc/node.h"

extern char **environ;

const char *build_own_file(const struct build_spec *spec)
{
    static const char *const names[] = {"Containerfile", "Dockerfile"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTOFREE char *path = path_join(spec->folder, names[i]);
        if (file_exists(path))
            return names[i];
    }
    return NULL;
}

/* [HOST[:PORT]/]NAME[:TAG], as builders take it; the first character is none of an option's. */
static bool is_image_name(const char *image)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@";
    return *image && *image != '-' && strspn(image, letters) == strlen(image) && !strstr(image, "..") && !strstr(image, "//");
}

static bool is_one_line(const char *text) { return !text[strcspn(text, "\r\n")]; }

int build_check(const struct build_spec *spec, struct err *err)
{
    const char *own = spec->file ? spec->file : build_own_file(spec);
    if (!is_image_name(spec->image))
        return err_set(err, ERR_USAGE, "\"%s\" is no name of an image", spec->image);
    for (size_t i = 0; spec->args && i < spec->args->n; i++)
        if (!strchr(spec->args->v[i], '=') || *spec->args->v[i] == '=')
            return err_set(err, ERR_USAGE, "--build-arg: \"%s\" is not K=V", spec->args->v[i]);
    if (own && (spec->base || spec->command))
        return err_set(err, ERR_USAGE, "%s says already how it is built: without --base and --command", own);
    if (!own && (!spec->base || !spec->command)) {
        err_set(err, ERR_USAGE, "%s has neither a Containerfile nor a Dockerfile", spec->folder);
        return err_hint(err, "one of them, or --base python:3-slim --command 'python3 app.py'");
    }
    if (!own && (!is_image_name(spec->base) || !is_one_line(spec->command)))
        return err_set(err, ERR_USAGE, "--base or --command: not one line of a Containerfile");
    return 0;
}

void build_containerfile(const struct build_spec *spec, struct str *s)
{
    CLEANUP(node_free) node_t *words = node_new_array();
    node_push(words, node_new_str("/bin/sh"));
    node_push(words, node_new_str("-c"));
    node_push(words, node_new_str(spec->command));
    str_addf(s, "FROM %s\nWORKDIR /app\nCOPY . /app\nCMD ", spec->base);
    json_print(words, s);
    str_addc(s, '\n');
}

/* ---- the program ---- */

/* Its output goes to log_fd, its input is empty. Ctrl-C reaches it too: it is in our group. */
static int start(const struct strv *words, int log_fd, pid_t *ret_pid)
{
    const struct program_fd fds[] = {{STDIN_FILENO, -1}, {STDOUT_FILENO, log_fd}, {STDERR_FILENO, log_fd}};
    const struct program program = {.argv = words->v, .env = environ, .fds = fds, .n_fds = ARRAY_LEN(fds)};
    return program_start(&program, ret_pid);
}

int build_run_program(const struct strv *words, int log_fd, const char *doing, struct err *err)
{
    pid_t pid;
    int rc = start(words, log_fd, &pid);
    if (rc != 0) {
        errno = rc;
        return err_sys(err, ERR_FAILED, "cannot start %s", words->v[0]);
    }
    int status = program_wait_or_end(pid);
    if (sig_interrupted())
        return err_set(err, ERR_INTERRUPTED, "interrupted while %s", doing);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    err_set(err, ERR_WORKLOAD, "%s failed while %s", words->v[0], doing);
    return WIFSIGNALED(status) ? err_why(err, "it was ended by signal %d", WTERMSIG(status))
                               : err_why(err, "it ended with code %d; what it said stands above", WEXITSTATUS(status));
}

static void build_words(const struct build_spec *spec, const char *file, const char *id_file, struct strv *words)
{
    static const char *const first[] = {"buildah", "build", "--iidfile"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        strv_add(words, first[i]);
    strv_add(words, id_file);
    strv_add(words, "--tag");
    strv_add(words, spec->image);
    if (file) {
        strv_add(words, "--file");
        strv_add(words, file);
    }
    for (size_t i = 0; spec->args && i < spec->args->n; i++)
        strv_addf(words, "--build-arg=%s", spec->args->v[i]);
    strv_add(words, "--");
    strv_add(words, spec->folder);
}

static int push(const struct build_spec *spec, const char *id, const char *to, int log_fd, struct err *err)
{
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    strv_add(&words, "buildah");
    strv_add(&words, "push");
    strv_add(&words, "--");
    strv_add(&words, to ? id : spec->image);
    if (to)
        strv_add(&words, to);
    return build_run_program(&words, log_fd, to ? "writing the archive" : "sending the image to its registry", err);
}

static int read_id(const char *path, char **ret, struct err *err)
{
    enum { ID_MAX_BYTES = 256 };
    CLEANUP(str_release) struct str text = STR_INIT_MAX(ID_MAX_BYTES);
    if (file_read(path, &text, err) != 0)
        return -1;
    str_cut(&text, strcspn(text.buf, "\r\n"));
    *ret = str_detach(&text);
    return 0;
}

static int build_in(const struct build_spec *spec, const char *scratch, int log_fd, char **ret_id, struct err *err)
{
    AUTOFREE char *made = path_join(scratch, "Containerfile");
    AUTOFREE char *id_file = path_join(scratch, "id");
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    bool is_made = !spec->file && !build_own_file(spec);
    if (is_made) {
        build_containerfile(spec, &text);
        if (file_write_atomic(made, text.buf, text.len, 0600, err) != 0)
            return -1;
    }
    build_words(spec, is_made ? made : spec->file, id_file, &words);
    if (build_run_program(&words, log_fd, "building", err) != 0 || read_id(id_file, ret_id, err) != 0)
        return -1;
    AUTOFREE char *archive = spec->archive ? xasprintf("oci-archive:%s:%s", spec->archive, spec->image) : NULL;
    if (archive && push(spec, *ret_id, archive, log_fd, err) != 0)
        return -1;
    return spec->push ? push(spec, *ret_id, NULL, log_fd, err) : 0;
}

int build_run(const struct build_spec *spec, int log_fd, char **ret_id, struct err *err)
{
    AUTOFREE char *program = program_find("buildah");
    if (!program) {
        err_set(err, ERR_FAILED, "there is nothing here that builds images");
        err_why(err, "buildah is not on the PATH");
        return err_hint(err, "apt-get install buildah (Debian, Ubuntu), dnf install buildah; or --builder job, in a cluster");
    }
    const char *tmp = getenv("TMPDIR");
    AUTOFREE char *scratch = xasprintf("%s/aiwf-build.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(scratch))
        return err_sys(err, ERR_FAILED, "cannot make a folder in %s", tmp && *tmp ? tmp : "/tmp");
    int rc = build_in(spec, scratch, log_fd, ret_id, err);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    dir_remove(scratch, &ignored);
    if (rc == 0)
        return 0;
    free(*ret_id);
    *ret_id = NULL;
    return -1;
}
