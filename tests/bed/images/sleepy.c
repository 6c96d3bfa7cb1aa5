/* sleepy CMD...: waits START_MS milliseconds, then becomes CMD: a server that is slow to start. Ends on TERM meanwhile,
 * which the first process of a container would otherwise not. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void end(int number) { _exit(128 + number); }

int main(int argc, char **argv)
{
    const char *wait = getenv("START_MS");
    long ms = wait ? strtol(wait, NULL, 10) : 0;
    signal(SIGTERM, end);
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
    if (argc > 1)
        execv(argv[1], argv + 1);
    perror("sleepy: no command that can be run");
    return 127;
}
