/* version: what is sealed with every run and printed in every workbook. */
#ifndef RK_VERSION_H
#define RK_VERSION_H

#define RK_VERSION "0.2.0"

#endif
