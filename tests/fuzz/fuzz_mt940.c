/* MT940 and MT942 statements, packed or not: see fuzz_kit.h. */
#include "fuzz_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz of;
    fuzz_read(&of, RK_FORMAT_MT940, data, size);
    return 0;
}
