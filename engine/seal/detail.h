/*
 * detail: what the books of a run list, row by row, as the run left it; sealed beside its facts.
 *
 * In:  a night in which 3 entries came, 1 of an earlier night changed, 2 applications lapsed
 * Out: 4 entries with their applications and files, the 2 lapses, watermarks; in one object
 * Facts say how much, details say which. An entry stands in the detail of every run that changed it, so the
 * last one up to a run is what that run knew; a book of any past day is made from facts and details alone.
 */
#ifndef RK_SEAL_DETAIL_H
#define RK_SEAL_DETAIL_H

#include "model/cause.h"
#include "model/history.h"
#include "model/world.h"
#include "seal/archive.h"

/* Up to when each channel is complete, as the run knew it. */
typedef struct rk_marks {
    rk_batch batch;
    rk_name *channel;
    rk_name *account;          /* 0: of the whole channel, which comes first */
    rk_moment *complete_until; /* RK_NO_MOMENT: nothing yet */
    rk_text *waits_for;        /* "2024-03-04, 2024-03-05", or empty */
} rk_marks;

/* What is wrong with the source. The numbers are sealed. */
enum { RK_SOURCE_LESS = 1, RK_SOURCE_UNREAD = 2 };

/* One row: what made the books provisional. */
typedef struct rk_standing {
    rk_batch batch;
    uint32_t *set_aside; /* files that are quarantined or held */
    uint8_t
        *suspended; /* lapses are suspended: RK_SOURCE_LESS, RK_SOURCE_UNREAD; 0: they are not */
} rk_standing;

typedef struct rk_detail {
    rk_applications applications; /* of the entries */
    rk_applications lapses;       /* lapsed or reinstated in the run, or held when it ended */
    rk_entries entries; /* new or changed; `file` and `application` are rows of these two */
    rk_file_rows files; /* of the entries */
    rk_file_rows taken; /* what came in the run, whatever became of it */
    rk_marks marks;
    rk_standing standing;
    rk_causes causes;           /* of the run's facts */
    rk_cause_rows entry_causes; /* of each of the entries */
} rk_detail;

void rk_detail_init(rk_detail *detail);
void rk_detail_free(rk_detail *detail);

/* Equal details give equal bytes. */
void rk_detail_encode(const rk_detail *detail, const rk_names *names, const rk_texts *texts,
                      rk_buffer *out);

/* Into a detail that was initialised. `bytes` must outlive `texts`. RK_DIFFERENT when it is none. */
bool rk_detail_decode(rk_slice bytes, rk_detail *detail, rk_names *names, rk_texts *texts,
                      rk_error *err);

#endif
