/*
 * otherwise: what the books of a night would say by other rules, rule file by rule file.
 *
 * In:  the night 2024-03-05-1, and rules in which tariffs.yaml and outages.yaml are not those that were sealed
 * Out: each figure that differs with the file that makes the difference, as in night/attribute.h
 * The night is judged again from its sealed inputs, first by the rules that were sealed (what differs then is
 * the program's), then with one file after the other replaced, in the order of their names. What a figure grows
 * by at a file is the part of that file, so the parts sum to the whole. Files that do not go together one by one
 * are replaced at once. The reports are those that were sealed: their figures can be compared.
 */
#ifndef RK_NIGHT_OTHERWISE_H
#define RK_NIGHT_OTHERWISE_H

#include "night/asof.h"

/* `asof` is opened at the night. */
bool rk_otherwise_attribute(const rk_asof *asof, const rk_sources *now, const rk_asof_wish *wish,
                            rk_slice program, rk_attribution *found, rk_error *err);

#endif
