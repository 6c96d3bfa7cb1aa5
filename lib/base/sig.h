/* Interruption: Ctrl-C and SIGTERM set one flag, and make one descriptor readable, so that every
 * wait (poll, curl, sleep) can end at once. The only state of the process besides the terminal. */
#ifndef BASE_SIG_H
#define BASE_SIG_H

#include <stdbool.h>

/* Handles SIGINT, SIGTERM and SIGHUP; ignores SIGPIPE (a closed stdout shows as EPIPE). */
void sig_install(void);
bool sig_interrupted(void);
/* Which signal it was; 0: none. */
int sig_number(void);
/* Readable once interrupted; -1 before sig_install. Never read from it. */
int sig_fd(void);
/* As if Ctrl-C had been typed: ends every wait of the process. */
void sig_interrupt(void);
/* Called (from a signal handler) when a second interrupt ends the process at once; NULL: nothing. */
void sig_before_exit(void (*fn)(void));
/* While code of others runs that looks at no flag: the first signal ends the process, as the second always does. */
void sig_end_at_once(bool on);
/* But not a process that goes on after Ctrl-C. */
void sig_stay(void);
/* For the shell, which goes on after Ctrl-C. */
void sig_reset(void);

#endif
