// Who goes first where threads share a core. Advice to the scheduler, for the calling thread; where it is not taken, work is
// done as before.
#pragma once

namespace gavel {

// For a thread that answers: short slices, so that it begins as soon as it wakes instead of waiting for the end of another
// thread's slice, some milliseconds long (Linux 6.12 and later; sched(7), EEVDF). Its share of the core stays the same.
void prefer_short_slices();

// For a thread whose work can wait for milliseconds, but has to be done also where a core is never idle: a nice value five above
// that of the process's first thread, a quarter of the core beside one busy thread.
void let_others_go_first();

}  // namespace gavel
