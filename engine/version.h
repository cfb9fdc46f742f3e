/* version: what is sealed with every run and printed in every workbook. */
#ifndef RK_VERSION_H
#define RK_VERSION_H

#define RK_VERSION "0.1.0"

#endif
