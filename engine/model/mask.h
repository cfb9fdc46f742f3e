/*
 * mask: free text of a statement without the names of those who paid.
 *
 * In:  "TRSF E-BANKING CR 820240305000123 SITI RAHAYU", known words ""
 * Out: "TRSF E-BANKING CR 820240305000123 S*** R*****"
 * A word of letters alone is taken for a name unless it is a word that banks use, or one of `known` (the
 * channel's own rules). What holds a digit is no name. Privacy first: an unknown word is masked.
 */
#ifndef RK_MODEL_MASK_H
#define RK_MODEL_MASK_H

#include "base/buffer.h"

void rk_mask_names(rk_slice text, rk_slice known, rk_buffer *out);

#endif
