#include "base/sig.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted, at_once, stays;
static int pipe_fds[2] = {-1, -1};
static void (*volatile before_exit)(void);

static void on_signal(int number)
{
    if (interrupted || (at_once && !stays)) { /* the second one does not wait for clean-up */
        if (before_exit)
            before_exit();
        _exit(128 + number);
    }
    interrupted = number;
    sig_interrupt();
}

void sig_interrupt(void)
{
    if (!interrupted)
        interrupted = SIGINT;
    ssize_t ignored = write(pipe_fds[1], "", 1);
    (void)ignored;
}

void sig_end_at_once(bool on) { at_once = on; }

void sig_stay(void) { stays = 1; }

void sig_before_exit(void (*fn)(void)) { before_exit = fn; }

void sig_install(void)
{
    if (pipe_fds[0] < 0 && pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool sig_interrupted(void) { return interrupted; }

int sig_number(void) { return interrupted; }

int sig_fd(void) { return pipe_fds[0]; }

void sig_reset(void)
{
    char drain[16];
    interrupted = 0;
    while (pipe_fds[0] >= 0 && read(pipe_fds[0], drain, sizeof(drain)) > 0)
        ;
}
