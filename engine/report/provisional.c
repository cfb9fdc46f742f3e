/* Which offices' figures are not final: statements that tell of them are still missing. */
#include "report/desk.h"

static bool has_accounts(const rk_books_input *input, rk_name channel)
{
    for (size_t i = 0; i < input->watermark_count; i++)
        if (input->watermarks[i].channel == channel && input->watermarks[i].account)
            return true;
    return false;
}

/* Whether what the mark waits for may hold money of the office. */
static bool concerns(const rk_job *job, const rk_watermark *mark, rk_name office)
{
    const rk_books_input *input = job->desk->input;
    if (mark->waits_for.len == 0)
        return false;
    if (mark->account == 0)
        return !has_accounts(input, mark->channel);
    const rk_channel *channel = rk_channel_find(input->rules, mark->channel);
    rk_name of = channel ? rk_channel_office(channel, mark->account, job->until) : 0;
    return of == 0 || of == office;
}

bool rk_job_office_waits(const rk_job *job, rk_name office)
{
    const rk_books_input *input = job->desk->input;
    bool any = false;
    if (input->provisional.len == 0)
        return false;
    for (size_t i = 0; i < input->watermark_count; i++) {
        if (concerns(job, &input->watermarks[i], office))
            return true;
        any = any || input->watermarks[i].waits_for.len;
    }
    return !any || input->source_in_doubt; /* what makes the book provisional is of no channel */
}
