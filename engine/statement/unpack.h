/*
 * unpack: a statement file as delivered to plain bytes: out of .gz or .zip, and UTF-16 to UTF-8.
 *
 * In:  "mutasi.zip" with one part "mutasi.csv" in UTF-16LE        Out: the lines of mutasi.csv in UTF-8
 * Told by the first bytes, not by the name. A zip archive has exactly one part, whose name is no path;
 * nothing is packed twice. What grows beyond RK_UNPACKED_MAX, or more than RK_UNPACKED_RATIO times (small
 * files excepted), is refused. The digest of a file stays that of the bytes as delivered.
 */
#ifndef RK_STATEMENT_UNPACK_H
#define RK_STATEMENT_UNPACK_H

#include "base/memory.h"

#define RK_UNPACKED_MAX ((size_t)1 << 30)
#define RK_UNPACKED_SMALL ((size_t)16 << 20) /* below it any ratio is good */
enum { RK_UNPACKED_RATIO = 200 };

/* The plain bytes: `bytes` themselves, or in `arena`. Sets *why (arena) when they cannot be had, and
 * gives nothing then. */
rk_slice rk_statement_unpack(rk_slice bytes, rk_arena *arena, const char **why);

/* What a zip archive's only part is called (arena); empty when the bytes are no such archive. */
rk_slice rk_statement_packed_name(rk_slice bytes, rk_arena *arena);

#endif
