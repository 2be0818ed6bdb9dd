/* One translation unit of elementwise loops: a family of the table, all dtypes, all targets.
 *
 * The build writes a file that defines MLT_FAMILY and MLT_LINES (a file of lines
 * `MLT_OPERATION2(name, CATEGORY, RETURNS, expression over a and b)`) and includes this one.
 * The lines are expanded twice: once per target into loops, once into a table
 * of function pointers that the elementwise module reads.
 */
#include <complex.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/loops_streamed.h"

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/functions.h"
#include MLT_LINES
#include "mltensor/target_end.h"

#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/functions.h"
#include "mltensor/half_target.h"
#include "mltensor/stream_target.h"
#include MLT_LINES
#include "mltensor/target_end.h"

#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/functions.h"
#include "mltensor/half_target.h"
#include "mltensor/stream_target.h"
#include MLT_LINES
#include "mltensor/target_end.h"
#endif

#include "mltensor/loops_table.h"
const mlt_operation_loops MLT_CONCAT(mlt_loops_, MLT_FAMILY)[] = {
#include MLT_LINES
    {NULL, 0, 0, {{NULL}}}};
