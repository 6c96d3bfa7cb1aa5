#include "metrics/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/program.h"
#include "base/sig.h"

enum { PICTURE_MAX_BYTES = 64 << 20, DATA_FD = 3 };

static const char *terminal_of(const char *path)
{
    if (str_ends(path, ".svg"))
        return "svg size 1200,600 dynamic noenhanced background 'white'";
    return str_ends(path, ".png") ? "pngcairo size 1200,600 noenhanced" : NULL;
}

/* A slip in its name makes no folder. */
static int check_folder(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    AUTOFREE char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
    if (!*folder || file_exists(folder))
        return 0;
    return err_set(err, ERR_NOT_FOUND, "--plot: there is no folder %s", folder);
}

int plot_check(const char *path, struct err *err)
{
    if (terminal_of(path))
        return check_folder(path, err);
    err_set(err, ERR_USAGE, "--plot: \"%s\" is neither .svg nor .png", path);
    return err_hint(err, "--plot FILE.svg");
}

/* ---- what gnuplot reads ---- */

/* A text in double quotes of a data file. */
static void add_text(struct str *s, const char *text)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    str_addc(s, '"');
    for (const char *c = safe.buf; *c; c++)
        str_addc(s, *c == '"' ? '\'' : *c == '\\' ? '/' : *c);
    str_addc(s, '"');
}

static void add_point(struct str *s, int64_t at_ms, double value)
{
    str_addf(s, "%.3f ", (double)at_ms / 1000);
    if (isfinite(value))
        str_addf(s, "%.17g\n", value);
    else
        str_add(s, "NaN\n");
}

static void add_series(struct str *s, const struct prom_series *series, int64_t step_ms)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    prom_series_name(series, &name);
    add_text(s, name.buf);
    str_addc(s, '\n');
    for (size_t i = 0; i < series->n_points; i++) {
        const struct prom_point *point = &series->points[i];
        if (i && point->at_ms - series->points[i - 1].at_ms > step_ms + step_ms / 2)
            add_point(s, series->points[i - 1].at_ms + step_ms, NAN);
        add_point(s, point->at_ms, point->value);
    }
    str_add(s, "\n\n");
}

/* The title comes as a block of data too, so that its text is no command. */
static size_t add_data(struct str *s, const struct plot *plot, const struct prom_result *result)
{
    size_t n = result->n < PLOT_MAX_SERIES ? result->n : PLOT_MAX_SERIES;
    for (size_t i = 0; i < n; i++)
        add_series(s, &result->series[i], plot->step_ms);
    add_text(s, plot->title);
    str_addc(s, '\n');
    add_point(s, result->series[0].n_points ? result->series[0].points[0].at_ms : 0, NAN);
    return n;
}

static void add_script(struct str *s, const char *terminal, size_t n)
{
    str_addf(s, "set terminal %s\n", terminal);
    str_add(s, "set encoding utf8\nset xdata time\nset timefmt '%s'\nset format x \"%H:%M\\n%d %b\"\nset grid\n"
               "set key outside below left reverse Left\nset offsets graph 0, graph 0, graph 0.05, graph 0.05\n");
    str_addf(s, "plot for [i=0:%zu] '/dev/fd/%d' index i using 1:2 with lines lw 2 title columnheader(1), \\\n", n - 1, DATA_FD);
    str_addf(s, "  '/dev/fd/%d' index %zu using 1:2 with lines lw 0 title columnheader(1)\n", DATA_FD, n);
}

/* ---- gnuplot ---- */

struct job {
    pid_t pid;
    int data, script; /* files in memory */
    int picture[2], words[2];
};

static void job_release(struct job *job)
{
    int *const fds[] = {&job->data, &job->script, &job->picture[0], &job->picture[1], &job->words[0], &job->words[1]};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        fd_close_ptr(fds[i]);
}
DEFINE_CLEANUP(struct job, job_release)

static int memory_file(const char *name, const struct str *text)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fd_write_all(fd, text->buf, text->len) == 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    close(fd);
    return -1;
}

static int spawn(struct job *job)
{
    char name[] = "gnuplot", from_stdin[] = "-", no_file[] = "-d";
    char *const argv[] = {name, no_file, from_stdin, NULL};
    const struct program_fd fds[] = {
        {STDIN_FILENO, job->script}, {STDOUT_FILENO, job->picture[1]}, {STDERR_FILENO, job->words[1]}, {DATA_FD, job->data}};
    const struct program program = {.argv = argv, .env = environ, .fds = fds, .n_fds = ARRAY_LEN(fds)};
    return program_start(&program, &job->pid);
}

/* false: it is over. */
static bool take_some(int *fd, struct str *to)
{
    char buffer[16384];
    ssize_t len = read(*fd, buffer, sizeof(buffer));
    if (len > 0)
        str_addn(to, buffer, (size_t)len);
    if (len > 0 || (len < 0 && errno == EINTR))
        return true;
    close(fd_take(fd));
    return false;
}

/* Both at once, so that neither fills up. -1: interrupted. */
static int take_all(struct job *job, struct str *picture, struct str *words)
{
    while (job->picture[0] >= 0 || job->words[0] >= 0) {
        struct pollfd fds[] = {{.fd = job->picture[0], .events = POLLIN},
                               {.fd = job->words[0], .events = POLLIN},
                               {.fd = sig_fd(), .events = POLLIN}};
        if (sig_interrupted())
            return -1;
        if (poll(fds, ARRAY_LEN(fds), -1) < 0)
            continue;
        if (fds[0].revents)
            take_some(&job->picture[0], picture);
        if (fds[1].revents)
            take_some(&job->words[0], words);
    }
    return 0;
}

static int no_start(int number, struct err *err)
{
    errno = number;
    if (number != ENOENT)
        return err_sys(err, ERR_FAILED, "cannot start gnuplot");
    err_set(err, ERR_NOT_FOUND, "gnuplot is not installed");
    err_why(err, "pictures are drawn by the program gnuplot, which is not on PATH");
    return err_hint(err, "apt-get install gnuplot-nox; or -o spark, or -o csv for a program of your own");
}

static int run(struct job *job, struct str *picture, struct err *err)
{
    enum { WORDS_MAX_BYTES = 4096 };
    CLEANUP(str_release) struct str words = STR_INIT_MAX(WORDS_MAX_BYTES);
    int number = spawn(job);
    close(fd_take(&job->picture[1]));
    close(fd_take(&job->words[1]));
    if (number != 0)
        return no_start(number, err);
    int rc = take_all(job, picture, &words);
    if (rc != 0)
        kill(job->pid, SIGTERM);
    int status = program_wait(job->pid);
    if (rc != 0)
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    if (status == 0 && picture->len && !picture->truncated)
        return 0;
    err_set(err, ERR_FAILED, "gnuplot made no picture");
    return err_why(err, "%s", words.len ? words.buf : "it does not say why");
}

int plot_write(const struct plot *plot, const struct prom_result *result, struct err *err)
{
    CLEANUP(str_release) struct str data = STR_INIT;
    CLEANUP(str_release) struct str script = STR_INIT;
    CLEANUP(str_release) struct str picture = STR_INIT_MAX(PICTURE_MAX_BYTES);
    CLEANUP(job_release) struct job job = {.data = -1, .script = -1, .picture = {-1, -1}, .words = {-1, -1}};
    if (plot_check(plot->path, err) != 0)
        return -1;
    if (result->type != PROM_MATRIX || !result->n)
        return err_set(err, ERR_USAGE, "there is nothing to draw: no series in this range");
    add_script(&script, terminal_of(plot->path), add_data(&data, plot, result));
    job.data = memory_file("data", &data);
    job.script = memory_file("script", &script);
    if (job.data < 0 || job.script < 0 || pipe2(job.picture, O_CLOEXEC) != 0 || pipe2(job.words, O_CLOEXEC) != 0)
        return err_sys(err, ERR_FAILED, "cannot start gnuplot");
    if (run(&job, &picture, err) != 0)
        return -1;
    return file_write_atomic(plot->path, picture.buf, picture.len, 0644, err);
}
