/* The table of loops of every family, found by name. */
#ifndef MLTENSOR_LOOPS_INDEX_H
#define MLTENSOR_LOOPS_INDEX_H

#include <string.h>

#include "mltensor/loops_table.h"

#define MLT_FAMILY_LINE(family) extern const mlt_operation_loops mlt_loops_##family[];
#include "loops_families.inc"
#undef MLT_FAMILY_LINE

static const mlt_operation_loops *const mlt_all_loops[] = {
#define MLT_FAMILY_LINE(family) mlt_loops_##family,
#include "loops_families.inc"
#undef MLT_FAMILY_LINE
    NULL};

static const mlt_operation_loops *mlt_find_loops(const char *name) {
  for (int f = 0; mlt_all_loops[f]; f++)
    for (const mlt_operation_loops *entry = mlt_all_loops[f]; entry->name; entry++)
      if (strcmp(entry->name, name) == 0) return entry;
  return NULL;
}

#endif
