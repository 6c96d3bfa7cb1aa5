/* What a cold start costs without a gateway: fork, exec, and connect as soon as the child listens; then
 * one request and the answer's first byte. coldref N COMMAND ARG...: prints N times in microseconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int free_port(struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = sizeof(*address);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)address, len) != 0 || getsockname(fd, (struct sockaddr *)address, &len) != 0)
        exit(1);
    close(fd);
    return ntohs(address->sin_port);
}

static int connect_when_listening(const struct sockaddr_in *address)
{
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
            return fd;
        close(fd);
        usleep(100);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    for (long i = strtol(argv[1], NULL, 10); i > 0; i--) {
        struct sockaddr_in address;
        char port[32];
        snprintf(port, sizeof(port), "PORT=%d", free_port(&address));
        double start = now_us();
        pid_t pid = fork();
        if (pid == 0) {
            putenv(port);
            execvp(argv[2], argv + 2);
            _exit(127);
        }
        int fd = connect_when_listening(&address);
        static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        char byte;
        if (write(fd, request, sizeof(request) - 1) < 0 || read(fd, &byte, 1) != 1)
            return 1;
        printf("%.0f\n", now_us() - start);
        close(fd);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return 0;
}
