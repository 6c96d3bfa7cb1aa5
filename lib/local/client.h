/* The local gateway as its clients find it: the file gateway.json in the state folder (see daemon.h). */
#ifndef LOCAL_CLIENT_H
#define LOCAL_CLIENT_H

#include <stdio.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "net/http.h"

/* A gateway that runs. */
struct local_gateway {
    pid_t pid;
    char *url;
    char *user, *password_file;
    node_t *json; /* all of gateway.json */
};
#define LOCAL_GATEWAY_INIT ((struct local_gateway){0})
void local_gateway_release(struct local_gateway *gateway);
DEFINE_CLEANUP(struct local_gateway, local_gateway_release)

/* Where the gateway of this user keeps its state: path_state("local"). The caller frees. */
char *local_state_dir(void) __attribute__((returns_nonnull));

/* The gateway of a state folder. UNREACHABLE (hint: aiwf local up) when none runs there: no file, or
 * the file of one that was killed (its process number may be another program's by now). */
int local_gateway_find(const char *state_dir, struct local_gateway *ret, struct err *err);

/* A client with the gateway's login. trace: see http_settings. */
struct http *local_gateway_http(const struct local_gateway *gateway, FILE *trace, struct err *err);
/* Whether it answers now (GET /healthz). */
int local_gateway_ping(struct http *http, const struct local_gateway *gateway, struct err *err);
/* What it says of itself: /system/aiwf/status, see api.md. */
node_t *local_gateway_status(struct http *http, const struct local_gateway *gateway, struct err *err);

/* Starts a detached program (its own session, nothing of ours open) whose output goes to the end of
 * log_path (0600), from *ret_log_offset on. The caller may wait for its end. argv is NULL-terminated, argv[0] a path. */
int local_start(char *const *argv, const char *log_path, pid_t *ret_pid, off_t *ret_log_offset, struct err *err);
/* What it said when it failed: the error in JSON (`-o json`) among the last lines of the log from `offset` on,
 * else the last line as the reason of a FAILED. Returns -1. */
int local_start_failure(const char *log_path, off_t offset, struct err *err);

/* Fills what the context `local` needs to reach the gateway: URL, user, password file. What the user
 * set stays; with a URL of the user's own nothing is filled in, so that the local password goes nowhere else.
 * Nothing happens for other contexts. UNREACHABLE as above. */
int local_client_fill(struct context *context, struct err *err);

#endif
