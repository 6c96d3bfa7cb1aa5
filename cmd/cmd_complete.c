/* aiwf __complete WORDS...: what could stand for the last word, for the shells' completion. Silent whatever happens. */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "complete.h"

static void give_up(int number)
{
    (void)number;
    _exit(0);
}

/* A person waits: names that take longer are not offered. */
static void set_deadline(void)
{
    enum { DEADLINE_US = 300000 };
    struct sigaction action = {.sa_handler = give_up};
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {.it_value = {.tv_usec = DEADLINE_US}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static int run(struct cli *cli, struct err *err)
{
    (void)err;
    set_deadline();
    CLEANUP(completion_release) struct completion completion = {0};
    complete_line(&cli->args, &completion);
    for (size_t i = 0; i < completion.names.n; i++)
        fprintf(cli->out, "%s\n", completion.names.v[i]);
    return 0;
}

static const struct arg args[] = {{.name = "WORD", .optional = true, .many = true}, {0}};

const struct cmd cmd_complete = {
    .name = "__complete",
    .help = "what could stand for the last word",
    .flags = CMD_HIDDEN | CMD_RAW,
    .args = args,
    .run = run,
};
