/* What a rank wrote before it failed: which of it is its own, and whether it tells of another's failure. */
#ifndef TRAIN_LAST_WORDS_H
#define TRAIN_LAST_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes of it come before the report of torchrun, which has nothing that a person needs (PyTorch 1.13 and 2.x,
 * torch/distributed/elastic/multiprocessing/api.py: "failed (exitcode: 1) local_rank: 0"); all where there is none. */
size_t last_words_own(const char *text);
/* Whether it ends so because another rank is gone (Gloo's, NCCL's and the kernel's words). */
bool last_words_blame_another(const char *text);

#endif
