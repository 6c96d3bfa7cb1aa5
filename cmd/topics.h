/* What `aiwf help TOPIC` tells, as data: the man pages are made from the same rows. */
#ifndef CMD_TOPICS_H
#define CMD_TOPICS_H

struct topic_row {
    const char *left, *right; /* left NULL ends the rows */
};

struct topic {
    const char *name;
    const char *help;
    const char *before; /* paragraphs, as struct cmd's about; or NULL */
    const struct topic_row *rows;
    const char *after;
};

extern const struct topic topics[]; /* ends with {0} */
const struct topic *topic_find(const char *name);

#endif
