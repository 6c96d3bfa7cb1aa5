/* Inside of kube_logs: the log of one container of one pod, through its restarts and through cut connections. Only
 * lib/kube/log*.c include this. */
#ifndef KUBE_LOG_SOURCE_H
#define KUBE_LOG_SOURCE_H

#include "kube/log_reader.h"
#include "kube/logs.h"
#include "net/stream.h"

enum log_reading {
    READING_LIVE,    /* goes on while the container runs */
    READING_REST,    /* what is there: the container has ended, or only that is asked for */
    READING_EARLIER, /* of the container before the restart */
};

struct log_sources;
struct log_source {
    struct log_sources *all;
    char *pod, *uid, *container, *label;
    char *waits; /* why it has not started, in the kubelet's word; NULL: it says nothing */
    bool has_started, is_running;
    bool pod_has_ended, is_gone; /* the pod, or its log, is no more */
    int64_t restarts;
    /* What of it was read. */
    enum log_reading reading;
    struct http_stream *stream;
    bool was_opened, is_read; /* to its end: the container number read_restarts */
    int64_t read_restarts;
    int64_t not_before_ms, failing_since_ms; /* 0: it is not failing */
    int failures;
    struct log_reader reader;
};
/* Whether there is something to read that was not. */
bool log_source_is_wanted(const struct log_source *source);
/* Opens what is to be read next. -1: it can never be read. */
int log_source_go_on(struct log_source *source, struct err *err);

struct log_sources {
    const struct kube_logs *logs;
    struct kube *kube;
    struct log_source **all;
    size_t n, cap;
    bool had_some;
    bool stop;        /* on_line has enough */
    int64_t heard_ms; /* when the last piece came */
    struct err err;   /* what ends all; none: code OK */
};
void log_sources_release(struct log_sources *sources);
/* A pod as it is now. */
void log_sources_see(struct log_sources *sources, const node_t *pod);
/* The pod of that uid is gone; what of its log is on its way is still read. */
void log_sources_forget(struct log_sources *sources, const char *uid);
int log_sources_go_on(struct log_sources *sources, struct err *err);
/* Until one of them is to be begun again, or that moment. */
int log_sources_wait_ms(const struct log_sources *sources, int64_t until_ms);
/* Whether all that has been written was read. */
bool log_sources_are_read(const struct log_sources *sources);
/* The same, and all pods have ended. */
bool log_sources_have_ended(const struct log_sources *sources);

#endif
