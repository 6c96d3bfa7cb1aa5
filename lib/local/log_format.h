/* A record in a log file: RFC 3339 time, a space, the stream's letter, a space, the text, a newline. */
#ifndef LOCAL_LOG_FORMAT_H
#define LOCAL_LOG_FORMAT_H

#define log_stream_letters "oes"

#endif
