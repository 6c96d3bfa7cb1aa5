/* Clocks, durations and dates. Durations are milliseconds unless the name says otherwise. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

int64_t clock_mono_ns(void); /* for intervals */
int64_t clock_mono_ms(void);
int64_t clock_wall_ms(void); /* since 1970, UTC */

/* Sleeps up to ms; returns early (true) when an interrupt arrives (see sig.h). */
bool clock_sleep_ms(int64_t ms);

/* "250ms", "90s", "1h30m", "2d", "1.5h"; a bare number counts seconds. false: not a duration. */
bool duration_parse(const char *text, int64_t *ret_ms);
/* For people: 250ms, 4.2s, 45s, 12m, 4m12s, 3h, 5d; at most two units. */
void duration_print(struct str *s, int64_t ms);
/* Age as tables show it: 45s, 12m, 3h, 5d. */
void age_print(struct str *s, int64_t ms);

/* RFC 3339 in UTC: with milliseconds when they are not zero. */
void rfc3339_print(struct str *s, int64_t wall_ms);
/* Accepts fractions and offsets. */
bool rfc3339_parse(const char *text, int64_t *ret_wall_ms);

/* Whole seconds that are no less. */
static inline int64_t seconds_up(int64_t ms) { return (ms + 999) / 1000; }

#endif
