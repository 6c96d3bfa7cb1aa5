/* Values as people see them. */
#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/unit.h"
#include "doc/print.h"
#include "top/top.h"

static void print_count(struct str *s, double value) { str_addf(s, num_is_whole(value) ? "%.0f" : "%.1f", value); }

static void print_rate(struct str *s, double value)
{
    if (value != 0 && fabs(value) < 0.095)
        str_addf(s, "%.2g", value);
    else if (fabs(value) >= 100000)
        si_print(s, value, "");
    else
        str_addf(s, value == 0 || fabs(value) >= 1000 ? "%.0f" : "%.1f", value);
}

static void print_ms(struct str *s, double ms)
{
    if (fabs(ms) < 10)
        str_addf(s, fabs(ms) < 1 ? "%.2fms" : "%.1fms", ms);
    else if (fabs(ms) < 1000)
        str_addf(s, "%.0fms", ms);
    else if (fabs(ms) < 100000)
        str_addf(s, "%.1fs", ms / 1000);
    else if (ms < 1e15)
        duration_print(s, (int64_t)ms);
    else
        str_addc(s, '-');
}

static void print_seconds(struct str *s, double seconds)
{
    if (fabs(seconds) < 1e12)
        duration_print(s, (int64_t)(num_max(seconds, 0) * 1000));
    else
        str_addc(s, '-');
}

static void print_ratio(struct str *s, double ratio)
{
    double percent = ratio * 100;
    str_addf(s, percent != 0 && fabs(percent) < 10 ? "%.1f%%" : "%.0f%%", percent);
}

void unit_print(struct str *s, enum unit unit, double value)
{
    if (!isfinite(value)) {
        str_addc(s, '-');
        return;
    }
    switch (unit) {
    case UNIT_COUNT:
    case UNIT_TEXT:
        print_count(s, value);
        break;
    case UNIT_RATE:
        print_rate(s, value);
        break;
    case UNIT_MS:
        print_ms(s, value);
        break;
    case UNIT_RATIO:
        print_ratio(s, value);
        break;
    case UNIT_W:
        si_print(s, value, "W");
        break;
    case UNIT_J:
        si_print(s, value, "J");
        break;
    case UNIT_BYTES:
        bytes_print(s, value);
        break;
    case UNIT_C:
        str_addf(s, "%.0fC", value);
        break;
    case UNIT_MONEY:
        if (value != 0 && fabs(value) < 0.01)
            number_print(s, value);
        else
            str_addf(s, fabs(value) < 1000 ? "%.2f" : "%.0f", value);
        break;
    case UNIT_SECONDS:
        print_seconds(s, value);
        break;
    }
}

void reading_print(struct str *s, const struct metric *metric, const struct reading *reading)
{
    if (metric_is_text(metric)) {
        str_add(s, reading_has(reading) && reading->text ? reading->text : "-");
        return;
    }
    double value = reading_value(reading);
    if (reading->is_estimate && isfinite(value))
        str_addc(s, '~');
    unit_print(s, metric->unit, value);
}

void reading_print_error(struct str *s, const struct metric *metric, const struct reading *reading)
{
    reading_print(s, metric, reading);
    if (!(reading->error > 0) || !isfinite(reading_value(reading)))
        return;
    str_add(s, tui_utf8() ? " \u00b1" : " +-");
    unit_print(s, metric->unit, reading->error);
}

void whole_print(struct str *s, const struct state *state, const struct table *table, const char *id)
{
    const struct reading *reading = row_reading(table, &table->whole, id);
    const struct metric *metric = &table->panel->metrics[reading - table->whole.readings];
    reading_print_error(s, metric, reading);
    if (metric->unit == UNIT_MONEY)
        str_addf(s, "%s%s", state->prices.currency ? " " : "", state->prices.currency ? state->prices.currency : "");
}

static enum tint state_tint(const char *text)
{
    const char *color = print_state_color(text);
    if (strstr(color, "31"))
        return TINT_RED;
    if (strstr(color, "32"))
        return TINT_GREEN;
    return strstr(color, "33") ? TINT_YELLOW : TINT_NONE;
}

struct style reading_style(const struct state *state, const struct reading *reading)
{
    if (reading->sample.state != SAMPLE_KNOWN || state->source.state == SOURCE_DOWN)
        return STYLE(TINT_NONE, STYLE_DIM);
    return STYLE(reading->text ? state_tint(reading->text) : TINT_NONE, 0);
}
