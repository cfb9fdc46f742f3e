/*
 * session: what store.c and source.c share about an open store.
 */
#ifndef RK_STORE_SESSION_H
#define RK_STORE_SESSION_H

#include "store/postgres.h"
#include "store/store.h"

struct rk_store {
    rk_pg *pg;
    bool locked; /* this session holds the advisory lock */
};

#endif
