/* A process for one request, as OpenFaaS's classic watchdog runs it: the request's body on stdin, the answer on stdout. */
#ifndef LOCAL_PROCESS_H
#define LOCAL_PROCESS_H

#include "local/call.h"

struct process;

struct process *process_start(struct call *call, const struct head *head, struct err *err);
void process_body(const char *data, size_t len, void *process); /* as message_body wants it */
void process_body_end(struct process *process);
void process_request_body(struct process *process, const char *data, size_t len);
void process_resume(struct process *process);
/* Its call is over: it is ended, and goes away by itself. */
void process_abandon(struct process *process);
/* At the gateway's end. */
void processes_kill(struct functions *functions);

#endif
